import { randomUUID } from 'node:crypto'
import path from 'node:path'
import {
  aptfileProblem,
  chooseBuildpacks,
  fetchAll,
  imagesFor,
  isAptBuildpack,
  parseAptfile,
  parseBuildpack,
  stackOf,
  Workshop,
  type FetchedBuildpack
} from '../../buildpacks/index.ts'
import { type Config, type Inputs } from '../../config/index.ts'
import { refuse } from '../../deploy/index.ts'
import { DEFAULT_STACK } from '../../knowledge/index.ts'
import { buildVariables, checkBuildpackList } from '../../mastodon/index.ts'
import { readTreeFile, UserError, walkTree, type BytePath } from '../../runtime/index.ts'
import { FFMPEG_BUILDPACK, guessProvider, requireCommitted, slugFiles, type FfmpegProvider } from '../../slug/index.ts'
import { takenOut } from '../../source/index.ts'
import type { Context } from '../context.ts'
import { committedFfmpeg } from './ffmpeg.ts'
import { neededByBuildpacks, neededByDynos, requireKept } from './kept.ts'
import { procfileOf, type Source } from './source.ts'

/** How the tree is built. */
export interface Recipe {
  readonly stack: string
  readonly place: { kind: 'container' | 'host'; buildImage: string; runImage: string }
  readonly buildpacks: readonly FetchedBuildpack[]
  /** What will bring ffmpeg, by names: the built tree shows what did. */
  readonly guess: FfmpegProvider | undefined
  /** A buildpack for ffmpeg was put in front of the list, since nothing else says that it brings one. */
  readonly addsFfmpeg: boolean
  /** Executables called ffmpeg that were committed. */
  readonly committed: readonly BytePath[]
  readonly aptfile: string | undefined
  readonly warnings: readonly string[]
}

/** Decides how the tree is built, and brings the buildpacks here. */
export async function makeRecipe(context: Context, config: Config, source: Source): Promise<Recipe> {
  const { inputs, runtime } = context
  const appJson = readTreeFile(source.folder, 'app.json')
  const kind = placeKind(inputs)
  const stack = requireStack(inputs, config, appJson)
  if (kind === 'host' && inputs.buildNetwork !== undefined && inputs.buildNetwork !== 'bridge') {
    throw new UserError(
      `build-network: ${inputs.buildNetwork} has no effect on the host`,
      'Use `build-in: container`, or leave it out.'
    )
  }
  const images = imagesFor(stack)
  const aptfile = readTreeFile(source.folder, 'Aptfile')
  requireKept(source, config.slug.buildpacks ? [] : [{ file: 'app.json', who: 'the list of buildpacks' }])
  const { chosen, warnings } = chooseBuildpacks(config.slug.buildpacks && [...config.slug.buildpacks], appJson)
  for (const warning of warnings) runtime.log.info(warning)
  const written = chosen.map(({ reference }) => reference.text)
  const { types } = procfileOf(source)
  requireKept(source, [...neededByBuildpacks(written), ...neededByDynos(config, types['web'])])
  if (aptfile !== undefined && written.some(isAptBuildpack)) requireReadable(aptfile)
  const { files } = slugFiles(walkTree(source.folder), source.folder, () => 0)
  if (inputs.builder === 'runner') requireCommitted(config.slug.trim.globs, files, types)
  const committed = committedFfmpeg(context, config, files)
  const addsFfmpeg = config.ffmpeg === 'with' && !guessProvider(written, aptfile)
  const all = addsFfmpeg
    ? [{ reference: parseBuildpack(FFMPEG_BUILDPACK, 'config'), sha256: undefined }, ...chosen]
    : chosen
  if (addsFfmpeg) runtime.log.info(`No buildpack says that it brings ffmpeg, so ${FFMPEG_BUILDPACK} is added in front`)

  const buildpacks = await fetchAll(all, {
    folder: path.join(runtime.scratch, 'buildpacks'),
    cacheFolder: below(inputs.cache, 'buildpacks'),
    registryUrl: inputs.buildpackRegistryUrl,
    sourceTree: source.folder,
    searchPath: inputs.searchPath,
    proxyEnvironment: inputs.proxyEnvironment,
    ...runtime
  })
  return {
    stack,
    place: { kind, buildImage: inputs.buildImage ?? images.build, runImage: inputs.runImage ?? images.run },
    buildpacks,
    addsFfmpeg,
    committed,
    guess: guessProvider(
      all.map(({ reference }) => reference.text),
      aptfile
    ),
    aptfile,
    warnings: [...warnings, ...hostWarnings(kind, stack, inputs.hostStack)]
  }
}

/** Where it is built and its dynos run: as asked for, else here in an image of Heroku's, else in a container. */
export function placeKind({ buildIn, hostStack }: Inputs): 'container' | 'host' {
  return buildIn ?? (hostStack ? 'host' : 'container')
}

/** The stack that the config names, else app.json, else on the host the image; undefined if none does. */
export function stackFor(inputs: Inputs, { stack }: Config, appJson: string | undefined): string | undefined {
  return stack ?? stackOf(appJson) ?? (placeKind(inputs) === 'host' ? inputs.hostStack : undefined)
}

/** The same; throws a `UserError` if nothing names it. */
export function requireStack(inputs: Inputs, config: Config, appJson: string | undefined): string {
  const stack = stackFor(inputs, config, appJson)
  if (stack !== undefined) return stack
  throw new UserError(
    'Nothing says which stack the slug is for',
    `Set \`stack: ${DEFAULT_STACK}\` (the one of your app: \`heroku stack\`) in the config file.`
  )
}

/** Throws a `UserError` for a list of buildpacks with which the build surely fails, and that nobody has let through. */
export function judgeBuildpacks({ checks }: Config, { mastodon }: Source, { buildpacks }: Recipe): void {
  const found = checkBuildpackList(
    buildpacks.map(({ reference }) => reference),
    mastodon
  )
  refuse(found.filter(({ name }) => !checks.skip.includes(name)))
}

/** Throws a `UserError` for a line on which the apt buildpack would fail, some minutes later and without its number. */
function requireReadable(aptfile: string): void {
  const problem = aptfileProblem(parseAptfile(aptfile))
  if (problem) throw new UserError(problem.what, problem.next)
}

function hostWarnings(kind: 'container' | 'host', stack: string, hostStack: string | undefined): string[] {
  if (kind === 'container' || hostStack === stack) return []
  const here = hostStack ? `the image of ${hostStack}` : 'no image of Heroku’s'
  return [`This was built in ${here}, for ${stack}: what the buildpacks compiled may not run on Heroku`]
}

/** Where the tree is built. */
export function openWorkshop(
  { inputs, runtime }: Context,
  config: Config,
  { commit, removed }: Source,
  { stack, place }: Recipe
): Workshop {
  return new Workshop({
    ...place,
    network: inputs.buildNetwork ?? 'bridge',
    secretsHeld: inputs.secretsHeld,
    stack,
    commit: commit.sha,
    variables: tree => ({ ...buildVariables(tree), ...config.slug.env }),
    timeout: inputs.buildTimeout,
    scratch: runtime.scratch,
    keptCache: below(inputs.cache, 'build'),
    requestId: randomUUID(),
    takenOut: file => takenOut(removed, file),
    dockerEnv: inputs.dockerEnvironment,
    run: runtime.run,
    log: runtime.log,
    clock: runtime.clock,
    signal: runtime.signal
  })
}

/** A folder in the cache, where there is one. */
export function below(folder: string | undefined, name: string): string | undefined {
  return folder === undefined ? undefined : path.join(folder, name)
}
