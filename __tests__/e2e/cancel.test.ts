import { describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { addBuildpack, configWith, Fork } from './fork.ts'

/** Processes with this word in their arguments. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter(pid => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word)
    } catch {
      return false
    }
  })
}

describe('cancelling the job', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s leaves no process and no folder', async signal => {
    const seconds = signal === 'SIGINT' ? '86401' : '86402'
    const fork = new Fork(folder =>
      addBuildpack(folder, 'slow', `setsid sleep ${seconds} & sleep ${seconds} & echo started; wait`)
    )
    let pid = 0
    const { code, output, outputs } = await fork.build({}, configWith(['slow']), {
      onStart: started => (pid = started),
      onOutput: chunk => {
        if (chunk.toString().includes('started')) process.kill(pid, signal)
      }
    })
    expect({ code, outputs }).toEqual({ code: 1, outputs: { outcome: 'cancelled' } })
    expect(output).toMatch(/::error::The build was cancelled/)
    expect(processesWith(seconds)).toEqual([])
    expect(fork.leftovers()).toEqual([])
    expect(fork.has('slug.tgz')).toBe(false)
  })
})
