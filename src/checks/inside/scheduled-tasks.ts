import { counted } from '../../runtime/index.ts'
import { type Check, type Finding } from '../check.ts'
import { type Tasks } from '../job-facts.ts'

/** Whether the app's scheduled tasks are those of the config, ran, and can run. */
export const scheduledTasks: Check = {
  name: 'scheduled-tasks',
  title: 'Scheduled tasks',
  config: [],
  async look({ job }) {
    const tasks = await job.tasks()
    return tasks ? [drift(tasks), ...late(tasks.late), ...dead(tasks.dead)] : []
  }
}

function drift({ wanted, drift: all }: Tasks): Finding {
  // A task that somebody made in the dashboard is their own.
  const wrong = all.filter(({ kind }) => kind !== 'unknown')
  const figure = `${wrong.length} of ${wanted}`
  if (wrong.length === 0)
    return {
      level: 'ok',
      about: 'drift',
      figure: `${wanted}`,
      text: `${counted(wanted, 'task')} as the config wants them`
    }
  return {
    level: 'warn',
    about: 'drift',
    figure,
    text: `The scheduled tasks are not those of the config: ${wrong.map(({ command, text }) => `\`${command}\` ${text}`).join('; ')}`,
    remedy: 'Run `command: schedule`.'
  }
}

function late(tasks: Tasks['late']): Finding[] {
  if (tasks.length === 0) return []
  return [
    {
      level: 'warn',
      about: 'late',
      figure: `${tasks.length}`,
      text: `Tasks did not run as they should: ${tasks.map(({ command, text }) => `\`${command}\` ${text}`).join('; ')}`,
      remedy:
        'Look at what it printed: in the log of the dyno `scheduler`, in the add-on’s dashboard, or in the run of the workflow. Heroku Scheduler now and then leaves a run out.'
    }
  ]
}

function dead(tasks: Tasks['dead']): Finding[] {
  if (tasks.length === 0) return []
  return [
    {
      level: 'warn',
      about: 'dead',
      figure: `${tasks.length}`,
      text: `Tasks end with an error in the checked-out commit: ${tasks.map(({ command, text }) => `\`${command}\`: ${text}`).join('; ')}`,
      remedy: 'Take them out of `schedule` and run `command: schedule`; one that somebody made by hand, remove there.'
    }
  ]
}
