import { describe, expect, it } from '@jest/globals'
import { chmodSync } from 'node:fs'
import path from 'node:path'
import { type BuiltApp, type FetchedBuildpack } from '../../src/buildpacks/index.ts'
import { LayerLog } from '../../src/buildpacks/layers.ts'
import { bytePath, displayPath } from '../../src/runtime/index.ts'
import { ffmpegPrograms, packageFiles, realNames } from '../../src/slug/ffmpeg-tree.ts'
import { globRule } from '../../src/slug/trim.ts'
import { makeVariants, type FfmpegVariants } from '../../src/slug/variants.ts'
import { temp } from '../helpers/temp.ts'
import { filesOf, makeTree } from './helpers.ts'

/** A file with an x bit, where one of makeTree's would have none. */
const X = 'x:'

function write(root: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const isExecutable = content.startsWith(X)
    makeTree({ [name]: isExecutable ? content.slice(X.length) : content }, root)
    if (isExecutable) chmodSync(path.join(root, name), 0o755)
  }
}

function programsOf(files: Record<string, string>): string[] {
  const root = temp()
  write(root, files)
  return ffmpegPrograms(filesOf(root)).map(file => displayPath(file.path))
}

describe('executables called ffmpeg', () => {
  it('are files with an x bit, wherever they lie', () => {
    const files = {
      'vendor/ffmpeg/bin/ffmpeg': X,
      ffmpeg: X,
      'doc/ffmpeg': 'no x bit',
      'bin/ffmpeg-7': X,
      'share/ffmpeg/preset': X,
      'lib/libffmpeg.so': X
    }
    expect(programsOf(files)).toEqual(['ffmpeg', 'vendor/ffmpeg/bin/ffmpeg'])
  })

  it.each([
    ['beside it', 'ff7', true],
    ['by a folder above', '../opt/ff7', true],
    ['by a link to a folder', '../current/ff7', true],
    ['where it lies at run time', '/app/opt/ff7', true],
    ['by another link', '../opt/alias', true],
    ['to a file without an x bit', '../opt/readme', false],
    ['to a folder', '../opt', false],
    ['to nothing', '../opt/none', false],
    ['to the stack', '/usr/bin/ffmpeg', false],
    ['out of the slug', '../../bin/sh', false],
    ['in a circle', 'ffmpeg', false]
  ])('are links that lead to one: %s', (_what, target, yes) => {
    const files = {
      'bin/ff7': X,
      'opt/ff7': X,
      'opt/readme': 'text',
      'opt/alias': '->ff7',
      current: '->opt',
      'bin/ffmpeg': `->${target}`
    }
    expect(programsOf(files)).toEqual(yes ? ['bin/ffmpeg'] : [])
  })

  it('are known by a path through links, too', () => {
    const root = temp()
    write(root, { 'opt/7/bin/ffmpeg': X, 'opt/current': '->7' })
    const realName = realNames(filesOf(root))
    expect(realName(bytePath('opt/current/bin/ffmpeg'))).toBe('opt/7/bin/ffmpeg')
    expect(realName(bytePath('ffmpeg'))).toBe('ffmpeg')
    expect(realName(bytePath('opt/none/ffmpeg'))).toBeUndefined()
  })

  it('may belong to a package, or to a buildpack that was committed', () => {
    const root = temp()
    write(root, {
      'node_modules/ffmpeg-static/ffmpeg': X,
      'vendor/bundle/ruby/4.0.0/gems/f-1/ffmpeg': X,
      'buildpacks/mine/bin/detect': X,
      'buildpacks/mine/bin/compile': X,
      'buildpacks/mine/opt/ffmpeg': X,
      'vendor/ffmpeg/ffmpeg': X
    })
    const isOfPackage = packageFiles(filesOf(root))
    const own = ffmpegPrograms(filesOf(root)).filter(file => !isOfPackage(file.path))
    expect(own.map(file => file.path)).toEqual(['vendor/ffmpeg/ffmpeg'])
  })
})

type Step = readonly [reference: string, files: Record<string, string>, scripts?: Record<string, string>]

