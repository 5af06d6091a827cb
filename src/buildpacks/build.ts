import { rmSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import {
  type BytePath,
  type Clock,
  type HostileOutput,
  type Log,
  programText,
  type TreeEntry,
  UserError,
  WorkFailed,
  writeTreeFile
} from '../runtime/index.ts'
import { nextStepAfter } from './failures.ts'
import { type FetchedBuildpack } from './fetch.ts'
import { LayerLog, type LayerMix } from './layers.ts'
import { looksFor } from './looks-for.ts'
import { type Place, type PlaceFolders, type StepResult } from './place.ts'
import { mergeProcessTypes, parseReleaseOutput, readProcfile } from './procfile.ts'

interface BuildOptions {
  readonly place: Place
  /** The place's folders on this machine; the app's holds the source tree. */
  readonly folders: PlaceFolders
  readonly buildpacks: readonly FetchedBuildpack[]
  /**
   * Build-time variables: the files of ENV_DIR. Never the app's config vars. They are asked for again before each
   * buildpack, since one before may have moved a folder to the top of the tree.
   */
  readonly variables: Variables
  readonly stack: string
  /** SOURCE_VERSION. */
  readonly commit: string
  /** REQUEST_ID: any id of this build. */
  readonly requestId: string
  /** Which line of `.slugignore` took a file out, for people; undefined if none did. */
  readonly takenOut: (file: string) => string | undefined
  /** Milliseconds for all buildpacks together. */
  readonly timeout: number
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** @param tree the app's folder on this machine */
export type Variables = (tree: string) => Readonly<Record<string, string>>

interface Layer {
  /** `source`, or the buildpack's name. */
  readonly name: string
  /** What detect printed; empty for the source. */
  readonly detected: string
  readonly buildpack?: FetchedBuildpack
  /** How long its steps took. */
  readonly milliseconds: number
  readonly processTypes: Readonly<Record<string, string>>
}

/** A tree that all buildpacks have run over. */
export interface BuiltApp {
  /** The app's folder on this machine. */
  readonly root: string
  /** BUILD_DIR: the same folder, as the buildpacks saw it. */
  readonly builtAt: string
  readonly entries: readonly TreeEntry[]
  /** The source, then the buildpacks in order. */
  readonly layers: readonly Layer[]
  /** Index of the layer that last wrote a name. */
  readonly layerOf: (path: BytePath) => number
  readonly mixed: readonly LayerMix[]
  /** The Procfile's, over the defaults of the last buildpack, as in the log of a push to Heroku. */
  readonly processTypes: Readonly<Record<string, string>>
}

/**
 * Runs the buildpacks over the source tree as Heroku does (Dev Center: buildpack-api): detect, then compile with the
 * `export` files of the buildpacks before it, then release. Throws a `UserError` with the buildpack's name, its exit code
 * and the last lines of its output; a `CancelledError` on the signal.
 */
export async function buildApp(options: BuildOptions): Promise<BuiltApp> {
  const { folders, buildpacks, clock, log } = options
  const layerLog = new LayerLog(folders.app)
  layerLog.close()
  const layers: Layer[] = [{ name: 'source', detected: '', milliseconds: 0, processTypes: {} }]
  const deadline = clock.now() + options.timeout
  let variables: Readonly<Record<string, string>> = {}

  for (const [i, buildpack] of buildpacks.entries()) {
    const started = clock.now()
    const before = variables
    variables = options.variables(folders.app)
    writeVariables(folders.env, before, variables)
    const layer = await log.group(`Buildpack ${i + 1} of ${buildpacks.length}: ${buildpack.name}`, async () => {
      const steps = new BuildpackSteps(options, buildpack, deadline)
      const detected = await steps.detect()
      await steps.compile(buildpacks.slice(0, i))
      const processTypes = await steps.release()
      const milliseconds = clock.now() - started
      log.info(`${buildpack.name} took ${(milliseconds / 1000).toFixed(1)} s`)
      return { name: buildpack.name, detected, buildpack, milliseconds, processTypes }
    })
    layers.push(layer)
    layerLog.close()
  }

  return {
    root: folders.app,
    builtAt: options.place.paths.app,
    entries: layerLog.entries,
    layers,
    layerOf: name => layerLog.ownerOf(name),
    mixed: layerLog.mixed,
    processTypes: mergeProcessTypes(layers.at(-1)!.processTypes, readProcfile(folders.app).types)
  }
}

/**
 * Brings the files of ENV_DIR up to date. A file that a buildpack wrote there for the next ones stays. A buildpack may
 * have left links there: nothing is written through them.
 */
function writeVariables(
  folder: string,
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>
): void {
  for (const name of Object.keys(before))
    if (!Object.hasOwn(now, name)) rmSync(path.join(folder, name), { force: true, recursive: true })
  for (const [name, value] of Object.entries(now)) if (before[name] !== value) writeTreeFile(folder, name, value)
}

const COMPILE = programText(new URL('./programs/compile.sh', import.meta.url))
/** Only standard output has the YAML. A buildpack may have no release step. */
const RELEASE = 'if [ -x "$1" ]; then exec "$1" "$2" 2>/dev/null; fi'

const LAST_LINES = 20
const RELEASE_OUTPUT_LIMIT = 1_000_000

class BuildpackSteps {
  readonly #options: BuildOptions
  readonly #buildpack: FetchedBuildpack
  readonly #deadline: number

  constructor(options: BuildOptions, buildpack: FetchedBuildpack, deadline: number) {
    this.#options = options
    this.#buildpack = buildpack
    this.#deadline = deadline
  }

  async detect(): Promise<string> {
    const { result, output } = await this.#capture([this.#program('detect'), this.#paths.app])
    if (result.code !== 0) {
      const taken = looksFor(this.#buildpack.reference)?.map(this.#options.takenOut).find(Boolean)
      throw new UserError(
        `The app is not compatible with buildpack ${this.#buildpack.name}: its detect step ended with exit code ${result.code}${quote(output)}`,
        taken !== undefined
          ? `${taken}: take that line out of it.`
          : 'Take the buildpack out of the list (`slug.buildpacks` in the config, `buildpacks` in app.json), or add the file that it looks for.'
      )
    }
    return output.trim()
  }

  async compile(earlier: readonly FetchedBuildpack[]): Promise<void> {
    const { app, cache, env } = this.#paths
    const exports = earlier.map(buildpack => `${this.#folderOf(buildpack)}/export`)
    const argv = ['bash', '-c', COMPILE, 'compile', this.#program('compile'), app, cache, env, ...exports]
    const fence = this.#options.log.fence()
    const tail = new Tail(fence)
    let result: StepResult
    try {
      result = await this.#run(argv, chunk => tail.write(chunk))
    } finally {
      fence.close()
    }
    if (result.code === 0) return
    throw new WorkFailed(
      `Buildpack ${this.#buildpack.name} failed: its compile step ended with exit code ${result.code}${quote(tail.text())}`,
      nextStepAfter(tail.text())
    )
  }

  async release(): Promise<Record<string, string>> {
    const { result, output } = await this.#capture([
      'bash',
      '-c',
      RELEASE,
      'release',
      this.#program('release'),
      this.#paths.app
    ])
    if (result.code !== 0) {
      throw new UserError(
        `Buildpack ${this.#buildpack.name} failed: its release step ended with exit code ${result.code}`,
        'Run its bin/release by hand on the built tree, or pin an earlier version of the buildpack in `slug.buildpacks`.'
      )
    }
    return parseReleaseOutput(output, this.#buildpack.name)
  }

  get #paths(): PlaceFolders {
    return this.#options.place.paths
  }

  #folderOf(buildpack: FetchedBuildpack): string {
    return `${this.#paths.buildpacks}/${path.basename(buildpack.folder)}`
  }

  #program(step: string): string {
    return `${this.#folderOf(this.#buildpack)}/bin/${step}`
  }

  async #capture(argv: string[]): Promise<{ result: StepResult; output: string }> {
    const chunks: Buffer[] = []
    let size = 0
    const result = await this.#run(argv, chunk => {
      size += chunk.length
      if (size <= RELEASE_OUTPUT_LIMIT) chunks.push(chunk)
    })
    return { result, output: Buffer.concat(chunks).toString('utf8') }
  }

  async #run(argv: string[], output: (chunk: Buffer) => void): Promise<StepResult> {
    const { place, stack, commit, requestId, clock, signal } = this.#options
    const result = await place.run({
      argv,
      cwd: this.#paths.app,
      env: {
        HOME: this.#paths.home,
        STACK: stack,
        SOURCE_VERSION: commit,
        REQUEST_ID: requestId,
        CURL_CONNECT_TIMEOUT: '30',
        CURL_TIMEOUT: '180',
        LANG: 'C.UTF-8'
      },
      output,
      signal,
      timeout: Math.max(1, this.#deadline - clock.now())
    })
    if (result.timedOut) {
      throw new UserError(
        `Buildpack ${this.#buildpack.name} was ended: the build took longer than ${Math.round(this.#options.timeout / 60_000)} minutes`,
        'Its log group shows what it waited for. If it only needs more time, set a longer `build-timeout`.'
      )
    }
    return result
  }
}

/** Passes output on, and keeps the last 16 kB. */
class Tail {
  readonly #to: HostileOutput
  #end = Buffer.alloc(0)

  constructor(to: HostileOutput) {
    this.#to = to
  }

  write(chunk: Buffer): void {
    this.#to.write(chunk)
    this.#end = Buffer.concat([this.#end, chunk]).subarray(-16_384)
  }

  text(): string {
    return this.#end.toString('utf8')
  }
}

/** The last lines of a program's output for an error, without control characters (colours, cursor moves). */
function quote(output: string): string {
  const lines = stripVTControlCharacters(output)
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trimEnd()
    .split('\n')
  const last = lines.slice(-LAST_LINES).map(line => `    ${line.slice(0, 500)}`)
  return last.join('').trim() === '' ? '' : `. Its last lines:\n${last.join('\n')}`
}
