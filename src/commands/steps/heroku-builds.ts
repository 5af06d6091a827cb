import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Config } from '../../config/index.ts'
import { type BuildRecipe, type HerokuSupply } from '../../deploy/index.ts'
import { type JobResults } from '../../inputs/index.ts'
import { sizeText, UserError, writeTreeFile, type Log, type Runtime } from '../../runtime/index.ts'
import { aptfileWithoutFfmpeg, STREAMING_PROCESS_TYPES } from '../../slug/index.ts'
import { judgeSize } from '../../verdict/index.ts'
import { requireFit, type Gate } from './size-gate.ts'
import { processTypesFor } from './processes.ts'
import { type Recipe } from './recipe.ts'
import { type ToBuild } from './slugs.ts'
import { procfileOf, writeSource, type Source } from './source.ts'

/** `builder: heroku`: the source goes to Heroku, which builds it with the same buildpacks. */
export function herokuBuilds(
  { config, source, recipe, fingerprint }: ToBuild,
  gate: Gate,
  runtime: Runtime,
  results: JobResults
): HerokuSupply {
  requireBuildable(config, recipe)
  const { log } = runtime
  const { types } = procfileOf(source)
  const make = (name: string, ffmpeg: boolean, rest: Pick<BuildRecipe, 'role' | 'variant'>): BuildRecipe => ({
    ...rest,
    commit: source.commit.sha,
    fingerprint: fingerprint.whole,
    buildpacks: buildpacksFor(recipe, ffmpeg),
    pack: () =>
      packSource(source, name, runtime, {
        Procfile: writeProcfile(
          rest.role === 'web' ? processTypesFor(config, types, log) : { ...STREAMING_PROCESS_TYPES }
        ),
        ...(recipe.aptfile === undefined || ffmpeg ? {} : { Aptfile: aptfileWithoutFfmpeg(recipe.aptfile) })
      })
  })
  return {
    by: 'heroku',
    web: wanted(config, recipe).map(ffmpeg => {
      const variant = `${ffmpeg ? 'with' : 'without'} ffmpeg`
      return make(ffmpeg ? 'web-with' : 'web-without', ffmpeg, { role: 'web', variant })
    }),
    streaming: make('streaming', false, { role: 'streaming', variant: 'streaming role' }),
    judge: ({ size, variant }) => requireSize(config, size, variant, gate, log, results)
  }
}

/** The slugs to build, each with ffmpeg or not, in the order in which they are tried. By names: Heroku's tree is not seen. */
function wanted({ ffmpeg: choice }: Config, { guess, committed }: Recipe): boolean[] {
  if (committed.length > 0) return [true]
  if (!guess || choice === 'without') return [false]
  return choice === 'auto' ? [true, false] : [true]
}

/** Throws a `UserError` for what only a build on the runner can do. */
function requireBuildable({ slug, app }: Config, { buildpacks }: Recipe): void {
  const refuse = (what: string, next: string): never => {
    throw new UserError(`\`builder: heroku\` cannot ${what}`, `${next} Or leave \`builder\` at \`runner\`.`)
  }
  const folder = buildpacks.find(({ kind }) => kind === 'folder')
  if (folder) refuse(`use the buildpack ${folder.name}: it is a folder here`, 'Name it by an https address.')
  const pinned = slug.buildpacks?.find(({ sha256 }) => sha256 !== undefined)
  if (pinned) refuse(`hold ${pinned.buildpack} to its sha256: Heroku fetches it itself`, 'Take the `sha256` out.')
  if (Object.keys(slug.env).length > 0)
    refuse(
      'set `slug.env`: Heroku builds with the config vars of the app',
      `Set them with \`heroku config:set … --app ${app ?? 'APP'}\`.`
    )
}

function buildpacksFor({ buildpacks, guess }: Recipe, ffmpeg: boolean): string[] {
  return buildpacks
    .filter((_, i) => ffmpeg || !guess?.buildpacks.includes(i))
    .map(({ reference }) => reference.replace(/^urn:buildpack:/, ''))
}

function writeProcfile(types: Readonly<Record<string, string>>): string {
  return Object.entries(types)
    .map(([name, command]) => `${name}: ${command}\n`)
    .join('')
}

/** A tarball of the tree with some files of ours. */
async function packSource(
  source: Source,
  name: string,
  { run, scratch, signal }: Pick<Runtime, 'run' | 'scratch' | 'signal'>,
  files: Readonly<Record<string, string>>
): Promise<{ file: string; sha256: string }> {
  const folder = path.join(scratch, `source-${name}`)
  const file = `${folder}.tgz`
  await run('mkdir', ['-p', '--', folder], { env: { PATH: '/usr/bin:/bin' } })
  await writeSource(source, folder, run)
  for (const [at, text] of Object.entries(files)) writeTreeFile(folder, at, text)
  const { code, stderr } = await run(
    'tar',
    ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-C', folder, '-czf', file, '.'],
    { env: { PATH: '/usr/bin:/bin' }, signal }
  )
  if (code !== 0)
    throw new UserError(
      `The source could not be packed: ${stderr.trim().slice(0, 300)}`,
      'Free disk space on the runner.'
    )
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return { file, sha256: hash.digest('hex') }
}

/** Tells the size, and throws a `GateError` if it is over the limit. */
function requireSize(
  { slug }: Config,
  bytes: number,
  variant: string,
  gate: Gate,
  log: Log,
  results: JobResults
): void {
  log.info(`The slug ${variant} has ${sizeText(bytes)} (${bytes} bytes); the limit is ${sizeText(slug.limit)}`)
  results.output('slug-size', bytes)
  results.output('slug-limit', slug.limit)
  results.output('within-limit', judgeSize(bytes, slug.limit).fits)
  const hint =
    '`command: build` shows what makes it large, and the ways back under the limit; `ffmpeg: without` is the shortest.'
  requireFit(`slug ${variant}`, bytes, slug.limit, gate, hint)
}