/** A tree that the source and then each step wrote into, with the account that a build keeps of it. */
function build(source: Record<string, string>, steps: readonly Step[]): BuiltApp {
  const root = temp()
  write(root, source)
  const log = new LayerLog(root)
  log.close()
  const layers: BuiltApp['layers'][number][] = [{ name: 'source', detected: '', milliseconds: 0, processTypes: {} }]
  for (const [reference, files, scripts = {}] of steps) {
    write(root, files)
    log.close()
    const folder = temp()
    write(folder, { 'bin/detect': X, 'bin/compile': X, ...scripts })
    const buildpack: FetchedBuildpack = { name: reference, reference, kind: 'git', sha256: '', folder }
    layers.push({ name: reference, detected: '', buildpack, milliseconds: 0, processTypes: {} })
  }
  return {
    root,
    builtAt: '/app',
    entries: log.entries,
    layers,
    layerOf: file => log.ownerOf(file),
    mixed: log.mixed,
    processTypes: {}
  }
}

interface Made {
  readonly variants: FfmpegVariants
  readonly without: string[] | undefined
  readonly asked: string[]
}

/** Makes variants; `again` is what a step that runs again gives. */
async function make(
  app: BuiltApp,
  {
    aptfile,
    onPath = [],
    trim = [],
    again
  }: { aptfile?: string; onPath?: string[]; trim?: string[]; again?: BuiltApp } = {}
): Promise<Made> {
  const asked: string[] = []
  const run = (what: string): Promise<BuiltApp> => {
    asked.push(what)
    return again ? Promise.resolve(again) : Promise.reject(new Error(`${what} was not expected`))
  }
  const variants = await makeVariants(
    app,
    {
      aptfile,
      onPath: new Set(onPath.map(bytePath)),
      applied: trim.length > 0 ? [globRule(trim)] : []
    },
    { aptAgain: apt => run(`apt ${apt}`), buildAgain: without => run(`all but ${without.join(' ')}`) }
  )
  const without = variants.without?.filter(({ kind }) => kind !== 'directory').map(file => displayPath(file.path))
  return { variants, without, asked }
}

const APT_SCRIPTS = { 'bin/detect': `${X}test -f "$1/Aptfile"` }
const MEDIA: Record<string, string> = {
  '.heroku/media/bin/ffmpeg': X,
  '.heroku/media/bin/ffprobe': X,
  '.heroku/media/bin/vips': X,
  '.heroku/media/lib/libvips.so.42': X,
  '.profile.d/media.sh': 'PATH=…'
}
const ACTIVESTORAGE: Record<string, string> = {
  '.heroku/activestorage-preview/bin/ffmpeg': X,
  '.heroku/activestorage-preview/bin/ffprobe': X,
  '.heroku/activestorage-preview/lib/libav.so.1': X,
  '.profile.d/ffmpeg.sh': 'PATH=…'
}

