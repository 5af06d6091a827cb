import { randomUUID } from 'node:crypto'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  chooseBuildpacks,
  fetchAll,
  imagesFor,
  parseBuildpack,
  stackOf,
  Workshop,
  type BuiltApp,
  type FetchedBuildpack
} from '../buildpacks/index.ts'
import { loadConfig, mergeInputs, type Config } from '../config/index.ts'
import { buildVariables, readMastodon, type MastodonTree } from '../mastodon/index.ts'
import { headline, makeReport, renderMarkdown, reportJson, type Report } from '../report/index.ts'
import { displayPath, megabytes, readTreeFile, UserError, type BytePath } from '../runtime/index.ts'
import {
  aptfileWithoutFfmpeg,
  checkFfmpeg,
  FFMPEG_BUILDPACK,
  findProvider,
  globRule,
  HEROKU_STOPS_AT,
  HEROKU_WARNS_AT,
  makeVariants,
  Packer,
  safeRules,
  sizeWarnings,
  weigh,
  type FfmpegCheck,
  type FfmpegProvider,
  type TrimRule,
  type Verdict
} from '../slug/index.ts'
import { applySlugignore, exportTree, resolveCommit, type Commit, type ExportedTree } from '../source/index.ts'
import type { Context } from './context.ts'

/**
 * Builds the slug of a commit with and without ffmpeg, measures both, picks one against the limit, and writes the slug,
 * the report and the summary. Fails after all is written where the slug is over the limit.
 */
export async function build(context: Context): Promise<void> {
  const { inputs, runtime } = context
  const { log } = runtime
  const config = readConfig(context)
  await clearOutput(inputs.outputDir)

  const source = await log.group('Source', () => takeSource(context))
  const recipe = await log.group('Recipe', () => makeRecipe(context, config, source))
  const workshop = openWorkshop(context, config, source, recipe)
  const packer = new Packer({
    worker: runtime.packWorker,
    threads: runtime.threads,
    commitTime: source.commit.committedAt,
    blockStore: below(inputs.cache, 'blocks'),
    signal: runtime.signal
  })
  try {
    const app = await workshop.build('app', recipe.buildpacks, folder => writeSource(context, source, folder))
    const ffmpeg = await log.group('ffmpeg', () => tryFfmpeg(context, config, recipe, workshop, app))
    const variants = await makeVariants(app, recipe.provider, otherBuilds(context, source, recipe, workshop))
    const weighed = await log.group('Slugs', () =>
      weigh({
        ...trimRules(config, inputs.streamingApp ?? config.streamingApp, source.mastodon, app.builtAt),
        variants,
        packer,
        choice: config.ffmpeg,
        limit: config.slug.limit,
        ffmpegBroken: ffmpeg !== undefined && !ffmpeg.works,
        output: path.join(inputs.outputDir, 'slug.tgz')
      })
    )
    const warnings = [...source.warnings, ...recipe.warnings, ...lookAt(weighed.verdict, variants.leftOut)]
    const report = makeReport({
      createdAt: runtime.clock.now(),
      commit: source.commit,
      mastodonVersion: source.mastodon.version,
      source: { files: source.tree.files, raw: source.tree.bytes, ignored: source.ignored },
      stack: recipe.stack,
      place: recipe.place,
      choice: config.ffmpeg,
      providers: providerNames(recipe),
      check: ffmpeg,
      variants,
      weighed,
      heroku: { warnsAt: HEROKU_WARNS_AT, stopsAt: HEROKU_STOPS_AT },
      trimmed: config.slug.trim.safe || config.slug.trim.globs.length > 0,
      app,
      warnings
    })
    await tell(context, report)
    judge(report, inputs.failOn)
  } finally {
    await packer.close()
    await workshop.close()
  }
}

/** The config file of the checkout, with the inputs over it. */
function readConfig({ inputs }: Context): Config {
  const text = readTreeFile(inputs.path, inputs.config)
  return mergeInputs(loadConfig(text, inputs.config), inputs)
}

const FILES = ['slug.tgz', 'slug-streaming.tgz', 'report.json', 'report.md', 'report.html']

/** Files of an earlier run must not be taken for this one's. */
async function clearOutput(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const file of FILES) await rm(path.join(folder, file), { force: true })
}

interface Source {
  readonly commit: Commit
  readonly tree: ExportedTree
  /** A folder with the tree, as git holds it but for what `.slugignore` names. */
  readonly folder: string
  /** Names that `.slugignore` took out. */
  readonly ignored: number
  readonly mastodon: MastodonTree
  readonly warnings: readonly string[]
}

