import { describe, expect, it } from '@jest/globals'
import { CancelledError } from '../../src/runtime/index.ts'
import { runCommand } from '../../src/runtime/run-command.ts'
import { until } from '../helpers/local-heroku.ts'
import { running } from '../helpers/processes.ts'

const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }
/** Seconds that no other test sleeps: so its processes are told apart. */
const MARK = `${process.pid}.25`

describe('a helper program', () => {
  it('runs to its end, with its own environment and input', async () => {
    const { code, stdout, stderr } = await runCommand('sh', ['-c', 'cat; echo "$A" >&2; exit 3'], {
      env: { ...env, A: 'b' },
      input: 'given'
    })
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 3, stdout: 'given', stderr: 'b\n' })
    expect((await runCommand('no-such-program', [], { env })).code).toBe(127)
  })

  it('is gone after the signal with all that it started, where it is a group', async () => {
    const cancel = new AbortController()
    const ended = runCommand('sh', ['-c', `sleep ${MARK} & trap '' TERM; wait; wait`], {
      env,
      signal: cancel.signal,
      group: true
    })
    await until(() => running(`sleep ${MARK}`).length === 2)
    cancel.abort()
    await expect(ended).rejects.toThrow(CancelledError)
    await until(() => running(`sleep ${MARK}`).length === 0)
    await expect(runCommand('sh', ['-c', 'exit'], { env, signal: cancel.signal })).rejects.toThrow(CancelledError)
  })

  it.each([true, false])('is ended where it prints more than it may (as a group: %s)', async group => {
    await expect(runCommand('sh', ['-c', 'yes'], { env, group, most: 1e5 })).rejects.toThrow(/^sh printed more than/)
    expect((await runCommand('sh', ['-c', 'echo 12345'], { env, group, most: 6 })).stdout.toString()).toBe('12345\n')
  })
})
