import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import path from 'node:path'

const SAMPLE = path.join(import.meta.dirname, '..', 'examples', 'sample-fork')

/** Fixed, so that the sample's commits have the same hashes everywhere. */
const IDENTITY = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Sample',
  GIT_AUTHOR_EMAIL: 'sample@example.com',
  GIT_AUTHOR_DATE: '2026-11-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Sample',
  GIT_COMMITTER_EMAIL: 'sample@example.com',
  GIT_COMMITTER_DATE: '2026-11-01T00:00:00Z'
}

/** Copies the sample fork into a new folder and commits it there. `change` may alter the files first. Returns the commit's hash. */
export function makeSampleFork(folder: string, change: (folder: string) => void = () => {}): string {
  cpSync(SAMPLE, folder, { recursive: true, verbatimSymlinks: true })
  change(folder)
  git(folder, 'init', '-q', '-b', 'main')
  return commitAll(folder, 'A sample fork')
}

/** Commits what is in the work tree. Returns the commit's hash. */
export function commitAll(folder: string, message: string): string {
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '-m', message)
  return git(folder, 'rev-parse', 'HEAD')
}

export function git(folder: string, ...args: string[]): string {
  const env = { PATH: process.env['PATH'], ...IDENTITY }
  return execFileSync('git', ['-C', folder, ...args], { env, encoding: 'utf8' }).trim()
}