async function takeSource({ inputs, runtime }: Context): Promise<Source> {
  const { log, run, signal, scratch } = runtime
  const commit = await resolveCommit({ path: inputs.path, ref: inputs.ref, run, signal, searchPath: inputs.searchPath })
  const folder = path.join(scratch, 'source')
  const tree = await exportTree({
    path: inputs.path,
    commit: commit.sha,
    into: folder,
    run,
    signal,
    searchPath: inputs.searchPath
  })
  const { removed, warnings } = applySlugignore(folder)
  const mastodon = readMastodon(folder)
  log.info(
    `Commit ${commit.sha} (${commit.ref}): ${tree.files} files, ${megabytes(tree.bytes)}; .slugignore took out ${removed.length} names`
  )
  log.info(
    mastodon.version
      ? `Mastodon ${mastodon.version}`
      : 'This tree has no lib/mastodon/version.rb; it is built all the same'
  )
  const lfs =
    tree.lfsPointers > 0
      ? [
          `${tree.lfsPointers} files are pointers of Git LFS; a slug gets the pointers, not what they point to, as on Heroku`
        ]
      : []
  return { commit, tree, folder, ignored: removed.length, mastodon, warnings: [...warnings, ...lfs] }
}

async function writeSource({ runtime }: Context, { folder }: Source, into: string): Promise<void> {
  const { code, stderr } = await runtime.run('cp', ['-a', '--', `${folder}/.`, into], {
    env: { PATH: '/usr/bin:/bin' }
  })
  if (code !== 0)
    throw new UserError(
      `The source tree could not be copied: ${stderr.trim().slice(0, 500)}`,
      'Free disk space on the runner.'
    )
}

/** How the tree is built. */
interface Recipe {
  readonly stack: string
  readonly place: { kind: 'container' | 'host'; buildImage: string; runImage: string }
  readonly buildpacks: readonly FetchedBuildpack[]
  readonly provider: FfmpegProvider | undefined
  readonly aptfile: string | undefined
  readonly warnings: readonly string[]
}

async function makeRecipe(context: Context, config: Config, source: Source): Promise<Recipe> {
  const { inputs, runtime } = context
  const appJson = readTreeFile(source.folder, 'app.json')
  const kind = inputs.buildIn ?? (inputs.hostStack ? 'host' : 'container')
  const stack = config.stack ?? stackOf(appJson) ?? (kind === 'host' ? inputs.hostStack : undefined)
  if (stack === undefined) {
    throw new UserError(
      'Nothing says which stack the slug is for',
      'Set `stack: heroku-24` (the one of your app: `heroku stack`) in the config file.'
    )
  }
  const images = imagesFor(stack)
  const aptfile = readTreeFile(source.folder, 'Aptfile')
  const chosen = chooseBuildpacks(config.slug.buildpacks && [...config.slug.buildpacks], appJson)
  const written = chosen.map(({ reference }) => reference.text)
  const lacksFfmpeg = config.ffmpeg === 'with' && !findProvider(written, aptfile)
  const all = lacksFfmpeg
    ? [{ reference: parseBuildpack(FFMPEG_BUILDPACK, 'config'), sha256: undefined }, ...chosen]
    : chosen
  if (lacksFfmpeg) runtime.log.info(`No buildpack brings ffmpeg, so ${FFMPEG_BUILDPACK} is added in front`)

  const buildpacks = await fetchAll(all, {
    folder: path.join(runtime.scratch, 'buildpacks'),
    cacheFolder: below(inputs.cache, 'buildpacks'),
    registryUrl: inputs.buildpackRegistryUrl,
    sourceTree: source.folder,
    searchPath: inputs.searchPath,
    ...runtime
  })
  return {
    stack,
    place: { kind, buildImage: inputs.buildImage ?? images.build, runImage: inputs.runImage ?? images.run },
    buildpacks,
    provider: findProvider(
      all.map(({ reference }) => reference.text),
      aptfile
    ),
    aptfile,
    warnings: hostWarnings(kind, stack, inputs.hostStack)
  }
}

function hostWarnings(kind: 'container' | 'host', stack: string, hostStack: string | undefined): string[] {
  if (kind === 'container' || hostStack === stack) return []
  const here = hostStack ? `the image of ${hostStack}` : 'no image of Heroku’s'
  return [`This was built in ${here}, for ${stack}: what the buildpacks compiled may not run on Heroku`]
}

function openWorkshop(
  { inputs, runtime }: Context,
  config: Config,
  { commit, folder }: Source,
  { stack, place }: Recipe
): Workshop {
  return new Workshop({
    ...place,
    network: inputs.buildNetwork ?? 'bridge',
    secretsHeld: inputs.secretsHeld,
    stack,
    commit: commit.sha,
    variables: { ...buildVariables(folder), ...config.slug.env },
    timeout: inputs.buildTimeout,
    scratch: runtime.scratch,
    keptCache: below(inputs.cache, 'build'),
    requestId: randomUUID(),
    dockerEnv: inputs.dockerEnvironment,
    run: runtime.run,
    log: runtime.log,
    clock: runtime.clock,
    signal: runtime.signal
  })
}

