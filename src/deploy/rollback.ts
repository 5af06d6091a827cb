import { type HerokuApp, type Release, type Slug } from '../heroku/index.ts'
import { rollbackVerdict, type Migration } from '../mastodon/index.ts'
import { UserError } from '../runtime/index.ts'
import { checkHealth, ownHealth } from './health.ts'
import { appliedMigrations } from './migrate.ts'
import { type Target } from './preflight.ts'
import { finishRelease } from './release.ts'
import { waitForDynos } from './rollout.ts'
import { type Tools } from './tools.ts'

/** Going back is refused, with the reason and the way forward. */
export class RollbackRefused extends UserError {}

/** What is known of the code, from the checkout. */
export interface Trees {
  /** Migrations of the commit that runs now. */
  readonly migrations: readonly Migration[]
  /** Versions that a commit knows, or undefined where the checkout does not have that commit. */
  readonly versionsAt: (commit: string) => Promise<ReadonlySet<string> | undefined>
}

export interface GoodRelease {
  readonly release: Release
  readonly slug: Slug
}

/**
 * The last good release before one: succeeded, with another slug that Heroku still has (slugs of releases older than 30
 * days and 20 releases are gone: Dev Center changelog 3395).
 * @param badSlug id of the slug to get away from
 */
export async function lastGoodRelease(
  app: HerokuApp,
  releases: readonly Release[],
  badSlug: string | undefined
): Promise<GoodRelease | undefined> {
  const candidates = releases.filter(
    ({ status, slug, eligible_for_rollback: eligible }) =>
      status === 'succeeded' && eligible && slug && slug.id !== badSlug
  )
  const tried = new Set<string>()
  for (const release of candidates) {
    const id = release.slug!.id
    if (tried.has(id)) continue
    tried.add(id)
    const slug = await app.slug(id)
    if (slug) return { release, slug }
  }
  return undefined
}

/**
 * Throws a `RollbackRefused` unless the code of an old slug can work with the database as it is now: no migration may
 * be applied that it does not know and that destroyed or rewrote data (mastodon 4.7 moves every account's keys: after
 * that, 4.6 can sign nothing).
 */
export async function requireSafeRollback(
  app: HerokuApp,
  { release, slug }: GoodRelease,
  trees: Trees,
  size: string | undefined,
  tools: Tools
): Promise<void> {
  const old = `v${release.version} (${slug.commit?.slice(0, 8) ?? 'no commit'})`
  const forward = 'Mend the fault and deploy forward; `command: deploy` of a commit that works is always possible.'
  const known = slug.commit ? await trees.versionsAt(slug.commit) : undefined
  if (!known) {
    throw new RollbackRefused(
      `Whether ${old} can work with the database cannot be told: its commit is not in this checkout`,
      `Check out with \`fetch-depth: 0\`. ${forward}`
    )
  }
  const applied = await appliedMigrations(app, size, tools)
  const oldVersions = new Set([...known, ...orphans(applied, known, trees.migrations)])
  const verdict = rollbackVerdict({ applied, oldVersions, migrations: [...trees.migrations] })
  if (verdict.safe) return
  const reasons = [
    ...verdict.because.map(
      ({ version, name, destructive }) => `${version} ${name} (${destructive[0]?.why ?? 'rewrites data'})`
    ),
    ...verdict.unreadable.map(version => `${version} (its file is not in this checkout)`)
  ]
  throw new RollbackRefused(
    `Going back to ${old} is refused: the database has migrations that it does not know and that change data: ${reasons.join(', ')}`,
    `${forward} To go back all the same, reverse them first: \`heroku run --app ${app.name} bin/rails db:migrate:down VERSION=…\`.`
  )
}

/**
 * The last good release's slug under a new release (config vars stay), waited for and checked. Refused where the
 * database is no longer one for its code.
 */
export async function bringBack(
  app: HerokuApp,
  target: Target,
  badSlug: string | undefined,
  trees: Trees,
  dynoSize: string | undefined,
  tools: Tools
): Promise<Release> {
  const { story } = tools
  const good = await lastGoodRelease(app, target.releases, badSlug)
  if (!good) {
    throw new UserError('There is no earlier release whose slug Heroku still has', 'Mend the fault and deploy again.')
  }
  await requireSafeRollback(app, good, trees, dynoSize, tools)
  const newest = (await app.releases(1))[0]?.version ?? 0
  const description = `Roll back to v${good.release.version} (mastodon-on-heroku)`
  const release = await app.createRelease(good.slug.id, description, newest)
  story.note(`v${release.version} brings back the slug of v${good.release.version}; config vars stay as they are`)
  await finishRelease(app, release, tools)
  await waitForDynos(app, release.version, tools)
  await checkHealth([ownHealth(target.info.web_url ?? '')], tools)
  return release
}

/** Applied long ago, and since removed from the tree: neither tree has them, and both run with them. */
function orphans(applied: ReadonlySet<string>, known: ReadonlySet<string>, migrations: readonly Migration[]): string[] {
  const newest = [...known].sort().at(-1) ?? ''
  const inNewTree = new Set(migrations.map(({ version }) => version))
  return [...applied].filter(version => version < newest && !inNewTree.has(version))
}
