import { counted, roughDuration } from '../../runtime/index.ts'
import { type Check, type Finding } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'
import { type AppFacts } from '../facts.ts'
import { lookAtPart } from '../findings.ts'

/**
 * Seconds. The vacuum is started once a day, between 3 and 6 UTC, at a minute that each process draws when it boots
 * (mastodon: config/sidekiq.yml). So a worker that is restarted in those hours may miss a night.
 */
const VACUUM_EVERY = 2 * 86_400

/** Seconds without a heartbeat after which a process has ended: one comes every 10 s at most (sidekiq: launcher.rb). */
const DEAD_AFTER = 30

/** Whether one Sidekiq process runs Mastodon's own schedule, and whether its vacuum was started lately. */
export const scheduler: Check = {
  name: 'scheduler',
  title: "Mastodon's own schedule",
  config: [],
  deadline: DYNO_DEADLINE,
  async look(world) {
    const { app, dyno, clock } = world
    const [listeners, last] = await Promise.all([
      lookAtPart('listeners', async () => {
        const { processes } = await dyno.part('sidekiq')
        return [listening(processes.filter(({ silent }) => silent <= DEAD_AFTER))]
      }),
      lookAtPart('vacuum', async () => {
        const { there, ago } = await dyno.part('vacuum')
        if (!there) return []
        if (ago !== null) return [vacuum(ago)]
        const redis = await dyno.part('redis').catch(() => undefined)
        return [noVacuum(await ageOf(app, clock.now()).catch(() => undefined), redis?.up ?? undefined)]
      })
    ])
    return [...listeners, ...last]
  }
}

/**
 * Seconds since an app got its first code: by its first release with a slug, if Heroku still tells it, else by the app's
 * own age. Undefined if Heroku tells neither.
 */
async function ageOf(app: AppFacts, now: number): Promise<number | undefined> {
  const releases = await app.releases()
  const first = releases.filter(({ slug, status }) => slug && status === 'succeeded').at(-1)
  const isWhole = releases.some(({ version }) => version === 1)
  const since = Date.parse((isWhole ? first?.created_at : (await app.info()).created_at) ?? '')
  return Number.isNaN(since) ? undefined : (now - since) / 1000
}

/** Exactly one process may listen to the queue `scheduler` (mastodon docs: admin/scaling). */
function listening(all: readonly { readonly queues: readonly string[] }[]): Finding {
  const listeners = all.filter(({ queues }) => queues.includes('scheduler')).length
  const finding = { about: 'listeners', figure: `${listeners}` }
  const text = `${listeners} of ${counted(all.length, 'Sidekiq process', 'Sidekiq processes')} ${listeners === 1 ? 'listens' : 'listen'} to the queue scheduler`
  if (listeners === 1) return { ...finding, level: 'ok', text }
  if (listeners > 1) {
    return {
      ...finding,
      level: 'warn',
      text: `${text}: scheduled jobs are started more than once`,
      remedy:
        'Let one process listen to `scheduler` alone, and give the others their queues with `-q`; or run one worker dyno with more threads.',
      link: 'https://docs.joinmastodon.org/admin/scaling/#sidekiq-queues'
    }
  }
  return {
    ...finding,
    level: 'fail',
    text: `${text}: nothing is cleaned up, no trend and no scheduled post comes out`,
    remedy: 'Scale a worker whose command listens to `scheduler`; the plain `bundle exec sidekiq` does.'
  }
}

const UP_AT_NIGHT =
  'It starts between 3 and 6 UTC: keep a worker that listens to `scheduler` up in those hours, and restart it at others.'

function vacuum(ago: number): Finding {
  const figure = roughDuration(ago)
  const text = `Mastodon's vacuum was last started ${figure} ago`
  if (ago <= VACUUM_EVERY) return { level: 'ok', about: 'vacuum', figure, text }
  return { level: 'warn', about: 'vacuum', figure, text: `${text}; it should be every day`, remedy: UP_AT_NIGHT }
}

/**
 * If Redis knows of no start of the vacuum, that says something only if both were there when it was to start: a Redis may
 * have lost what it knew when it was started again.
 * @param age seconds since the instance got its first code
 * @param up seconds since Redis started
 */
function noVacuum(age: number | undefined, up: number | undefined): Finding {
  const about = 'vacuum'
  if (age !== undefined && age < VACUUM_EVERY)
    return {
      level: 'ok',
      about,
      figure: 'not yet',
      text: `Mastodon's vacuum has not run yet: the instance got its first code ${roughDuration(age)} ago, and it starts once a day, between 3 and 6 UTC`
    }
  const none = "Redis knows of no run of Mastodon's vacuum"
  if (up !== undefined && up < VACUUM_EVERY)
    return {
      level: 'unknown',
      about,
      text: `${none}, and was started ${roughDuration(up)} ago: it may have lost what it knew`
    }
  if (age === undefined)
    return { level: 'unknown', about, text: `${none}; since when the instance is there Heroku did not say` }
  const since = up === undefined ? '' : `, and is up for ${roughDuration(up)}`
  return {
    level: 'warn',
    about,
    figure: 'never',
    text: `${none}${since}; the instance got its first code ${roughDuration(age)} ago`,
    remedy: UP_AT_NIGHT
  }
}
