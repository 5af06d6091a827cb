import { type Formation } from '../heroku/index.ts'
import { explainLost, lostTypes, type Dynos, type TreeProblem } from '../mastodon/index.ts'
import { UserError } from '../runtime/index.ts'
import { type Deployable } from './request.ts'
import { provisionedFormation, type Wishes } from './lacking.ts'
import { type MadeSlug, type Role } from './slugs.ts'
import { type Target } from './target.ts'
import { type Tools } from './tools.ts'

/** A slug has no process type for dynos that run: its release would take them away. */
export class LostTypeError extends UserError {}

export interface SlugUse {
  readonly role: Role
  /** Of a job that provisions the app: the dynos that it will run then count, too. */
  readonly wishes?: Wishes
}

type Slug = Pick<MadeSlug, 'processTypes'>
type Commit = Pick<Deployable, 'procfile' | 'mayLoseTypes'>

/**
 * Asks what an app runs now, and throws a `LostTypeError` if a slug has no process type for some of it. Comes before the
 * slug is uploaded or released. With the finding `lost-process-type` let through it is told, and stops nothing.
 */
export async function requireTypes(
  { app }: Pick<Target, 'app'>,
  slug: Slug,
  commit: Commit,
  { role, wishes }: SlugUse,
  tools: Tools
): Promise<void> {
  const formation = await app.formation()
  const running = wishes && role === 'web' ? provisionedFormation(formation, wishes.appJson) : formation
  judgeTypes(app.name, running, slug, commit, role, tools)
}

/** The same for a formation that was read before. */
export function judgeTypes(
  app: string,
  formation: readonly Dynos[],
  { processTypes }: Slug,
  { procfile, mayLoseTypes }: Commit,
  role: Role,
  { story }: Pick<Tools, 'story'>
): void {
  const has = Object.keys(processTypes)
  const lost = lostTypes(formation, has)
  if (lost.length === 0) return
  const what = role === 'web' ? 'the slug' : 'the slug of the streaming server'
  const told = lost.map(one => explainLost(app, one, { what, has, procfile: role === 'web' ? procfile : undefined }))
  const reason = told.map(one => one.reason).join('; ')
  const remedy = [...new Set(told.map(one => one.remedy))].join(' ')
  if (!mayLoseTypes) throw new LostTypeError(`${reason} (lost-process-type)`, remedy)
  story.warn(`${reason}. ${remedy} (lost-process-type)`)
}

/** What going back to an old slug would end, and how to go on; undefined if that is nothing. */
export function lostByGoingBack(
  app: string,
  formation: readonly Formation[],
  processTypes: Readonly<Record<string, string>>
): TreeProblem | undefined {
  const has = Object.keys(processTypes)
  const told = lostTypes(formation, has).map(one =>
    explainLost(app, one, { what: 'the old slug', has, procfile: undefined })
  )
  if (told.length === 0) return undefined
  return {
    reason: told.map(({ reason }) => reason).join('; '),
    remedy: told.map(({ remedy }) => remedy).join(' ')
  }
}
