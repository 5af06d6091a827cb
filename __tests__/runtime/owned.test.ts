import { beforeEach, describe, expect, it } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import path from 'node:path'
import { makeOwned, removeDead } from '../../src/runtime/index.ts'
import { runCommand } from '../../src/runtime/real.ts'
import { isRoot } from '../helpers/skip.ts'
import { temp } from '../helpers/temp.ts'

const PREFIX = 'ours-'
let parent: string

beforeEach(() => {
  parent = temp()
})

/** A run that has made its folder. */
async function start(): Promise<{ folder: string; kill: () => Promise<unknown> }> {
  const child: ChildProcess = spawn(process.execPath, [path.join(import.meta.dirname, 'owned.mts'), parent, PREFIX])
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  const kill = (): Promise<unknown> => {
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    return closed
  }
  return { folder: line.toString().trim(), kill }
}

const sweep = (): Promise<number> => removeDead(parent, PREFIX, runCommand)

describe('the folder of a run', () => {
  it('stays while it runs, and is removed by the next after it was killed', async () => {
    const [one, other] = [await start(), await start()]
    const mine = await makeOwned(parent, PREFIX)
    expect(await sweep()).toBe(0)
    await one.kill()
    mkdirSync(path.join(one.folder, 'closed', 'in'), { recursive: true })
    chmodSync(path.join(one.folder, 'closed'), 0)
    expect(await sweep()).toBe(1)
    expect(readdirSync(parent).sort()).toEqual([path.basename(other.folder), path.basename(mine)].sort())
    await other.kill()
    expect(await sweep()).toBe(1)
  })

  it('is left alone if it is a link, has another name, is of another user, or does not say whose it is', async () => {
    const { folder, kill } = await start()
    await kill()
    const note = readFileSync(path.join(folder, '.owner.json'))
    const outside = temp()
    writeFileSync(path.join(outside, 'file'), '')
    writeFileSync(path.join(outside, '.owner.json'), note)
    symlinkSync(outside, path.join(parent, `${PREFIX}link`))
    const folders: Record<string, Buffer | string | undefined> = {
      'other-name': note,
      [`${PREFIX}silent`]: undefined,
      [`${PREFIX}odd`]: '[]',
      [`${PREFIX}broken`]: '{"pid":',
      [`${PREFIX}no-pid`]: '{}',
      [`${PREFIX}elsewhere`]: JSON.stringify({ ...JSON.parse(note.toString()), namespace: 'pid:[1]' }),
      [`${PREFIX}machine`]: JSON.stringify({ ...JSON.parse(note.toString()), boot: 'x', host: 'another' })
    }
    if (isRoot) folders[`${PREFIX}user`] = note
    for (const [name, text] of Object.entries(folders)) {
      mkdirSync(path.join(parent, name))
      if (text !== undefined) writeFileSync(path.join(parent, name, '.owner.json'), text)
    }
    if (isRoot) chownSync(path.join(parent, `${PREFIX}user`), 65534, 65534)
    // What it holds are links out of it.
    symlinkSync(outside, path.join(folder, 'out'))
    expect(await sweep()).toBe(1)
    expect(existsSync(folder)).toBe(false)
    expect(readdirSync(parent).sort()).toEqual([...Object.keys(folders), `${PREFIX}link`].sort())
    expect(readdirSync(outside).sort()).toEqual(['.owner.json', 'file'])
  })

  it('is removed if its process number is of another process by now, or the machine was started again', async () => {
    for (const change of [{ started: '1' }, { boot: 'an earlier one' }]) {
      const mine = await makeOwned(parent, PREFIX)
      const note = path.join(mine, '.owner.json')
      writeFileSync(note, JSON.stringify({ ...JSON.parse(readFileSync(note, 'utf8')), ...change }))
      expect(await sweep()).toBe(1)
    }
  })

  it('may be looked for where nothing is', async () =>
    expect(await removeDead(path.join(parent, 'nowhere'), PREFIX, runCommand)).toBe(0))
})