describe('the slug without ffmpeg', () => {
  it('is the whole tree if there is none in it, whatever the names say', async () => {
    const app = build({ Gemfile: '' }, [
      ['https://example.com/heroku-buildpack-ffmpeg', { 'vendor/ffmpeg/readme': '' }]
    ])
    const { variants, without } = await make(app)
    expect(variants).toMatchObject({ derivation: 'built', programs: [] })
    expect(variants.with).toBeUndefined()
    expect(without).toEqual(['Gemfile', 'vendor/ffmpeg/readme'])
  })

  it('has nothing of a buildpack that brings ffmpeg alone', async () => {
    const app = build({ Gemfile: '' }, [
      ['https://github.com/heroku/heroku-buildpack-activestorage-preview', ACTIVESTORAGE]
    ])
    const { variants, without } = await make(app, { onPath: ['.heroku/activestorage-preview/bin/ffmpeg'] })
    expect(variants.derivation).toBe('subtracted')
    expect(without).toEqual(['Gemfile'])
    expect(variants.programs).toEqual([
      { path: '.heroku/activestorage-preview/bin/ffmpeg', layer: 1, onPath: true, inPackage: false, stays: false }
    ])
  })

  it.each([
    ['of another name', 'https://example.com/heroku-buildpack-media'],
    ['whose name says ffmpeg, and that brings another program', 'https://example.com/heroku-buildpack-ffmpeg-vips']
  ])('loses the programs alone of a buildpack %s', async (_what, reference) => {
    const { variants, without } = await make(build({ Gemfile: '' }, [[reference, MEDIA]]))
    expect(variants.derivation).toBe('programs')
    expect(without).toEqual([
      '.heroku/media/bin/vips',
      '.heroku/media/lib/libvips.so.42',
      '.profile.d/media.sh',
      'Gemfile'
    ])
  })

  it('has the step run again that reads the Aptfile, whatever it is called', async () => {
    const source = { Aptfile: 'ffmpeg libidn12\n' }
    const step = (files: Record<string, string>): Step => [
      'https://example.com/heroku-buildpack-aptitude',
      files,
      APT_SCRIPTS
    ]
    const app = build(source, [
      ['heroku/nodejs', { n: '' }],
      step({ '.apt/usr/bin/ffmpeg': X, '.apt/usr/lib/libidn.so': '' })
    ])
    const again = build({ Aptfile: 'libidn12\n' }, [step({ '.apt/usr/lib/libidn.so': '' })])
    const { variants, without, asked } = await make(app, { aptfile: source.Aptfile, again })
    expect(asked).toEqual(['apt 1'])
    expect(variants.derivation).toBe('apt-again')
    expect(without).toEqual(['.apt/usr/lib/libidn.so', 'Aptfile', 'n'])
  })

  it('is built again if a later step wrote over the provider’s files', async () => {
    const app = build({}, [
      ['./buildpacks/activestorage-preview', ACTIVESTORAGE],
      ['./meddler', { '.heroku/activestorage-preview/bin/ffmpeg': `${X}other`, m: '' }]
    ])
    const again = build({}, [['./meddler', { m: '' }]])
    const { variants, without, asked } = await make(app, { again })
    expect(asked).toEqual(['all but 0'])
    expect([variants.derivation, without]).toEqual(['built-again', ['m']])
  })

  it.each<[string, Record<string, string>, Step[], string | undefined]>([
    ['it was committed', { 'vendor/ffmpeg/bin/ffmpeg': X }, [], undefined],
    ['another package of the Aptfile needs it', {}, [['apt', { '.apt/usr/bin/ffmpeg': X }, APT_SCRIPTS]], 'yt-dlp\n']
  ])('is not there if %s', async (_what, source, steps, aptfile) => {
    const { variants } = await make(build({ Gemfile: '', ...source }, steps), { aptfile })
    expect(variants.without).toBeUndefined()
    expect(variants.with).toBeDefined()
    expect(variants.programs).toMatchObject([{ stays: true }])
  })

  it('is not there if ffmpeg comes back when the apt step runs again', async () => {
    const step: Step = ['apt', { '.apt/usr/bin/ffmpeg': X }, APT_SCRIPTS]
    const [app, again] = [build({ Aptfile: 'ffmpeg yt-dlp\n' }, [step]), build({ Aptfile: 'yt-dlp\n' }, [step])]
    const { variants, asked } = await make(app, { aptfile: 'ffmpeg yt-dlp\n', again })
    expect(asked).toEqual(['apt 0'])
    expect(variants.without).toBeUndefined()
  })

  it('may have one that only its package calls, but none on the PATH', async () => {
    const source = { 'node_modules/ffmpeg-static/ffmpeg': X }
    const app = (): BuiltApp => build(source, [['./activestorage-preview', ACTIVESTORAGE]])
    const { without, variants } = await make(app())
    expect(without).toEqual(['node_modules/ffmpeg-static/ffmpeg'])
    expect(variants.programs).toMatchObject([{ stays: false }, { inPackage: true, stays: true }])
    const onPath = await make(app(), { onPath: ['node_modules/ffmpeg-static/ffmpeg'] })
    expect(onPath.variants.without).toBeUndefined()
    const alone = await make(build(source, []))
    expect(alone.variants.with).toBeUndefined()
  })

  it('is there again if trimming takes out what was committed', async () => {
    const source = { 'vendor/ffmpeg/ffmpeg': X, Gemfile: '' }
    const { variants } = await make(build(source, []), { trim: ['vendor/ffmpeg/**'] })
    expect([variants.with, variants.programs]).toEqual([undefined, []])
  })

  it('is told by what is left: a committed link to a program that goes is no program any more', async () => {
    const app = build({ 'bin/ffmpeg': '->../.heroku/activestorage-preview/bin/ffmpeg' }, [
      ['./activestorage-preview', ACTIVESTORAGE]
    ])
    const { without } = await make(app)
    expect(without).toEqual(['bin/ffmpeg'])
  })
})
