import path from 'node:path'
import { finishRelease, shipSlug, waitForDynos, type MadeSlug, type Tools } from '../../../deploy/index.ts'
import { type HerokuApp } from '../../../heroku/index.ts'
import { describeVisit, Visitor } from '../../../local-heroku/index.ts'
import { baseSchemaCommand, migrationsOf, touchedTables, type InstancePlace } from '../../../mastodon/index.ts'
import { counted, errorText, readTreeFile, shortened, UserError, type RunCommand } from '../../../runtime/index.ts'
import { exportTree, resolveCommit, type Commit } from '../../../source/index.ts'
import { type Checkout } from '../source.ts'
import { makeMember } from './member.ts'
import { type Seen } from './seen.ts'

/** The branch that a pull request goes into, and where it may be found. */
export interface BaseBranch {
  readonly checkout: Checkout
  readonly ref: string
}

interface Rehearsed {
  readonly app: HerokuApp
  /** The slug that will be released. */
  readonly web: MadeSlug
  /** The tree that it was built of. */
  readonly tree: string
  /** Where the instance answers. */
  readonly place: InstancePlace
  readonly scratch: string
  readonly mask: (secret: string) => void
}

/** Somebody who asks the instance all the time, once the base branch's code serves. */
export interface Watch {
  leave(): Promise<void>
}

/**
 * Before the release: the built tree with the base branch's schema, and, if its gems are the same, its code, which then
 * serves. Rows are made for what the migrations touch. Undefined if nobody can watch, which is told.
 */
export async function releaseBase(
  base: BaseBranch,
  rehearsed: Rehearsed,
  seen: Seen,
  tools: Tools
): Promise<Watch | undefined> {
  const { story } = tools
  const commit = await baseCommit(base)
  if (!commit) {
    const why = `the base branch ${base.ref} is not in the checkout (\`fetch-depth: 0\` brings it)`
    return void seen.notSeen('an upgrade', why)
  }
  const { place } = rehearsed
  story.begin('a rehearsal')
  const old = path.join(rehearsed.scratch, 'base-source')
  await exportTree({ ...base.checkout, commit: commit.sha, into: old })
  const release = (hasCode: boolean): Promise<void> => releaseTree(base, old, hasCode, rehearsed, tools)
  const without = GEMS.some(name => readTreeFile(old, name) !== readTreeFile(rehearsed.tree, name))
    ? 'the base branch has other gems, which this slug lacks'
    : await startsNot(() => release(true), tools)
  if (without !== undefined) await release(false)
  story.note(`The schema of ${base.ref} (${commit.sha.slice(0, 8)}) is loaded`)
  await makeRows(tablesOf(old, rehearsed.tree), rehearsed, seen, tools)
  if (without !== undefined) return void seen.notSeen('a visitor during the migrations', without)
  story.note(`The code of ${base.ref} serves, with the gems and assets of this slug; a visitor asks it from now on`)
  const visitor = new Visitor(new URL('/health', place.url).href, place.host ?? '')
  return {
    leave: async () => {
      const visit = await visitor.leave()
      story.note(`A visitor, from before the release to after the last migration: ${describeVisit(visit)}`)
      seen.visit(visit)
    }
  }
}

async function makeRows(tables: readonly string[], { app, mask }: Rehearsed, seen: Seen, tools: Tools): Promise<void> {
  if (tables.length === 0) return tools.story.note('The migrations of this commit name no table of the base branch')
  try {
    const { rows } = await makeMember(app, { wait: 0, tables }, mask, tools)
    const empty = tables.filter(name => (rows[name] ?? 0) === 0)
    const filled = tables.filter(name => !empty.includes(name)).map(name => `${name} ${rows[name]}`)
    tools.story.note(
      `Rows in ${filled.length} of ${counted(tables.length, 'table')} that the migrations name: ${filled.join(', ') || 'none'}`
    )
    if (empty.length > 0) tools.story.note(`Empty, so nothing was migrated in them: ${empty.join(', ')}`)
  } catch (error) {
    if (!(error instanceof UserError) || tools.signal.aborted) throw error
    tools.story.note(errorText(error))
    seen.notSeen('migrations of rows', 'none could be made on the base branch’s schema')
  }
}

