import { type HerokuApp, type Release, type Slug } from '../heroku/index.ts'
import { rollbackVerdict } from '../mastodon/index.ts'
import { UserError } from '../runtime/index.ts'
import { blaming, NOT_KNOWN } from './fault.ts'
import { checkHealth, ownHealth, STREAMING_HEALTH, webHealth } from './health.ts'
import { appliedMigrations } from './migrate.ts'
import { type Target } from './target.ts'
import { lostByGoingBack } from './process-types.ts'
import { finishRelease, requireCurrent } from './release.ts'
import { waitForDynos } from './rollout.ts'
import { type Trees } from './request.ts'
import { type Tools } from './tools.ts'

/** Going back is refused, with the reason and the way forward. */
export class RollbackRefused extends UserError {}

/** A release to go back to, and its slug. */
interface GoodRelease {
  readonly release: Release
  readonly slug: Slug
}

/**
 * The last good release before one: succeeded, with another slug that Heroku still has (slugs of releases older than 30
 * days and 20 releases are gone: Dev Center changelog 3395).
 * @param badSlug id of the slug to get away from
 */
async function lastGoodRelease(
  app: HerokuApp,
  releases: readonly Release[],
  badSlug: string | undefined
): Promise<GoodRelease | undefined> {
  const left = leftBehind(releases)
  const candidates = releases.filter(
    ({ status, slug, eligible_for_rollback: eligible, version }) =>
      status === 'succeeded' && eligible && slug && slug.id !== badSlug && !left.has(version)
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

/** Versions that somebody went back from: ours, and Heroku's own command (its description: "Rollback to v12"). */
function leftBehind(releases: readonly Release[]): Set<number> {
  const left = new Set<number>()
  for (const { version: at, description, status } of releases) {
    const to = /^Roll ?back to v(\d+)\b/i.exec(description)?.[1]
    if (to === undefined || status !== 'succeeded') continue
    for (const { version } of releases) if (version > Number(to) && version < at) left.add(version)
  }
  return left
}

/** Built by this action, so that it tells its commit. */
function isOurs({ commit_description: description }: Slug): boolean {
  return description?.startsWith('mastodon-on-heroku ') ?? false
}

/**
 * Throws a `RollbackRefused` unless the code of an old slug can work with the database as it is now: no migration may
 * be applied that it does not know and that destroyed or rewrote data (mastodon 4.7 moves every account's keys: after
 * that, 4.6 can sign nothing).
 */
async function requireSafeRollback(
  app: HerokuApp,
  { release, slug }: GoodRelease,
  releases: readonly Release[],
  trees: Trees,
  size: string | undefined,
  tools: Tools
): Promise<void> {
  const old = `v${release.version} (${slug.commit?.slice(0, 8) ?? 'no commit'})`
  const forward = 'Mend the fault and deploy forward; `command: deploy` of a commit that works is always possible.'
  if (!slug.commit) {
    throw new RollbackRefused(
      `Whether v${release.version} can work with the database cannot be told: its slug names no commit, so nobody knows its migrations`,
      `Name a release whose slug has one (\`to: v…\`), or deploy that code by its commit. If you know that its code fits the database: \`heroku rollback v${release.version} --app ${app.name}\`, which brings the old config vars back, too.`
    )
  }
  const known = await trees.versionsAt(slug.commit)
  if (!known) {
    throw new RollbackRefused(
      `Whether ${old} can work with the database cannot be told: its commit ${slug.commit} is not in this checkout`,
      `Check out with \`fetch-depth: 0\`, or \`git fetch origin ${slug.commit}\` if no branch has it any more. ${forward}`
    )
  }
  const applied = await appliedMigrations(app, size, tools)
  const since = (): Promise<Set<string | undefined>> => commitsSince(app, release, releases)
  const oldVersions = new Set([...known, ...(await orphans(applied, known, trees, since))])
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

export interface BroughtBack {
  readonly release: Release
  /** Of the code that serves again, if its slug tells. */
  readonly commit: string | undefined
}

/**
 * The code of an earlier release again (config vars stay), waited for and checked. If the app went back already, that is
 * finished: waited for and checked again, and never gone further. Rejects with an `Unverified` if it is live and does not
 * answer rightly.
 * @param to version of the release to go to; without it the last good one
 */
export async function goBack(
  target: Target,
  to: number | undefined,
  trees: () => Promise<Trees>,
  dynoSize: string | undefined,
  tools: Tools
): Promise<BroughtBack & { readonly wasBack: boolean }> {
  const { app, current, currentSlug } = target
  const aim = to === undefined ? undefined : await namedRelease(target, to)
  const isThere = current && currentSlug && (aim ? aim.slug.id === currentSlug.id : wentBack(target) !== undefined)
  if (!isThere) {
    const way = { aim, mayLoseTypes: false }
    return { ...(await bringBack(target, currentSlug?.id, await trees(), dynoSize, tools, way)), wasBack: false }
  }
  const from = wentBack(target)
  tools.story.note(
    `v${current.version} of ${app.name} ${from === undefined ? 'has that code' : `has the code of v${from}: somebody went back to it`}, so this is only waited for and checked`
  )
  await waitForDynos(app, current.version, tools)
  await proveBack(target, current, currentSlug, tools)
  return { release: current, commit: currentSlug.commit ?? undefined, wasBack: true }
}

/** The version whose slug somebody went back to, if that is what runs now, also under config changes since. */
function wentBack({ releases, current }: Target): number | undefined {
  for (const { version, slug, description, status } of releases) {
    if (version > (current?.version ?? 0) || status !== 'succeeded') continue
    if (slug?.id !== current?.slug?.id) return undefined
    const to = /^Roll ?back to v(\d+)\b/i.exec(description)?.[1]
    if (to !== undefined) return Number(to)
  }
  return undefined
}

/** Throws a `RollbackRefused` with the releases that there are, if one cannot be gone back to. */
async function namedRelease({ app, releases, current }: Target, to: number): Promise<GoodRelease> {
  const release = releases.find(({ version }) => version === to)
  const slug = release?.status === 'succeeded' && release.slug ? await app.slug(release.slug.id) : undefined
  if (release && slug) return { release, slug }
  const possible = releases.filter(
    ({ status, slug: has, eligible_for_rollback: can }) =>
      status === 'succeeded' && has && can && has.id !== current?.slug?.id
  )
  throw new RollbackRefused(
    `v${to} of ${app.name} cannot be gone back to: ${whyNot(release, to, releases[0]?.version ?? 0)}`,
    `Releases with another slug than now: ${possible.map(({ version }) => `v${version}`).join(', ') || 'none'}. \`heroku releases --app ${app.name}\` says what each is.`
  )
}

function whyNot(release: Release | undefined, to: number, newest: number): string {
  if (!release)
    return to > newest ? `there is no such release; the newest is v${newest}` : 'it is not among the newest releases'
  if (release.status !== 'succeeded') return `its status is ${release.status}`
  return release.slug ? 'Heroku no longer has its slug' : 'it has no slug'
}

/** How going back is done. */
interface Way {
  /** The release to go to; without it the last good one. */
  readonly aim?: GoodRelease
  /** What runs now is broken, so that the old slug is better also without some of its dynos: that is told. */
  readonly mayLoseTypes: boolean
  /** What is to be done once it is released, before its dynos are waited for. */
  readonly released?: () => Promise<void>
}

/**
 * An earlier release's slug under a new release, waited for and checked. Refused if the database is no longer one for its
 * code, or if it has no process type for dynos that run.
 * @param badSlug id of the slug to get away from
 */
export async function bringBack(
  target: Target,
  badSlug: string | undefined,
  trees: Trees,
  dynoSize: string | undefined,
  tools: Tools,
  { aim, mayLoseTypes, released }: Way
): Promise<BroughtBack> {
  const { app, releases, formation } = target
  const good = aim ?? (await lastGoodRelease(app, releases, badSlug))
  if (!good) {
    throw new RollbackRefused(
      'There is no earlier release whose slug Heroku still has',
      'Mend the fault and deploy again.'
    )
  }
  const lost = lostByGoingBack(app.name, formation, good.slug.process_types ?? {})
  if (lost && !mayLoseTypes) throw new RollbackRefused(lost.reason, lost.remedy)
  await requireSafeRollback(app, good, releases, trees, dynoSize, tools)
  if (lost) tools.story.warn(`${lost.reason}. ${lost.remedy}`)
  const release = await releaseAgain(app, good, tools, released)
  await proveBack(target, release, good.slug, tools)
  return { release, commit: good.slug.commit ?? undefined }
}

/** Rejects with an `Unverified` if the code that is back does not answer as it should. */
async function proveBack(target: Target, { version }: Release, slug: Slug, tools: Tools): Promise<void> {
  const { app } = target
  await blaming({ app, version, isBack: true }, NOT_KNOWN, tools, async () => {
    await webHealth(target, isOurs(slug) ? (slug.commit ?? undefined) : undefined, tools)
  })
  await requireCurrent(app, version, slug.id)
}

/** The streaming app follows the main one back to a commit, if Heroku still has its slug; else that is told. */
export async function bringStreamingBack(target: Target, commit: string | undefined, tools: Tools): Promise<void> {
  const { app, releases, current, currentSlug } = target
  const runs = currentSlug?.commit?.slice(0, 8) ?? 'an unknown commit'
  const stays = (): void =>
    tools.story.warn(`${app.name} stays on ${runs}: no release of it has the code that the main app runs now`)
  if (commit === undefined) return stays()
  if (current && currentSlug?.commit === commit) {
    tools.story.note(`${app.name} runs ${runs} already, so it is only waited for and checked`)
    await waitForDynos(app, current.version, tools)
    return proveStreamingBack(target, current, currentSlug.id, tools)
  }
  const tried = new Set<string>()
  for (const release of releases) {
    const id = release.slug?.id
    if (id === undefined || release.status !== 'succeeded' || tried.has(id)) continue
    tried.add(id)
    const slug = await app.slug(id)
    if (slug?.commit !== commit) continue
    return proveStreamingBack(target, await releaseAgain(app, { release, slug }, tools), id, tools)
  }
  stays()
}

async function proveStreamingBack(target: Target, { version }: Release, slugId: string, tools: Tools): Promise<void> {
  const { app } = target
  await blaming({ app, version, isBack: true }, NOT_KNOWN, tools, () =>
    checkHealth(ownHealth(target, STREAMING_HEALTH), tools)
  )
  await requireCurrent(app, version, slugId)
}

async function releaseAgain(
  app: HerokuApp,
  { release: old, slug }: GoodRelease,
  tools: Tools,
  released?: () => Promise<void>
): Promise<Release> {
  const newest = (await app.releases(1))[0]?.version ?? 0
  tools.story.begin(`a rollback of ${app.name}`)
  const description = `Roll back to v${old.version} (mastodon-on-heroku)`
  const release = await app.createRelease(slug.id, description, newest)
  tools.story.note(
    `${app.name}: v${release.version} brings back the slug of v${old.version}; config vars stay as they are`
  )
  await finishRelease(app, release, tools)
  await released?.()
  await waitForDynos(app, release.version, tools)
  return release
}

/**
 * Commits of the slugs that were released after a release; undefined stands for one that cannot be told. Their migrations
 * may have been applied by code that the old release never ran with.
 */
async function commitsSince(
  app: HerokuApp,
  good: Release,
  releases: readonly Release[]
): Promise<Set<string | undefined>> {
  const ids = releases.flatMap(({ version, slug }) => (version > good.version && slug ? [slug.id] : []))
  const commits = new Set<string | undefined>()
  for (const id of new Set(ids)) commits.add((await app.slug(id))?.commit ?? undefined)
  return commits
}

/**
 * Applied long ago, and since removed from the tree: no tree of the releases since has them, so the old code ran with
 * them, too.
 */
async function orphans(
  applied: ReadonlySet<string>,
  known: ReadonlySet<string>,
  { migrations, versionsAt }: Trees,
  since: () => Promise<ReadonlySet<string | undefined>>
): Promise<string[]> {
  const inNewTree = new Set(migrations.map(({ version }) => version))
  const newest = [...known].sort().at(-1) ?? ''
  const candidates = [...applied].filter(version => version < newest && !known.has(version) && !inNewTree.has(version))
  if (candidates.length === 0) return []
  const newer = new Set<string>()
  for (const commit of await since()) {
    const versions = commit === undefined ? undefined : await versionsAt(commit)
    if (!versions) return []
    for (const version of versions) newer.add(version)
  }
  return candidates.filter(version => !newer.has(version))
}
