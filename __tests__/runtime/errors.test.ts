import { describe, expect, it } from '@jest/globals'
import { mkdirSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { explainSystem, UserError } from '../../src/runtime/index.ts'
import { endingOf, OUR_FAULT } from '../../src/verdict/index.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { noSmallDisk, SmallDisk } from '../helpers/small-disk.ts'
import { temp } from '../helpers/temp.ts'

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** As a packing thread hands it over: without its fields. */
const fromThread = (error: unknown): Error => new Error((error as Error).message)

describe('an error of the system', () => {
  const CASES: [string, (folder: string) => unknown, RegExp][] = [
    ['a full disk', () => writeFileSync('/dev/full', 'x'), /^The disk is full: .* could not be written$/],
    ['a full disk, later', () => writeFile('/dev/full', 'x'), /^The disk is full: .* could not be written$/],
    [
      'a name that is too long',
      folder => readFileSync(path.join(folder, 'x'.repeat(300))),
      /^A path is too long for this system.*xxx… \(ENAMETOOLONG\)$/
    ],
    [
      'a path that is too long',
      folder => mkdirSync(path.join(folder, ...Array<string>(50).fill('x'.repeat(100))), { recursive: true }),
      /^A path is too long for this system, which takes 4,096 bytes/
    ],
    [
      'a file in the place of a folder',
      folder => readFileSync(path.join(folder, 'file', 'x')),
      /^There is a file where a folder is needed: .*file\/x \(ENOTDIR\)$/
    ],
    [
      'a file in the place of a new folder',
      folder => mkdirSync(path.join(folder, 'file')),
      /^There is a file where a folder is needed: .*\/file \(EEXIST\)$/
    ],
    [
      'a folder in the place of a file',
      folder => readFileSync(folder),
      /^Something that the system does not name is a folder, and a file is needed there \(EISDIR\)$/
    ],
    ['links in a circle', folder => readdirSync(path.join(folder, 'circle')), /^The links at .*circle lead in a circle/]
  ]
  it.each(CASES)('for %s says what and where, and what to do', async (_, work, says) => {
    const folder = temp()
    writeFileSync(path.join(folder, 'file'), '')
    symlinkSync('circle', path.join(folder, 'circle'))
    const error = await thrownBy(() => work(folder))
    for (const one of [error, fromThread(error)]) {
      const told = explainSystem(one) as UserError
      expect(told).toBeInstanceOf(UserError)
      expect(told.message).toMatch(says)
      expect(told.message.length).toBeLessThan(400)
      expect(endingOf(one, [])).toMatchObject({ outcome: 'refused', next: [told.nextStep] })
      expect(endingOf(one, ['a release']).outcome).toBe('failed')
    }
  })

  it('for too many open files says so', () => {
    const error = Object.assign(new Error("EMFILE: too many open files, open '/x'"), {
      code: 'EMFILE',
      syscall: 'open'
    })
    expect((explainSystem(error) as UserError).message).toBe('Too many files are open on this machine: /x (EMFILE)')
  })

  it.each([
    new Error('ENOSPC'),
    new Error('E2BIG: too long, spawn'),
    new TypeError('x is not a function'),
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED', syscall: 'connect' }),
    new UserError("EACCES: permission denied, open '/x'", 'next'),
    undefined
  ])('(%#) that is none is left as it is', error => {
    expect(explainSystem(error)).toBe(error)
    if (!(error instanceof UserError)) expect(endingOf(error, []).next).toEqual([OUR_FAULT])
  })
})

describeOrSkip('an error of a disk', noSmallDisk, () => {
  it('that is full or read-only says so', async () => {
    const disk = new SmallDisk(100_000)
    try {
      const file = path.join(disk.folder, 'file')
      const full = await thrownBy(() => writeFileSync(file, Buffer.alloc(300_000)))
      expect((explainSystem(full) as UserError).message).toMatch(/^The disk is full/)
      disk.readOnly(true)
      const closed = await thrownBy(() => openSync(path.join(disk.folder, 'x'), 'w'))
      expect((explainSystem(closed) as UserError).message).toMatch(/\/x is on a disk that can only be read \(EROFS\)$/)
    } finally {
      disk.remove()
    }
  })
})
