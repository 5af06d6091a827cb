import { existsSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { UserError, type Clock, type Log, type RunCommand } from '../runtime/index.ts'
import { buildApp, type BuiltApp, type Variables } from './build.ts'
import { openContainer } from './container.ts'
import { type FetchedBuildpack } from './fetch.ts'
import { openHost } from './host.ts'
import { type Place, type PlaceFolders } from './place.ts'

interface WorkshopOptions {
  readonly kind: Place['kind']
  /** Images of a container; unused on the host. */
  readonly buildImage: string
  readonly runImage: string
  /** Docker's network for the build. */
  readonly network: string
  /** Names of what holds a key or token in this job. */
  readonly secretsHeld: readonly string[]
  readonly stack: string
  /** The commit, full hash. */
  readonly commit: string
  /** Build-time variables. */
  readonly variables: Variables
  /** Milliseconds for the buildpacks of one build. */
  readonly timeout: number
  /** Folder below which builds have theirs. */
  readonly scratch: string
  /** Folder below which CACHE_DIR is kept between runs. */
  readonly keptCache?: string
  readonly requestId: string
  /** How `.slugignore` took a file out of the tree; undefined if it did not. */
  readonly takenOut: (file: string) => string | undefined
  /** Environment of the docker client. */
  readonly dockerEnv: Record<string, string>
  readonly run: RunCommand
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Builds source trees, each in folders and a place of its own, and clears all places away at the end. */
export class Workshop {
  readonly #options: WorkshopOptions
  readonly #places: Place[] = []

  constructor(options: WorkshopOptions) {
    this.#options = options
  }

  /**
   * Runs the buildpacks over the tree that `fill` writes into an empty folder. `name` tells builds of one run apart, and
   * is that of their kept CACHE_DIR, which a build that fails leaves as it was.
   */
  async build(
    name: string,
    buildpacks: readonly FetchedBuildpack[],
    fill: (app: string) => Promise<void>
  ): Promise<BuiltApp> {
    const { scratch, keptCache, stack, run } = this.#options
    const folders = await makeFolders(path.join(scratch, name))
    await fill(folders.app)
    const kept = keptCache && path.join(keptCache, `${stack}-${name}`)
    if (kept) await copyInto(kept, folders.cache, run)
    const own = await Promise.all(buildpacks.map(buildpack => this.#copy(buildpack, folders.buildpacks)))

    const place = await this.#open(folders, false)
    const app = await buildApp({ ...this.#options, place, folders, buildpacks: own })
    await place.close()
    if (kept) await replace(kept, folders.cache, run)
    return app
  }

  /** A place as a dyno is: the run image, the app, which cannot be written, and nothing else of the build. */
  async openDyno(app: BuiltApp): Promise<Place> {
    const folders = await makeFolders(path.join(this.#options.scratch, 'dyno'))
    return this.#open({ ...folders, app: app.root }, true)
  }

  async close(): Promise<void> {
    await Promise.all(this.#places.splice(0).map(place => place.close()))
  }

  /** Buildpacks write into their own folder, so each build gets them as they were fetched. */
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

/** A copy: a build that fails leaves what is kept as it was. */
async function copyInto(kept: string, folder: string, run: RunCommand): Promise<void> {
  if (existsSync(kept)) await succeed(run, 'cp', ['-a', '--', `${kept}/.`, folder])
}

/** Puts a folder in the place of the kept one, which may be on another disk. */
async function replace(kept: string, folder: string, run: RunCommand): Promise<void> {
  await mkdir(path.dirname(kept), { recursive: true })
  await succeed(run, 'rm', ['-rf', '--', kept])
  await succeed(run, 'mv', ['--', folder, kept])
}

/** Names that are not UTF-8, links and owners: the system's own tools keep them all. */
async function succeed(run: RunCommand, program: string, args: string[]): Promise<void> {
  const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } })
  if (code === 0) return
  throw new UserError(
    `${program} failed: ${stderr.trim().slice(0, 500)}`,
    'Free disk space on the runner, or set the input `cache: off`.'
  )
}