async function baseCommit({ checkout, ref }: BaseBranch): Promise<Commit | undefined> {
  try {
    return await resolveCommit({ ...checkout, ref })
  } catch (error) {
    if (error instanceof UserError && !checkout.signal?.aborted) return undefined
    throw error
  }
}

/** What decides whether the code of one commit runs on the gems of another. */
const GEMS = ['Gemfile.lock', '.ruby-version']
/** Folders of the code that runs. */
const CODE = ['app', 'config', 'lib']

/** Why the base branch's code does not serve: that is no fault of the commit. Undefined if it does. */
async function startsNot(release: () => Promise<void>, tools: Tools): Promise<string | undefined> {
  try {
    await release()
    return undefined
  } catch (error) {
    if (!(error instanceof UserError) || tools.signal.aborted) throw error
    tools.story.note(errorText(error))
    return 'the base branch’s code does not start in this slug'
  }
}

/**
 * Releases the slug with the base branch's `db/`, whose schema is loaded in the release phase.
 * @param old the base branch's tree
 * @param hasCode whether its code comes, too, and serves
 */
async function releaseTree(
  { checkout, ref }: BaseBranch,
  old: string,
  hasCode: boolean,
  { app, web, scratch }: Rehearsed,
  tools: Tools
): Promise<void> {
  const file = path.join(scratch, 'base.tgz')
  await repack(checkout, web.file, old, hasCode ? ['db', ...CODE] : ['db'], path.join(scratch, 'base'), file)
  const { release: _, ...others } = web.processTypes
  const processTypes = { ...(hasCode ? others : {}), release: baseSchemaCommand(hasCode) }
  const artifact = { ...web, file, sha256: '0'.repeat(64), processTypes, fingerprint: 'base' }
  const slug = await shipSlug(app, artifact, tools)
  const newest = (await app.releases(1))[0]?.version ?? 0
  const release = await app.createRelease(slug.id, `Schema of ${ref}`, newest)
  await finishRelease(app, release, tools)
  if (hasCode) await waitForDynos(app, release.version, tools)
}

/**
 * A slug with folders of another tree in the place of its own. Their files are new, so bootsnap does not take what it compiled of
 * the other commit for theirs (rails/bootsnap: it compares times, sizes and digests).
 */
async function repack(
  checkout: BaseBranch['checkout'],
  slug: string,
  old: string,
  names: readonly string[],
  folder: string,
  file: string
): Promise<void> {
  const must = toolsOf(checkout)
  await must('mkdir', '-p', folder)
  await must('tar', '-xzf', slug, '-C', folder)
  for (const name of names) {
    await must('rm', '-rf', `${folder}/app/${name}`)
    await must('cp', '-a', `${old}/${name}`, `${folder}/app/${name}`)
  }
  await must('tar', '-C', folder, '-I', 'gzip -1', '-cf', file, './app')
  await must('rm', '-rf', folder)
}

/** Tables of the base's schema that the migrations name which come with the commit. */
function tablesOf(old: string, tree: string): string[] {
  const known = new Set(migrationsOf(old).map(({ version }) => version))
  const texts = migrationsOf(tree)
    .filter(({ version }) => !known.has(version))
    .map(({ version, name, phase }) => {
      const folder = phase === 'post' ? 'post_migrate' : 'migrate'
      return readTreeFile(tree, `db/${folder}/${version}_${name}.rb`) ?? ''
    })
  return touchedTables(readTreeFile(old, 'db/schema.rb') ?? '', texts)
}

function toolsOf({ run, signal }: { readonly run: RunCommand; readonly signal?: AbortSignal }) {
  return async (program: string, ...args: string[]): Promise<void> => {
    const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, signal })
    if (code === 0) return
    throw new UserError(`${program} failed: ${shortened(stderr.trim(), 300)}`, 'Free disk space on the runner.')
  }
}
