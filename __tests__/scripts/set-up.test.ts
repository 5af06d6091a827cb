import { describe, expect, it } from '@jest/globals'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { temp } from '../helpers/temp.ts'
import { describeOrSkip, isRoot } from '../helpers/skip.ts'
import { running } from '../helpers/processes.ts'

const PROJECT = path.join(import.meta.dirname, '..', '..')
const JEST = 'node_modules/jest/bin/jest.js'

/** Runs Jest on one file of a checkout until it ends by itself. */
async function jest(
  checkout: string,
  args: readonly string[],
  temporary: string
): Promise<{ readonly code: number | null; readonly output: string }> {
  chmodSync(temporary, 0o755) // Postgres has a user of its own
  const env = { PATH: process.env['PATH'], HOME: temporary, TMPDIR: temporary }
  const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', JEST, '--runInBand']
  const child = spawn(process.execPath, [...options, ...args], {
    cwd: checkout,
    env,
    stdio: ['ignore', 'ignore', 'pipe']
  })
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  return { output: await text(child.stderr), code: await exited }
}

describe('a set-up that fails', () => {
  it('ends Jest, and leaves neither processes nor folders', async () => {
    const temporary = temp()
    const file = path.join(PROJECT, '__tests__/scripts/failing-set-up.ts')
    const { code, output } = await jest(PROJECT, [`--testMatch=${file}`, file], temporary)
    expect(output).toContain('the set-up fails')
    expect(code).toBe(1)
    expect(running(temporary)).toEqual([])
    expect(readdirSync(temporary).filter(name => name.startsWith('test-'))).toEqual([])
  })
})

describeOrSkip(
  'as root, in a folder that only root may enter',
  isRoot ? undefined : 'only root is refused by Postgres',
  () => {
    it('a checkout runs its Postgres', async () => {
      const closed = temp()
      const checkout = path.join(closed, 'checkout')
      mkdirSync(checkout)
      const files = ['__tests__', 'node_modules', 'scripts', 'src', 'jest.config.js', 'package.json']
      // Hard links, or copies if the folder is on another file system.
      for (const file of files)
        execFileSync('sh', ['-c', 'cp -al "$0" "$1" 2> /dev/null || cp -a "$0" "$1"', file, checkout], { cwd: PROJECT })
      chmodSync(closed, 0o700)
      const { code, output } = await jest(checkout, ['__tests__/sample-fork/postgres.test.ts'], temp())
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    })
  }
)