async function tryFfmpeg(
  { runtime }: Context,
  config: Config,
  recipe: Recipe,
  workshop: Workshop,
  app: BuiltApp
): Promise<FfmpegCheck | undefined> {
  const { log, signal } = runtime
  if (!recipe.provider || config.ffmpeg === 'without') {
    log.info(recipe.provider ? 'It is left out, as the config says' : 'Nothing in this build brings it')
    return undefined
  }
  const place = await workshop.openDyno(app)
  const check = await checkFfmpeg({ place, root: app.root, entries: app.entries, stack: recipe.stack, signal })
  await place.close()
  log.info(
    check.works ? `${check.version} works: it made an mp4 of an animated GIF` : (check.problem ?? 'It does not work')
  )
  if (check.mended.length > 0) log.info(`Put on the library path: ${check.mended.join(', ')}`)
  return check
}

/** The builds that the slug without ffmpeg may need. */
function otherBuilds(context: Context, source: Source, { buildpacks, provider, aptfile }: Recipe, workshop: Workshop) {
  const fill = async (folder: string): Promise<void> => {
    await writeSource(context, source, folder)
    if (aptfile !== undefined) await writeFile(path.join(folder, 'Aptfile'), aptfileWithoutFfmpeg(aptfile))
  }
  return {
    aptAgain: () => workshop.build('apt-again', [buildpacks[provider!.apt!]!], fill),
    buildAgain: (why: string) => {
      context.runtime.log.info(`The slug without ffmpeg is built from the start: ${why}`)
      const others = buildpacks.filter((_, i) => !provider!.buildpacks.includes(i))
      return workshop.build('built-again', others, fill)
    }
  }
}

function trimRules(
  config: Config,
  streamingApp: string | undefined,
  { bundler, rubyNeedsNode }: MastodonTree,
  builtAt: string
): { applied: TrimRule[]; offered: TrimRule[] } {
  const streaming = streamingApp === undefined ? 'perhaps' : 'no'
  const safe = safeRules({ streaming, builtAt, rubyNeedsNode, bundler })
  const { trim } = config.slug
  const globs = trim.globs.length > 0 ? [globRule(trim.globs)] : []
  return { applied: [...(trim.safe ? safe : []), ...globs], offered: safe }
}

/** What is no failure, but should be known. */
function lookAt(verdict: Verdict, leftOut: readonly BytePath[]): string[] {
  const names = leftOut.slice(0, 10).map(displayPath).join(', ')
  const special = leftOut.length > 0 ? [`A slug holds files, folders and links alone; left out: ${names}`] : []
  return [...sizeWarnings(verdict), ...special]
}

function providerNames({ provider, buildpacks }: Recipe): string[] {
  if (!provider) return []
  const names = provider.buildpacks.map(i => buildpacks[i]!.name)
  return provider.apt === undefined ? names : [...names, 'Aptfile']
}

/** Writes every file and output, the summary, and annotations. */
async function tell({ inputs, runtime, results }: Context, report: Report): Promise<void> {
  const at = (file: string): string => path.join(inputs.outputDir, file)
  const markdown = renderMarkdown(report)
  await writeFile(at('report.json'), reportJson(report))
  await writeFile(at('report.md'), markdown)

  const { verdict, variants } = report
  const sizeOf = (name: 'with' | 'without') => variants.find(variant => variant.name === name)?.compressed
  results.output('slug-path', at('slug.tgz'))
  results.output('slug-sha256', variants.find(({ name }) => name === verdict.chosen)!.sha256!)
  results.output('slug-size', verdict.compressed)
  results.output('slug-size-with-ffmpeg', sizeOf('with') ?? '')
  results.output('slug-size-without-ffmpeg', sizeOf('without') ?? '')
  results.output('slug-limit', verdict.limit)
  results.output('within-limit', verdict.withinLimit)
  results.output('ffmpeg', verdict.chosen)
  results.output('report-path', at('report.json'))
  await results.summary(markdown)

  for (const warning of report.warnings) runtime.log.warning(warning)
  for (const { name, compressed } of variants)
    runtime.log.info(`${name} ffmpeg: ${megabytes(compressed)} (${compressed} bytes)`)
  if (report.ffmpeg.givenUp)
    runtime.log.warning('This slug has no ffmpeg: uploads of video, audio and animated GIFs will fail on this instance')
  runtime.log.info(headline(report))
  const { size } = await stat(at('slug.tgz'))
  if (size !== verdict.compressed)
    throw new Error(`slug.tgz has ${size} bytes, and ${verdict.compressed} were measured`)
}

function judge(report: Report, failOn: 'limit' | 'never'): void {
  const { verdict } = report
  if (verdict.problem !== undefined) {
    throw new UserError(
      `The slug is not fit to ship: ${verdict.problem}`,
      'Read the log group "ffmpeg", or set `ffmpeg: auto` to go without.'
    )
  }
  if (verdict.withinLimit || failOn === 'never') return
  throw new UserError(
    `The slug is over its limit: ${megabytes(verdict.compressed)} of ${megabytes(verdict.limit)}`,
    'The report lists the ways back under it, the cheapest first.'
  )
}

function below(folder: string | undefined, name: string): string | undefined {
  return folder === undefined ? undefined : path.join(folder, name)
}
