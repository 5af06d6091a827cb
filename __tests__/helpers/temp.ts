import { afterEach } from '@jest/globals'
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { removeTree } from '../../src/runtime/index.ts'

const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await removeTree(folder)
})

/** A folder that is gone after the test. Others may go through it, as the build's user must. */
export function temp(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'test-'))
  folders.push(folder)
  return folder
}
