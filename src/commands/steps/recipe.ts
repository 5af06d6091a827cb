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
import { type Config } from '../../config/index.ts'
import { refuse } from '../../deploy/index.ts'
import { INPUTS, type Inputs, type Machine, type Slice } from '../../inputs/index.ts'
import { DEFAULT_STACK } from '../../knowledge/index.ts'
import { buildVariables, checkBuildpackList } from '../../mastodon/index.ts'
import { readTreeFile, UserError, walkTree, type BytePath, type Runtime } from '../../runtime/index.ts'
import { FFMPEG_BUILDPACK, guessProvider, requireCommitted, slugFiles, type FfmpegProvider } from '../../slug/index.ts'
import { takenOut } from '../../source/index.ts'
import { committedFfmpeg } from './committed-ffmpeg.ts'

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

/** What says where it is built: the input, and the image of Heroku's that this is, if it is one. */
export interface Where {
  readonly buildIn: Inputs['buildIn']
  readonly hostStack?: string
}

export type RecipeInputs = Slice<
  'buildIn' | 'buildNetwork' | 'buildImage' | 'runImage' | 'cache' | 'buildpackRegistryUrl'
>

/** Decides how the tree is built, and brings the buildpacks here. */
export async function makeRecipe(
  inputs: RecipeInputs,
  builder: Inputs['builder'],
  config: Config,
  source: Source,
  machine: Machine,
  runtime: Runtime
): Promise<Recipe> {
  const { hostStack } = machine
  const where = { buildIn: inputs.buildIn, hostStack }
  const appJson = readTreeFile(source.folder, 'app.json')
  const kind = placeKind(where)
  const stack = requireStack(where, config, appJson)
  if (kind === 'host' && inputs.buildNetwork !== INPUTS['build-network'].default) {
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
  if (builder === 'runner') requireCommitted(config.slug.trim.globs, files, types)
  const committed = committedFfmpeg(config, files, builder)
  const addsFfmpeg = config.ffmpeg === 'with' && !guessProvider(written, aptfile)
  const all = addsFfmpeg
    ? [{ reference: parseBuildpack(FFMPEG_BUILDPACK, 'config'), sha256: undefined }, ...chosen]
    : chosen
  if (addsFfmpeg) runtime.log.info(`No buildpack says that it brings ffmpeg, so ${FFMPEG_BUILDPACK} is added in front`)

  const buildpacks = await fetchAll(all, {
    folder: path.join(runtime.scratch, 'buildpacks'),
    cacheFolder: cacheOf(inputs, machine, 'buildpacks'),
    registryUrl: inputs.buildpackRegistryUrl,
    sourceTree: source.folder,
    searchPath: machine.searchPath,
    proxyEnvironment: machine.proxyEnvironment,
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
    warnings: [...warnings, ...hostWarnings(kind, stack, hostStack)]
  }
}

/** Where it is built and its dynos run: as asked for, else here in an image of Heroku's, else in a container. */
export function placeKind({ buildIn, hostStack }: Where): 'container' | 'host' {
  return buildIn ?? (hostStack ? 'host' : 'container')
}

/** The stack that the config names, else app.json, else on the host the image; undefined if none does. */
export function stackFor(where: Where, { stack }: Config, appJson: string | undefined): string | undefined {
  return stack ?? stackOf(appJson) ?? (placeKind(where) === 'host' ? where.hostStack : undefined)
}

/** The same; throws a `UserError` if nothing names it. */
export function requireStack(where: Where, config: Config, appJson: string | undefined): string {
  const stack = stackFor(where, config, appJson)
  if (stack !== undefined) return stack
  throw new UserError(
    'Nothing says which stack the slug is for',
    `Set \`stack: ${DEFAULT_STACK}\` (the one of your app: \`heroku stack --app APP\`) in the config file.`
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
  inputs: Slice<'buildNetwork' | 'buildTimeout' | 'cache'>,
  config: Config,
  { commit, removed }: Source,
  { stack, place }: Recipe,
  machine: Machine,
  runtime: Runtime
): Workshop {
  return new Workshop({
    ...place,
    network: inputs.buildNetwork,
    secretsHeld: machine.secretsHeld,
    stack,
    commit: commit.sha,
    variables: tree => ({ ...buildVariables(tree), ...config.slug.env }),
    timeout: inputs.buildTimeout,
    scratch: runtime.scratch,
    keptCache: cacheOf(inputs, machine, 'build'),
    requestId: randomUUID(),
    takenOut: file => takenOut(removed, file),
    dockerEnv: machine.dockerEnvironment,
    run: runtime.run,
    log: runtime.log,
    clock: runtime.clock,
    signal: runtime.signal
  })
}

/** A folder of that name that is kept between builds; undefined if nothing is kept. */
export function cacheOf(
  { cache }: Slice<'cache'>,
  { cacheFolder }: Pick<Machine, 'cacheFolder'>,
  name: string
): string | undefined {
  return cache === 'off' ? undefined : path.join(cache ?? cacheFolder, name)
}
