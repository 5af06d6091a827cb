import { afterEach } from '@jest/globals'
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { removeTree } from '../../src/runtime/index.ts'

const ofTest: string[] = []
/** Emptied by scripts/test-environment.mjs. */
const ofFile = (globalThis as unknown as { foldersOfFile: string[] }).foldersOfFile

afterEach(removeAll)

/** A folder that is gone after the test. Others may go through it, as the build's user must. */
export function temp(): string {
  return make(ofTest)
}

/** A folder that is gone after the last hook of the file. */
export function lastingTemp(): string {
  return make(ofFile)
}

function make(list: string[]): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'test-'))
  list.push(folder)
  return folder
}

async function removeAll(): Promise<void> {
  for (const folder of ofTest.splice(0)) await removeTree(folder)
}
