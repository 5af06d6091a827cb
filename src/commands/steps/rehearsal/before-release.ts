import { type Deployable, type MadeSlug, type Tools } from '../../../deploy/index.ts'
import { releaseBase, type BaseBranch, type Watch } from './base.ts'
import { type RehearsedInstance } from './instance.ts'
import { type Seen } from './seen.ts'

/** The dynos of a rehearsal: one of each type. */
export function formationOf(worker: boolean): Readonly<Record<string, number>> {
  return worker ? { web: 1, worker: 1 } : { web: 1 }
}

/** What happens between the build and the release. */
export class BeforeRelease {
  readonly #instance: RehearsedInstance
  readonly #base: BaseBranch | undefined
  readonly #seen: Seen
  readonly #tools: Tools
  readonly #scratch: string
  #web: MadeSlug | undefined
  #watch: Watch | undefined

  constructor(instance: RehearsedInstance, base: BaseBranch | undefined, seen: Seen, tools: Tools, scratch: string) {
    this.#instance = instance
    this.#base = base
    this.#seen = seen
    this.#tools = tools
    this.#scratch = scratch
  }

  /** The web slug, once it is built. */
  get web(): MadeSlug {
    if (!this.#web) throw new Error('no slug is built yet')
    return this.#web
  }

  /** The same deploy, with the base branch's release between build and release. */
  prepare(deployable: Deployable): Deployable {
    const { supply } = deployable
    if (supply.by !== 'runner') throw new Error('a rehearsal builds on the runner')
    const build = async (): Promise<readonly MadeSlug[]> => {
      const slugs = await supply.build()
      this.#web = slugs.find(({ role }) => role === 'web')!
      this.#watch = await this.#before(this.#web)
      return slugs
    }
    // The app was made for this job: what its config lacks says nothing of the real one.
    return { ...deployable, plan: undefined, supply: { by: 'runner', build } }
  }

  /** The deploy is over. */
  async end(): Promise<void> {
    const watch = this.#watch
    this.#watch = undefined
    if (watch) await this.#tools.story.step('Visitor', () => watch.leave())
  }

  async #before(web: MadeSlug): Promise<Watch | undefined> {
    const base = this.#base
    if (!base) return void this.#seen.notSeen('an upgrade', 'this is no pull request, so the database started empty')
    const { heroku, app, place, source: tree, mask, worker } = this.#instance
    const rehearsed = { app, place, tree, mask, web, scratch: this.#scratch }
    const watch = await this.#tools.story.step('The base branch', () =>
      releaseBase(base, rehearsed, this.#seen, this.#tools)
    )
    // A release without `web` and `worker` takes them out.
    await heroku.addApp(app.name, { formation: formationOf(worker) })
    return watch
  }
}
