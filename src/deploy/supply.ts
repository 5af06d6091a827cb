import { CancelledError, UserError, WorkFailed } from '../runtime/index.ts'
import { buildOn, findBuilt, type BuildRecipe, type BuiltSlug } from './builds.ts'
import { checkHealth, ownHealth } from './health.ts'
import { GateError, type Deployable, type HerokuSupply, type RunnerSupply } from './request.ts'
import { requireTypes } from './process-types.ts'
import { type Wishes } from './lacking.ts'
import { type Target } from './target.ts'
import { finishRelease, releaseOnce } from './release.ts'
import { waitForDynos } from './rollout.ts'
import { findShipped, shipSlug, type MadeSlug, type Role, type ShippedSlug } from './slugs.ts'
import { type Tools } from './tools.ts'

/** The apps of a deploy. */
export interface Apps {
  readonly main: Target
  readonly streaming: Target | undefined
  readonly staging: Target | undefined
  /** Of a job that provisions the main app. */
  readonly wishes: Wishes | undefined
}

/** A slug that Heroku holds, or what is to be built on the app itself, which makes the release as well: it is judged then. */
export type Shippable =
  { readonly slug: ShippedSlug } | { readonly recipe: BuildRecipe; readonly judge: (slug: BuiltSlug) => void }

export interface Shippables {
  readonly web: Shippable
  readonly streaming: Shippable | undefined
}

/**
 * The slugs of a deploy: those that Heroku holds already, else new ones. None is released here but on the staging app, and
 * none is uploaded that lacks a process type of what runs.
 */
export async function obtainSlugs(apps: Apps, deployable: Deployable, tools: Tools): Promise<Shippables> {
  const { supply } = deployable
  return supply.by === 'runner'
    ? fromRunner(apps, deployable, supply, tools)
    : fromHeroku(apps, deployable, supply, tools)
}

async function fromRunner(
  { main, streaming, staging, wishes }: Apps,
  deployable: Deployable,
  supply: RunnerSupply,
  tools: Tools
): Promise<Shippables> {
  const { story } = tools
  const { fingerprint, commit } = deployable
  const judge = async (web: Pick<ShippedSlug, 'processTypes'>, live?: Pick<ShippedSlug, 'processTypes'>) => {
    await requireTypes(main, web, deployable, { role: 'web', wishes }, tools)
    if (streaming && live) await requireTypes(streaming, live, deployable, { role: 'streaming' }, tools)
  }
  const find = async (role: Role, targets: readonly (Target | undefined)[]): Promise<ShippedSlug | undefined> => {
    for (const target of targets) {
      const slug = target && (await findShipped(target, role, fingerprint))
      if (slug) {
        story.note(
          `${target.app.name} holds a ${role} slug of ${commit.slice(0, 8)}, built from the same; it is used again`
        )
        return slug
      }
    }
    return undefined
  }
  const [web, live] = await story.step('Slug', async () => {
    const ofWeb = await find('web', [main, staging])
    const ofStreaming = await find('streaming', [streaming])
    if (!ofWeb) story.note('No release holds a slug built from the same')
    else await judge(ofWeb, ofStreaming)
    return [ofWeb, ofStreaming] as const
  })
  if (web && (live || !streaming)) return { web: { slug: web }, streaming: live && { slug: live } }

  const built = await story.span('Build', supply.build)
  const artifact = (role: Role): MadeSlug => {
    const found = built.find(one => one.role === role)
    if (!found) throw new Error(`no slug was built for ${role}`)
    return found
  }
  const ship = async ({ app }: Target, role: Role): Promise<Shippable> => ({
    slug: await shipSlug(app, artifact(role), tools)
  })
  await story.step('Process types', () => judge(web ?? artifact('web'), streaming && (live ?? artifact('streaming'))))
  return story.step('Upload', async () => ({
    web: web ? { slug: web } : await ship(main, 'web'),
    streaming: streaming && (live ? { slug: live } : await ship(streaming, 'streaming'))
  }))
}

