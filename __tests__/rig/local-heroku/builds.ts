import { randomUUID } from 'node:crypto'
import { type HerokuWorld } from '../../../src/local-heroku/world.ts'
import { type AppState, type BuildState } from './store.ts'

/** Builds the tarball at a URL and packs the slug `intoFile`; writes what people should see. Rejects if it fails. */
export type SlugBuilder = (
  sourceUrl: string,
  output: (text: string) => void,
  intoFile: string,
  details: {
    readonly buildpacks: readonly string[]
    readonly config: Readonly<Record<string, string>>
    readonly signal: AbortSignal
  }
) => Promise<{ readonly size: number; readonly processTypes: Readonly<Record<string, string>> }>

/** The Build API's builds that are under way. */
export class Builds {
  readonly #build: SlugBuilder | undefined
  readonly #running = new Map<string, { readonly cancel: AbortController; readonly done: Promise<void> }>()

  constructor(build: SlugBuilder | undefined) {
    this.#build = build
  }

  start(world: HerokuWorld, app: AppState, state: BuildState, sourceUrl: string): void {
    const cancel = new AbortController()
    const done = this.#run(world, app, state, sourceUrl, cancel.signal)
    this.#running.set(state.id, { cancel, done })
    void done.then(() => this.#running.delete(state.id))
  }

  cancel({ id }: BuildState): void {
    this.#running.get(id)?.cancel.abort()
  }

  async close(): Promise<void> {
    for (const { cancel } of this.#running.values()) cancel.abort()
    await Promise.all([...this.#running.values()].map(({ done }) => done))
  }

  async #run(
    { store, outputs, clock, machines }: HerokuWorld,
    app: AppState,
    state: BuildState,
    sourceUrl: string,
    signal: AbortSignal
  ): Promise<void> {
    outputs.begin(state.output)
    const blob = store.secretName()
    try {
      if (!this.#build) throw new Error('This local Heroku has no builder.')
      const write = (text: string): void => outputs.write(state.output, text)
      const details = { buildpacks: state.buildpacks, config: app.configVars, signal }
      const { size, processTypes } = await this.#build(sourceUrl, write, store.blobFile(blob), details)
      signal.throwIfAborted()
      const createdAt = new Date(clock.now()).toISOString()
      const commit = state.version
      const rest = { checksum: null, commitDescription: null, stack: app.stack, deletedAt: null }
      const slug = { id: randomUUID(), blob, commit, processTypes, createdAt, size, ...rest }
      const release = machines.get(app.name)!.releaseSlug(slug, `Deploy ${commit?.slice(0, 8) ?? ''}`)
      state.slugId = slug.id
      state.releaseId = release.id
      state.status = 'succeeded'
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      outputs.write(state.output, ` !     ${reason}\n !     Push failed\n`)
      state.status = 'failed'
    }
    store.save()
    outputs.end(state.output)
  }
}
