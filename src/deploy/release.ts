import { followOutput, type HerokuApp, type Release } from '../heroku/index.ts'
import { UserError } from '../runtime/index.ts'
import { poll, Tail, type Tools } from './tools.ts'

/** What the release phase said of the database (mastodon/release.ts prints it). */
export interface ReleaseMigrations {
  readonly before: number
  readonly after: number
  /** Versions, 14 digits each. */
  readonly ran: readonly string[]
}

export interface FinishedRelease {
  readonly release: Release
  readonly migrations: ReleaseMigrations | undefined
}

/** The release phase failed: the release before still serves, and no dyno was touched. */
export class ReleasePhaseError extends UserError {}

const MIGRATIONS = /^mastodon-on-heroku: migrations before=(\d+) after=(\d+) ran=([\d,]*)\s*$/m
const KEPT_OUTPUT = 200_000

/**
 * Follows a release to its end: its output goes to the log, and its status is read again until it is no longer
 * pending. Rejects with a `ReleasePhaseError` where its command failed.
 */
export async function finishRelease(app: HerokuApp, release: Release, tools: Tools): Promise<FinishedRelease> {
  const { story, log, clock, signal, timeout } = tools
  const tail = new Tail()
  let output = ''
  let latest = release
  const until = clock.now() + timeout
  const isOver = async (): Promise<boolean> => {
    if (latest.status === 'pending') latest = await app.release(release.id)
    if (latest.status === 'pending' && clock.now() > until) throw tooLong(release, timeout)
    return latest.status !== 'pending'
  }
  if (release.output_stream_url) {
    const fence = log.fence()
    try {
      const { whole } = await followOutput({
        url: release.output_stream_url,
        write: chunk => {
          fence.write(chunk)
          tail.add(chunk)
          output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT)
        },
        isOver,
        clock,
        signal
      })
      if (!whole) story.warn('The output of the release phase could not be read to its end')
    } finally {
      fence.close()
    }
  }
  await poll(
    tools,
    { what: 'the release', next: nextForHanging(release), first: 2_000, longest: 10_000, timeout },
    async () => ((await isOver()) ? true : undefined)
  )
  if (latest.status !== 'succeeded') {
    throw new ReleasePhaseError(
      `The release phase of v${release.version} failed; the release before it still serves${tail.quote()}`,
      'Mend what the lines above name and deploy again. Nothing was switched over; what its migrations did stays in the database.'
    )
  }
  return { release: latest, migrations: readMigrationsLine(output) }
}

function readMigrationsLine(output: string): ReleaseMigrations | undefined {
  const [, before, after, ran] = MIGRATIONS.exec(output) ?? []
  if (before === undefined) return undefined
  return { before: Number(before), after: Number(after), ran: (ran ?? '').split(',').filter(Boolean) }
}

function tooLong(release: Release, timeout: number): UserError {
  return new UserError(
    `Release v${release.version} is still pending after ${Math.round(timeout / 60_000)} minutes`,
    nextForHanging(release)
  )
}

function nextForHanging({ version }: Release): string {
  return `Look at \`heroku releases:output v${version}\`. When it has finished run the job again: it goes on from there. A longer wait: input \`timeout\`.`
}