async function fromHeroku(
  { main, streaming, staging, wishes }: Apps,
  deployable: Deployable,
  supply: HerokuSupply,
  tools: Tools
): Promise<Shippables> {
  const { story } = tools
  const judge = async (slug: BuiltSlug): Promise<void> => {
    supply.judge(slug)
    await requireTypes(main, slug, deployable, { role: 'web', wishes }, tools)
  }
  const web = await story.step('Slug', () =>
    staging ? onStaging(staging, supply, judge, tools) : onMain(main, supply, judge, tools)
  )
  if (!streaming) return { web, streaming: undefined }
  const live = await findBuilt(streaming.app, supply.streaming, tools)
  if (live) await requireTypes(streaming, live, deployable, { role: 'streaming' }, tools)
  return { web, streaming: live ? { slug: live } : { recipe: supply.streaming, judge: supply.judge } }
}

/** Without a staging app Heroku's build releases at once, so the size can be judged beforehand only if it is known. */
async function onMain(
  { app }: Target,
  supply: HerokuSupply,
  judge: (slug: BuiltSlug) => Promise<void>,
  tools: Tools
): Promise<Shippable> {
  return firstThatFits(supply.web, tools, async recipe => {
    const slug = await findBuilt(app, recipe, tools)
    if (slug) {
      await judge(slug)
      tools.story.note(`Heroku built the same on ${app.name} before; its slug is used again`)
      return { slug }
    }
    tools.story.warn(
      `Heroku builds on ${app.name} itself and releases at once: the size and the process types are judged after the release, not before. A \`staging-app\` puts the gate in front of production`
    )
    return { recipe, judge: supply.judge }
  })
}

/** Builds on the staging app, lets the slug prove itself there, and judges its size. */
async function onStaging(
  staging: Target,
  supply: HerokuSupply,
  judge: (slug: BuiltSlug) => Promise<void>,
  tools: Tools
): Promise<Shippable> {
  const { app } = staging
  return firstThatFits(supply.web, tools, async recipe => {
    const found = await findBuilt(app, recipe, tools)
    if (found) tools.story.note(`Heroku built the same on ${app.name} before; its slug is used again`)
    const slug = found ?? (await buildOn(app, recipe, tools))
    await judge(slug)
    await prove(staging, slug, recipe, found !== undefined, tools)
    return { slug }
  })
}

/** If one is over the limit, the next is tried, loudly; rejects with the last one's `GateError`. */
async function firstThatFits(
  recipes: readonly BuildRecipe[],
  { story }: Tools,
  attempt: (recipe: BuildRecipe) => Promise<Shippable>
): Promise<Shippable> {
  for (const [i, recipe] of recipes.entries()) {
    try {
      return await attempt(recipe)
    } catch (error) {
      const next = recipes[i + 1]
      if (!(error instanceof GateError) || !next) throw error
      story.warn(`${error.message}: the slug ${next.variant} is taken instead`)
    }
  }
  throw new Error('nothing is to be built')
}

/** The staging app runs it: its release phase succeeds, its dynos stay up, it answers. */
async function prove(
  staging: Target,
  slug: BuiltSlug,
  recipe: BuildRecipe,
  found: boolean,
  tools: Tools
): Promise<void> {
  const { app } = staging
  const release = await app.release(slug.releaseId)
  const { release: finished } =
    found && ['failed', 'expired'].includes(release.status)
      ? await releaseOnce(staging, slug, recipe, tools)
      : await finishRelease(app, release, tools)
  try {
    await waitForDynos(app, finished.version, tools)
    const serves = (await app.formation()).some(({ type, quantity }) => type === 'web' && quantity > 0)
    if (serves) await checkHealth(ownHealth(staging), tools)
  } catch (error) {
    if (error instanceof CancelledError || !(error instanceof UserError)) throw error
    throw new WorkFailed(
      `On the staging app ${app.name}, v${finished.version} is not healthy: ${error.message}\nProduction was not touched`,
      error.nextStep,
      { cause: error }
    )
  }
  tools.story.note(`${app.name} runs it, and answers; production gets the same slug`)
}
