import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { keep, takeKept } from '../../src/buildpacks/kept-cache.ts'
import { type Log } from '../../src/runtime/index.ts'
import { runCommand } from '../../src/runtime/real.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { noSmallDisk, SmallDisk } from '../helpers/small-disk.ts'
import { temp } from '../helpers/temp.ts'

const FILES = 10
let warnings: string[]
let tools: { run: typeof runCommand; log: Log }
let folder: string
let number = 0

beforeEach(() => {
  warnings = []
  tools = { run: runCommand, log: { warning: (line: string) => void warnings.push(line) } as unknown as Log }
  folder = temp()
})

/** What a build left: files that all hold the same. */
function left(content: string, bytes = 1_000): string {
  const made = path.join(folder, `build-${++number}`)
  mkdirSync(made)
  for (let i = 0; i < FILES; i++) writeFileSync(path.join(made, `${i}`), content.repeat(bytes / content.length))
  return made
}

/** What the next build gets: the text in all of its files; `nothing`, or `half` if some lack or differ. */
async function taken(kept: string): Promise<string> {
  const into = path.join(folder, `into-${++number}`)
  mkdirSync(into)
  await takeKept(kept, into, tools)
  const texts = readdirSync(into).map(name => readFileSync(path.join(into, name), 'utf8'))
  if (texts.length === 0) return 'nothing'
  return texts.length === FILES && new Set(texts).size === 1 ? texts[0]![0]! : 'half'
}

describe('CACHE_DIR between builds', () => {
  it('is what the last build left, and nothing beside it stays', async () => {
    const kept = path.join(folder, 'cache', 'kept')
    expect(await taken(kept)).toBe('nothing')
    for (const content of ['a', 'b']) {
      await keep(kept, left(content), tools)
      expect(await taken(kept)).toBe(content)
    }
    expect(readdirSync(path.dirname(kept))).toEqual(['kept'])
    expect(warnings).toEqual([])
  })

  it.each([
    ['half', 'a'],
    ['whole', 'a'],
    ['placed', 'b']
  ])('of a build that was killed (%s) is whole, and the next removes what it left', async (when, content) => {
    const kept = path.join(folder, 'cache', 'kept')
    await keep(kept, left('a'), tools)
    const { signal, stderr } = spawnSync(
      process.execPath,
      [path.join(import.meta.dirname, 'killed-keep.mts'), kept, left('b'), when],
      { encoding: 'utf8' }
    )
    expect({ signal, stderr: signal ? '' : stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
    expect(readdirSync(path.dirname(kept))).toHaveLength(2)
    expect(await taken(kept)).toBe(content)
    await keep(kept, left('c'), tools)
    expect(readdirSync(path.dirname(kept))).toEqual(['kept'])
    expect(await taken(kept)).toBe('c')
  })

  it('of builds at the same time is that of one of them, and none gets two mixed', async () => {
    const kept = path.join(folder, 'cache', 'kept')
    await keep(kept, left('a'), tools)
    const seen = await Promise.all(
      [...'bcdefgh'].flatMap(content => [taken(kept), keep(kept, left(content), tools).then(() => taken(kept))])
    )
    expect(seen).not.toContain('half')
    expect(await taken(kept)).toMatch(/^[b-h]$/)
    expect(readdirSync(path.dirname(kept))).toEqual(['kept'])
  })

  it('that cannot be read is a warning, and nothing of it counts', async () => {
    const kept = path.join(folder, 'cache', 'kept')
    await keep(kept, left('a'), tools)
    const run: typeof runCommand = async (program, args, options) =>
      program === 'cp'
        ? {
            code: Number((await runCommand(program, args, options)).code === 0),
            stdout: Buffer.alloc(0),
            stderr: 'Input/output error'
          }
        : runCommand(program, args, options)
    tools = { ...tools, run }
    expect(await taken(kept)).toBe('nothing')
    expect(warnings).toEqual([
      expect.stringMatching(/could not be read \(cp: Input\/output error\), so this build begins/)
    ])
  })
})

describeOrSkip('CACHE_DIR on a disk that fills up', noSmallDisk, () => {
  let disk: SmallDisk
  beforeAll(() => {
    disk = new SmallDisk(600_000)
  })
  afterAll(() => disk.remove())

  it('is a warning, and what was kept stays whole', async () => {
    const kept = path.join(disk.folder, 'cache', 'kept')
    await keep(kept, left('a', 10_000), tools)
    expect(warnings).toEqual([])
    await keep(kept, left('b', 100_000), tools)
    expect(warnings).toEqual([
      expect.stringMatching(/^The build is good, but its CACHE_DIR could not be kept in .*No space left.*`cache: off`/)
    ])
    expect(await taken(kept)).toBe('a')
    expect(readdirSync(path.dirname(kept))).toEqual(['kept'])
  })

  it('is a warning also if it is read-only', async () => {
    const kept = path.join(disk.folder, 'cache', 'kept')
    await keep(kept, left('c', 10_000), tools)
    disk.readOnly(true)
    await keep(kept, left('d', 10_000), tools)
    disk.readOnly(false)
    expect(warnings).toEqual([expect.stringMatching(/^The build is good.*read-only/i)])
    expect(await taken(kept)).toBe('c')
  })

  it('of the build itself is an error that says so', async () => {
    const kept = path.join(folder, 'kept')
    await keep(kept, left('e', 100_000), tools)
    const into = path.join(disk.folder, 'into')
    mkdirSync(into)
    await expect(takeKept(kept, into, tools)).rejects.toThrow(/^The disk is full: .*into could not be written/)
    rmSync(into, { recursive: true, force: true })
  })
})
