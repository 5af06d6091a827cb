import { chmod, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { removeFolder, UserError, type Clock, type Log, type RunCommand } from '../runtime/index.ts'
import { buildApp, type BuiltApp, type Variables } from './build.ts'
import { openContainer } from './container.ts'
import { type FetchedBuildpack } from './fetch.ts'
import { openHost } from './host.ts'
import { keep, takeKept } from './kept-cache.ts'
import { type Place, type PlaceFolders } from './place.ts'

interface WorkshopOptions {
  readonly kind: Place['kind']
  /** Images for a container; unused on the host. */
  readonly buildImage: string
  readonly runImage: string
  /** Docker's network for the build. */
  readonly network: string
  /** Names of the inputs and variables that hold a key or token in this job. */
  readonly secretsHeld: readonly string[]
  readonly stack: string
  /** The commit, full hash. */
  readonly commit: string
  /** Build-time variables. */
  readonly variables: Variables
  /** Milliseconds for the buildpacks of one build. */
  readonly timeout: number
  /** Each build gets a folder in this one. */
  readonly scratch: string
  /** CACHE_DIR of each build is kept in here between runs. */
  readonly keptCache?: string
  readonly requestId: string
  /** Which line of `.slugignore` took a file out, for people; undefined if none did. */
  readonly takenOut: (file: string) => string | undefined
  /** Environment of the docker client. */
  readonly dockerEnv: Record<string, string>
  readonly run: RunCommand
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Builds source trees, each in its own folders and place. `close` removes the places. */
export class Workshop {
  readonly #options: WorkshopOptions
  readonly #places: Place[] = []

  constructor(options: WorkshopOptions) {
    this.#options = options
  }

  /**
   * Runs the buildpacks over the tree that `fill` writes into an empty folder. `name` tells the builds of a run apart;
   * builds of one name and stack share a kept CACHE_DIR. A build that fails leaves that as it was. Throws what `buildApp`
   * and opening the place throw.
   */
  async build(
    name: string,
    buildpacks: readonly FetchedBuildpack[],
    fill: (app: string) => Promise<void>
  ): Promise<BuiltApp> {
    const { scratch, keptCache, stack, run } = this.#options
    const folders = await makeFolders(path.join(scratch, name))
    await fill(folders.app)
    const kept = keptCache && path.join(keptCache, `${stack}-${name}-whole`)
    if (kept) await takeKept(kept, folders.cache, this.#options)
    const own = await Promise.all(buildpacks.map(buildpack => this.#copy(buildpack, folders.buildpacks)))

    const place = await this.#open(folders, false)
    const app = await buildApp({ ...this.#options, place, folders, buildpacks: own })
    await place.close()
    if (kept) await keep(kept, folders.cache, this.#options)
    // As it was called before: a full disk could leave half of one there.
    if (keptCache) await removeFolder(path.join(keptCache, `${stack}-${name}`), run)
    return app
  }

  /** A place like a dyno: the run image, the built app read-only, no network, nothing else of the build. */
  async openDyno(app: BuiltApp): Promise<Place> {
    const folders = await makeFolders(path.join(this.#options.scratch, 'dyno'))
    return this.#open({ ...folders, app: app.root }, true)
  }

  /** Ends and removes all places. */
  async close(): Promise<void> {
    await Promise.all(this.#places.splice(0).map(place => place.close()))
  }

  /** Buildpacks write into their own folder, so each build gets a fresh copy. */
  async #copy(buildpack: FetchedBuildpack, into: string): Promise<FetchedBuildpack> {
    const folder = path.join(into, path.basename(buildpack.folder))
    await succeed(this.#options.run, 'cp', ['-a', '--', buildpack.folder, folder])
    return { ...buildpack, folder }
  }

  async #open(folders: PlaceFolders, asDyno: boolean): Promise<Place> {
    const { kind, buildImage, runImage, network, secretsHeld, run, dockerEnv, log, signal } = this.#options
    const place =
      kind === 'host'
        ? openHost(folders, { secretsHeld })
        : await openContainer(folders, {
            image: asDyno ? runImage : buildImage,
            network: asDyno ? 'none' : network,
            readOnlyApp: asDyno,
            run,
            dockerEnv,
            signal,
            log
          })
    this.#places.push(place)
    return place
  }
}

async function makeFolders(root: string): Promise<PlaceFolders> {
  const below = (name: string): string => path.join(root, name)
  const folders = {
    app: below('app'),
    cache: below('cache'),
    env: below('env'),
    buildpacks: below('buildpacks'),
    home: below('home')
  }
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true })
  await chmod(root, 0o755)
  return folders
}

/** The system's own tools keep links, owners and names that are not UTF-8. */
async function succeed(run: RunCommand, program: string, args: string[]): Promise<void> {
  const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } })
  if (code === 0) return
  throw new UserError(
    `${program} failed: ${stderr.trim().slice(0, 500)}`,
    'Free disk space on the runner, or set the input `cache: off`.'
  )
}
