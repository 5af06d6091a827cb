import { describe, expect, it } from '@jest/globals'
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runCommand } from '../../src/runtime/run-command.ts'
import {
  bytePath,
  CancelledError,
  comparePaths,
  displayPath,
  sizeText,
  readTreeFile,
  removeTree,
  walkTree,
  type BytePath
} from '../../src/runtime/index.ts'
import { makeTree } from '../slug/helpers.ts'
import { temp } from '../helpers/temp.ts'

describe('paths as bytes', () => {
  it.each([
    ['plain/name', 'plain/name'],
    ['Zürich 🐘', 'Zürich 🐘'],
    ['new\nline', 'new\\x0aline'],
    ['back\\slash', 'back\\\\slash'],
    ['left\u202eright', 'left\\xe2\\x80\\xaeright'],
    ['\u2028', '\\xe2\\x80\\xa8']
  ])('%j is shown as %s', (name, shown) => expect(displayPath(bytePath(name))).toBe(shown))

  it('shows what is not UTF-8 by its bytes', () => expect(displayPath('a\xff\xfeb' as BytePath)).toBe('a\\xff\\xfeb'))

  it('is ordered as it is walked', () => {
    const root = makeTree({ 'a/b': '', 'a-b': '', 'a.b': '', 'aa/': '', B: '', '\xff': '' })
    const paths = walkTree(root).map(file => file.path)
    expect(paths).toEqual(['B', 'a', 'a/b', 'a-b', 'a.b', 'aa', '\xff'])
    expect(paths.toSorted(comparePaths)).toEqual(paths)
  })
})

describe('files of a tree that others wrote', () => {
  it('are read where they are in it', () => {
    const root = makeTree({
      'a/file': 'text',
      link: '->a/file',
      out: '->../../../../etc/passwd',
      absolute: '->/etc/passwd',
      loop: '->loop',
      'folder/': ''
    })
    symlinkSync('/etc', path.join(root, 'etc'))
    expect(
      ['a/file', 'link', 'out', 'absolute', 'loop', 'folder', 'none', 'a/file/x', 'etc/passwd'].map(file =>
        readTreeFile(root, file)
      )
    ).toEqual(['text', 'text', ...Array<undefined>(7).fill(undefined)])
  })

  it('are not read where they are huge', () => {
    expect(() => readTreeFile(makeTree({ Procfile: Buffer.alloc(4_000_001) }), 'Procfile')).toThrow(
      /Procfile is larger than 4 MB/
    )
  })
})

describe('removeTree', () => {
  it('removes what has no permissions left, and names that are not UTF-8', async () => {
    const root = path.join(temp(), 'tree')
    mkdirSync(path.join(root, 'a/b'), { recursive: true })
    writeFileSync(path.join(root, 'a/b/file'), '')
    makeTree({ 'x/\xff\xfe': 'x' }, root)
    chmodSync(path.join(root, 'a/b'), 0)
    chmodSync(path.join(root, 'a'), 0)
    await removeTree(root)
    expect(existsSync(root)).toBe(false)
    await removeTree(root)
  })
})

describe('runCommand', () => {
  const run = (script: string, options = {}) =>
    runCommand('bash', ['--norc', '-c', script], { env: { PATH: '/usr/bin:/bin' }, ...options })

  it('gives exit code, bytes and errors, and nothing of our environment', async () => {
    process.env['OF_THE_JOB'] = 'secret'
    const { code, stdout, stderr } = await run('printf "\\xff$OF_THE_JOB"; echo oh >&2; exit 3')
    expect({ code, stdout: [...stdout], stderr }).toEqual({ code: 3, stdout: [0xff], stderr: 'oh\n' })
  })

  it('hands input over, also to a program that does not want it', async () => {
    expect((await run('cat', { input: 'text' })).stdout.toString()).toBe('text')
    expect((await run('exit 0', { input: Buffer.alloc(1_000_000) })).code).toBe(0)
  })

  it('says 127 for a program that is not there', async () => {
    expect(await runCommand('no-such-program', [])).toMatchObject({ code: 127 })
  })

  it('ends the program when it is cancelled', async () => {
    const cancel = new AbortController()
    const running = run('sleep 1000', { signal: cancel.signal })
    cancel.abort()
    await expect(running).rejects.toThrow(CancelledError)
  })
})

it('says sizes in bytes, kB or MB of 10^6', () => {
  expect([300_000_000, 286 * 2 ** 20, 64_673, 0].map(sizeText)).toEqual(['300.0 MB', '299.9 MB', '64.7 kB', '0 bytes'])
})
