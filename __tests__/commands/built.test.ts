import { beforeEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import path from 'node:path'
import { builtBefore, noteBuilt, type NoteFolders } from '../../src/commands/steps/built-note.ts'
import { fingerprintOf, type Fingerprint } from '../../src/commands/steps/fingerprint.ts'
import { type Recipe } from '../../src/commands/steps/recipe.ts'
import { type Source } from '../../src/commands/steps/source.ts'
import { loadConfig, type Config } from '../../src/config/index.ts'
import { type Log } from '../../src/runtime/index.ts'
import { isRoot } from '../helpers/skip.ts'
import { temp } from '../helpers/temp.ts'

const RECIPE = {
  stack: 'heroku-24',
  place: { kind: 'container', buildImage: 'heroku/heroku:24-build', runImage: 'heroku/heroku:24' },
  buildpacks: [{ name: 'heroku/ruby', sha256: 'f'.repeat(64) }]
} as unknown as Recipe
const CONFIG = loadConfig('app: my-app\n', 'config.yml')

let folder: string
beforeEach(() => {
  folder = temp()
})

interface Of {
  readonly config?: Config
  readonly commit?: string
  readonly recipe?: Partial<Recipe>
  readonly files?: Readonly<Record<string, string>>
}

function fingerprint({ config = CONFIG, commit = 'c'.repeat(40), recipe = {}, files = {} }: Of = {}): Fingerprint {
  const tree = temp()
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(tree, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(tree, file), text)
  }
  const source = { commit: { sha: commit }, folder: tree } as unknown as Source
  return fingerprintOf(config, source, { ...RECIPE, ...recipe }, 'runner')
}

/** A step of a job, or of a terminal, whose note lies in `folder`. */
class Step {
  readonly said: string[] = []
  readonly #folders: NoteFolders
  readonly #outputDir: string
  readonly #log: Log

  constructor(where: 'job' | 'terminal' | 'deploy on a terminal', outputDir = path.join(folder, 'out')) {
    const say = (line: string): void => void this.said.push(line)
    const place: Record<string, NoteFolders> = {
      job: { jobFolder: folder },
      terminal: { userFolder: path.join(folder, 'state') }
    }
    this.#folders = place[where] ?? {}
    this.#outputDir = outputDir
    this.#log = { info: say, warning: say } as Log
  }

