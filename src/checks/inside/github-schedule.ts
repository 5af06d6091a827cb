import { counted } from '../../runtime/index.ts'
import { type Check, type Finding } from '../check.ts'
import { type GithubRepository } from '../job-facts.ts'

const DAY = 86_400_000
/**
 * Days without activity after which GitHub switches off the schedules of a public repository (docs.github.com: events that
 * trigger workflows, schedule).
 */
const SWITCHED_OFF = 60
const WARN_FROM = 45
/** Workflows of this action. The others that a fork inherits are off for good reason. */
const OURS = /(^|\/)heroku-[\w.-]+\.ya?ml$/

/** Whether GitHub has switched off the schedule of a workflow, or is about to. */
export const githubSchedule: Check = {
  name: 'github-schedule',
  title: 'Schedules on GitHub',
  config: [],
  alone: true,
  async look({ job, clock }) {
    const repository = await job.repository()
    if (!repository) return []
    return [...idle(repository, clock.now()), ...switchedOff(repository)]
  }
}

function idle({ isPrivate, pushedAt }: GithubRepository, now: number): Finding[] {
  if (isPrivate || pushedAt === undefined) return []
  const days = Math.floor((now - pushedAt) / DAY)
  const figure = counted(days, 'day')
  const text = `The last push to this repository was ${figure} ago`
  if (days < WARN_FROM) return [{ level: 'ok', about: 'idle', figure, text }]
  return [
    {
      level: 'warn',
      about: 'idle',
      figure,
      text: `${text}; after ${SWITCHED_OFF} GitHub switches these checks off without a word`,
      remedy:
        'Push a commit, such as the next Mastodon release; or run the workflow by hand and enable it again when it is off.'
    }
  ]
}

function switchedOff({ off }: GithubRepository): Finding[] {
  return off
    .filter(({ path, why }) => why === 'inactivity' || OURS.test(path))
    .map(({ name, path, why }) => ({
      level: 'warn',
      about: `off-${fileOf(path)}`,
      text: `GitHub has switched off the workflow ${name} (${why === 'fork' ? 'as in every new fork' : 'for inactivity'})`,
      remedy: `Enable it under Actions${/^[\w.-]+$/.test(fileOf(path)) ? `, or with \`gh workflow enable ${fileOf(path)}\`` : ''}.`
    }))
}

function fileOf(path: string): string {
  return path.split('/').at(-1) ?? ''
}
