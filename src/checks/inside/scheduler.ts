import { counted, roughDuration } from '../../runtime/index.ts'
import { type Check, type Finding } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'
import { lookAtPart } from '../findings.ts'

/**
 * Seconds. The vacuum is started once a day, between 3 and 6 UTC, at a minute that each process draws when it boots
 * (mastodon: config/sidekiq.yml). So a worker that is restarted in those hours may miss a night.
 */
const VACUUM_EVERY = 2 * 86_400

/** Whether one Sidekiq process runs Mastodon's own schedule, and whether its vacuum was started lately. */
export const scheduler: Check = {
  name: 'scheduler',
  title: "Mastodon's own schedule",
  config: [],
  deadline: DYNO_DEADLINE,
  async look({ dyno }) {
    const [listeners, last] = await Promise.all([
      lookAtPart('listeners', async () => [listening((await dyno.part('sidekiq')).processes)]),
      lookAtPart('vacuum', async () => [vacuum((await dyno.part('vacuum')).ago)])
    ])
    return [...listeners, ...last]
  }
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

function vacuum(ago: number | null): Finding {
  const about = 'vacuum'
  if (ago !== null && ago <= VACUUM_EVERY) {
    return {
      level: 'ok',
      about,
      figure: roughDuration(ago),
      text: `Mastodon's vacuum was last started ${roughDuration(ago)} ago`
    }
  }
  return {
    level: 'warn',
    about,
    figure: ago === null ? 'never' : roughDuration(ago),
    text:
      ago === null
        ? "Mastodon's vacuum never ran"
        : `Mastodon's vacuum was last started ${roughDuration(ago)} ago; it should be every day`,
    remedy:
      'It starts between 3 and 6 UTC: keep a worker that listens to `scheduler` up in those hours, and restart it at others.'
  }
}
