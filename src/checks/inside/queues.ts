import { counted, roughDuration } from '../../runtime/index.ts'
import { type Check, type Finding } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'

/** Seconds after which a queue counts as standing still, not as busy. */
const STANDS_STILL = 3_600
/** Sidekiq keeps 10,000 dead jobs and drops the oldest (sidekiq: `dead_max_jobs`). */
const DEAD_KEPT = 10_000

/** How long jobs wait in Sidekiq's queues, and how many are dead. */
export const queues: Check = {
  name: 'queues',
  title: 'Sidekiq queues',
  config: [],
  deadline: DYNO_DEADLINE,
  async look(world) {
    const { queues: all, dead, retries } = await world.dyno.part('sidekiq')
    return [latency(all, world.thresholds.queueLatency, world.app.name), deadSet(dead, retries)]
  }
}

function latency(all: readonly { name: string; size: number; latency: number }[], most: number, app: string): Finding {
  const jobs = all.reduce((sum, { size }) => sum + size, 0)
  const slowest = all.toSorted((a, b) => b.latency - a.latency)[0]
  const figure = roughDuration(slowest?.latency ?? 0)
  if (!slowest || slowest.latency <= most) {
    return {
      level: 'ok',
      about: 'latency',
      figure,
      text: `${counted(jobs, 'job')} in all queues; the oldest waits for ${figure}`
    }
  }
  const stands = slowest.latency > Math.max(STANDS_STILL, 10 * most)
  return {
    level: stands ? 'fail' : 'warn',
    about: 'latency',
    figure,
    text: `${counted(slowest.size, 'job')} in the queue ${slowest.name}; the oldest waits for ${figure}`,
    remedy: stands
      ? `Look whether a worker listens to this queue and what it does: \`/sidekiq\` on the instance, \`heroku logs --process-type worker --app ${app}\`.`
      : 'If it stays so, scale the worker or raise `SIDEKIQ_CONCURRENCY` (and `DB_POOL` with it).'
  }
}

function deadSet(dead: number, retries: number): Finding {
  const about = 'dead-set'
  const text = `${counted(dead, 'dead job')}, ${counted(retries, 'job')} to be tried again`
  if (dead < 0.8 * DEAD_KEPT) return { level: 'ok', about, figure: `${dead}`, text }
  return {
    level: 'warn',
    about,
    figure: `${dead}`,
    text: `${text}; Sidekiq keeps ${DEAD_KEPT} dead ones and then forgets the oldest`,
    remedy: 'Look at what dies under `/sidekiq/morgue`, mend its cause, then empty it there.'
  }
}
