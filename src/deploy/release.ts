import { type HerokuApp, type Release } from '../heroku/index.ts'
import { ranMigrations, type RanMigration } from '../mastodon/index.ts'
import { UserError } from '../runtime/index.ts'
import { followToEnd } from './follow.ts'
import { type Target } from './target.ts'
import { releaseDescription, type MadeSlug, type ShippedSlug } from './slugs.ts'
import { type Tools } from './tools.ts'

/** What the release phase said of the database (mastodon/release.ts prints it). */
interface ReleaseMigrations {
  readonly before: number
  readonly after: number
  /** Versions, 14 digits each. */
  readonly ran: readonly string[]
}

export interface FinishedRelease {
  readonly release: Release
  readonly migrations: ReleaseMigrations | undefined
  /** Those whose time Rails printed. */
  readonly ran: readonly RanMigration[]
}

/** The release phase failed: the release before still serves, and no dyno was touched. */
class ReleasePhaseError extends UserError {}

const MIGRATIONS = /^mastodon-on-heroku: migrations before=(\d+) after=(\d+) ran=([\d,]*)\s*$/m

/**
 * Follows a release to its end: its output goes to the log, and its status is read again until it is no longer
 * pending. Rejects with a `ReleasePhaseError` if its command failed.
 */
export async function finishRelease(app: HerokuApp, release: Release, tools: Tools): Promise<FinishedRelease> {
  const { version } = release
  const about = {
    what: `Release v${version}`,
    next: `Look at \`heroku releases:output v${version} --app ${app.name}\`. When it has finished run the job again: it goes on from there. A longer wait: input \`timeout\`.`
  }
  const { latest, tail, output } = await followToEnd(release, () => app.release(release.id), about, tools)
  if (latest.status !== 'succeeded') {
    throw new ReleasePhaseError(
      `The release phase of v${version} failed; the release before it still serves${tail.quote()}`,
      'Mend what the lines above name and deploy again. Nothing was switched over; what its migrations did stays in the database.'
    )
  }
  return { release: latest, migrations: readMigrationsLine(output), ran: ranMigrations(output) }
}

/**
 * Releases a slug and follows it to its end, unless it is the app's current release already.
 * @param made told as soon as there is a release
 */
export async function releaseOnce(
  { app, releases, current }: Target,
  slug: ShippedSlug,
  { commit, role, fingerprint }: Pick<MadeSlug, 'commit' | 'role' | 'fingerprint'>,
  tools: Tools,
  made: (release: Release) => void = () => {}
): Promise<FinishedRelease> {
  const { story } = tools
  if (current?.slug?.id === slug.id) {
    story.note(`${app.name} runs this slug already, in v${current.version}`)
    made(current)
    return { release: current, migrations: undefined, ran: [] }
  }
  const newest = releases[0]?.version ?? 0
  story.begin(`a release of ${app.name}`)
  const release = await app.createRelease(slug.id, releaseDescription(commit, role, fingerprint), newest)
  story.note(`Release v${release.version} of ${app.name} is made`)
  made(release)
  const finished = await finishRelease(app, release, tools)
  story.note(`v${release.version} succeeded`)
  return finished
}

/** Green means live: whether a slug is still what an app runs. Rejects with a `UserError` if another release came. */
export async function requireCurrent(app: HerokuApp, version: number, slugId: string): Promise<void> {
  const newest = (await app.releases(5)).find(({ current, status }) => current || status === 'succeeded')
  if (newest?.slug?.id === slugId && newest.version >= version) return
  throw new UserError(
    `${app.name} no longer runs this deploy’s slug: v${newest?.version ?? '?'} (${newest?.description ?? 'unknown'}) came in between`,
    'Two deploys ran at the same time. Give the workflow a `concurrency` group for this app, and run the wanted one again.'
  )
}

function readMigrationsLine(output: string): ReleaseMigrations | undefined {
  const [, before, after, ran] = MIGRATIONS.exec(output) ?? []
  if (before === undefined) return undefined
  return { before: Number(before), after: Number(after), ran: (ran ?? '').split(',').filter(Boolean) }
}
