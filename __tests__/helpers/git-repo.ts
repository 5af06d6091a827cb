import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { CommandResult, RunCommand } from '../../src/runtime/index.ts'

/** A fixed identity and clock, and no configuration of this machine: the same commits have the same hashes anywhere. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_AUTHOR_DATE: '1700000000 +0000',
  GIT_COMMITTER_NAME: 'C O Mitter',
  GIT_COMMITTER_EMAIL: 'committer@example.com',
  GIT_COMMITTER_DATE: '1700000100 +0100'
}

/** A temporary folder, and its removal. */
export function makeFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'source-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A real git repository for a test, driven with the git of this machine. */
export class GitRepo {
  readonly path: string

  constructor(path: string) {
    this.path = path
    if (existsSync(join(path, '.git'))) return
    mkdirSync(path, { recursive: true })
    this.git('init', '-q', '-b', 'main')
  }

  /** A clone of `url`; `options` as `git clone` takes them. */
  static clone(url: string, path: string, ...options: string[]): GitRepo {
    runGit(dirname(path), ['-c', 'protocol.file.allow=always', 'clone', '-q', ...options, url, path])
    return new GitRepo(path)
  }

  /** Runs git; its output without the last newline. Throws on a failure. */
  git(...args: string[]): string {
    return runGit(this.path, args).toString('utf8').trimEnd()
  }

  /** Runs git with `input` on its standard input. */
  feed(input: string | Buffer, ...args: string[]): string {
    return runGit(this.path, args, input).toString('utf8').trimEnd()
  }

  write(file: string, content: string | Buffer, mode?: number): void {
    mkdirSync(dirname(join(this.path, file)), { recursive: true })
    writeFileSync(join(this.path, file), content, { mode })
  }

  /** Commits the whole work tree; its hash. */
  commit(message = 'A commit'): string {
    this.git('add', '-A')
    this.git('commit', '-q', '--allow-empty', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }

  blob(content: string | Buffer): string {
    return this.feed(content, 'hash-object', '-w', '--stdin')
  }

  /** A tree of raw entries, as `git mktree` takes them: it does not look at names. */
  tree(entries: { mode: string; sha: string; name: string | Buffer }[]): string {
    const kinds: Record<string, string> = { '040000': 'tree', '160000': 'commit' }
    const lines = entries.map(({ mode, sha, name }) =>
      Buffer.concat([Buffer.from(`${mode} ${kinds[mode] ?? 'blob'} ${sha}\t`), Buffer.from(name), Buffer.from('\0')])
    )
    return this.feed(Buffer.concat(lines), 'mktree', '-z', '--missing')
  }

  commitTree(tree: string): string {
    return this.git('commit-tree', tree, '-m', 'A raw tree')
  }
}

function runGit(cwd: string, args: string[], input?: string | Buffer): Buffer {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, input, env: ENVIRONMENT, maxBuffer: 1e9 })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr?.toString()}`)
  return stdout
}

/** `RunCommand` over real processes. */
export const run: RunCommand = (program, args, options = {}) =>
  new Promise<CommandResult>((resolve, reject) => {
    const { cwd, env = {}, input, signal } = options
    const child = spawn(program, args, { cwd, env, signal })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ code: 127, stdout: Buffer.alloc(0), stderr: '' })
      else if (error.name !== 'AbortError') reject(error)
    })
    child.on('close', code =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() })
    )
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