  /** Slugs on the disk, as a build leaves them. */
  async build(of = fingerprint(), names = ['slug.tgz', 'slug-streaming.tgz']): Promise<void> {
    const outputDir = this.#outputDir
    mkdirSync(outputDir, { recursive: true })
    const [web, streaming] = names.map(name => {
      const file = path.join(outputDir, name)
      writeFileSync(file, name)
      const sha256 = createHash('sha256').update(name).digest('hex')
      return { file, sha256, processTypes: { web: 'bin/web' }, bytes: name.length, variant: 'with' as const }
    })
    await noteBuilt(this.#folders, outputDir, of, { web: web!, streaming }, this.#log)
  }

  found(of = fingerprint(), limit = 100): ReturnType<typeof builtBefore> {
    const gate = { failOn: 'limit', mayLetPass: false } as const
    return builtBefore(this.#folders, this.#outputDir, of, limit, gate, this.#log)
  }

  async find(of = fingerprint(), limit = 100): Promise<string | undefined> {
    return (await this.found(of, limit))?.web.file
  }
}

const noteIn = (where: string): string =>
  path.join(
    where,
    readdirSync(where).find(name => name.endsWith('.json'))!
  )

describe.each(['job', 'terminal'] as const)('a slug that was built before, in a %s', where => {
  const notes = (): string => (where === 'job' ? folder : path.join(folder, 'state'))

  it('is taken, with the streaming app’s or without one', async () => {
    const step = new Step(where)
    await step.build()
    expect((await step.found())?.streaming).toMatchObject({ bytes: 18 })
    await step.build(fingerprint(), ['slug.tgz'])
    expect(await step.found()).toMatchObject({
      web: { file: path.join(folder, 'out', 'slug.tgz'), variant: 'with', processTypes: { web: 'bin/web' } },
      streaming: undefined
    })
    expect(step.said.at(-1)).toMatch(/ built it already: .*slug\.tgz$/)
  })

  it.each<[string, Of]>([
    ['the commit', { commit: 'd'.repeat(40) }],
    ['the stack', { recipe: { stack: 'heroku-26' } }],
    ['the buildpacks', { recipe: { buildpacks: [] } }],
    ['where it is built (`build-in`, `build-image`)', { recipe: { place: { ...RECIPE.place, kind: 'host' } } }],
    ['`ffmpeg`', { config: { ...CONFIG, ffmpeg: 'without' } }],
    ['`slug` (its limit, env or trim)', { config: { ...CONFIG, slug: { ...CONFIG.slug, limit: 1 } } }],
    ['whether there is a `streaming-app`', { config: { ...CONFIG, streamingApp: 'my-live' } }],
    ['`migrations`', { config: { ...CONFIG, migrations: 'off' } }],
    ['`redis-tls`', { config: { ...CONFIG, redisTls: 'no-verify' } }],
    [
      'the tasks of `schedule`',
      { config: loadConfig('schedule: { tasks: [{ command: node bot.js, every: day }] }', 'config.yml') }
    ],
    ['the files that this action adds', { files: { '.profile.d/mastodon-on-heroku.sh': 'SOURCE_TAG=v2' } }],
    ['the commit, `ffmpeg`', { commit: 'd'.repeat(40), config: { ...CONFIG, ffmpeg: 'with' } }]
  ])('is not taken if it differs in %s, and the log says so', async (what, of) => {
    const step = new Step(where)
    await step.build()
    expect(await step.find(fingerprint(of))).toBeUndefined()
    expect(step.said).toEqual([expect.stringContaining(`is of something else (${what}), so the slug is built now`)])
  })

  it.each<[string, (out: string) => void, RegExp]>([
    [
      'its bytes are others',
      out => appendFileSync(path.join(out, 'slug.tgz'), 'x'),
      /\/slug\.tgz is not what .* wrote/
    ],
    [
      'the streaming one is gone',
      out => rmSync(path.join(out, 'slug-streaming.tgz')),
      /\/slug-streaming\.tgz is not what/
    ],
    ['its note is gone', () => rmSync(noteIn(notes())), /^(?:This job has built no slug before|Nothing is known of)/],
    ['its note is cut off', () => writeFileSync(noteIn(notes()), '{"fingerprint":'), /^The note of .* cannot be read/],
    ['its note lacks a name', () => writeFileSync(noteIn(notes()), '{"web":{}}'), /^The note of .* cannot be read/],
    [
      'others may read its note, as of a checkout',
      () => chmodSync(noteIn(notes()), 0o644),
      /is no file of this user alone/
    ],
    [
      'its note is a link',
      () => {
        const note = noteIn(notes())
        renameSync(note, path.join(folder, 'elsewhere'))
        symlinkSync(path.join(folder, 'elsewhere'), note)
      },
      /is no file of this user alone/
    ],
    ...(isRoot
      ? [
          ['its note is another user’s', () => chownSync(noteIn(notes()), 12345, 12345), /is no file of this user/] as [
            string,
            () => void,
            RegExp
          ]
        ]
      : [])
  ])('is not taken if %s', async (_, change, says) => {
    const step = new Step(where)
    await step.build()
    change(path.join(folder, 'out'))
    expect(await step.find()).toBeUndefined()
    expect(step.said).toEqual([expect.stringMatching(says)])
  })

  it('is refused if it, or the streaming app’s, is over the limit', async () => {
    const step = new Step(where)
    await step.build()
    await expect(step.find(fingerprint(), 5)).rejects.toThrow(/^The slug is over its limit: /)
    await expect(step.find(fingerprint(), 10)).rejects.toThrow(/^The streaming slug is over its limit: /)
  })

  it('is noted anew by each build, over whatever lies there, and no failure of that fails the build', async () => {
    const step = new Step(where)
    await step.build()
    const note = noteIn(notes())
    rmSync(note)
    const elsewhere = path.join(folder, 'elsewhere')
    writeFileSync(elsewhere, 'not ours')
    symlinkSync(elsewhere, note)
    await step.build()
    expect(await step.find()).toBeDefined()
    rmSync(note)
    mkdirSync(note)
    await step.build()
    expect(step.said.at(-1)).toMatch(/^A rehearsal or deploy will build again: .* could not be written \(/)
  })
})

describe('on a terminal', () => {
  it('each output folder has its own slug, and nothing in it counts as a note', async () => {
    const [one, other] = [new Step('terminal'), new Step('terminal', path.join(folder, 'other'))]
    await one.build()
    expect(await other.find()).toBeUndefined()
    await other.build()
    expect(await one.find()).toBe(path.join(folder, 'out', 'slug.tgz'))
    expect(await other.find()).toBe(path.join(folder, 'other', 'slug.tgz'))
    // As a commit could bring it: slug, report and note in one folder.
    const brought = new Step('terminal', path.join(folder, 'brought'))
    mkdirSync(path.join(folder, 'brought'))
    copyFileSync(path.join(folder, 'out', 'slug.tgz'), path.join(folder, 'brought', 'slug.tgz'))
    for (const note of readdirSync(path.join(folder, 'state')))
      copyFileSync(path.join(folder, 'state', note), path.join(folder, 'brought', note))
    expect(await brought.find()).toBeUndefined()
  })

  it('a deploy has no note at all', async () => {
    await new Step('terminal').build()
    const deploy = new Step('deploy on a terminal')
    expect(await deploy.find()).toBeUndefined()
    expect(deploy.said).toEqual([])
  })
})

it('a fingerprint stays what it was, so that released slugs are found again', () => {
  // It changes with `FORM` or a default of the config alone.
  expect(fingerprint().whole).toBe('7dac4bf86086f45190cd3f178e1cf189da11f8f4f91fd055fd5d07d84b36e8cd')
})
