import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CancelledError, UserError } from '../../src/runtime/index.ts'
import { resolveCommit } from '../../src/source/index.ts'
import { GitRepo, makeFolder, run } from '../helpers/git-repo.ts'

const signal = new AbortController().signal
const folder = makeFolder()
afterAll(folder.remove)

const at = (name: string): string => join(folder.path, name)
const resolve = (path: string, ref?: string) => resolveCommit({ path, ref, run, signal })

async function errorOf(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(UserError)
  return error as UserError
}

let repo: GitRepo
let first: string
let second: string

beforeAll(() => {
  repo = new GitRepo(at('repo'))
  repo.write('a', '1')
  first = repo.commit('The first\n\nwith a body\n\ncommitter x <y> 1 +0000')
  repo.git('tag', 'v1.0.0')
  repo.git('tag', '-a', '-m', 'annotated', 'v1.0.0-annotated')
  repo.git('tag', '-a', '-m', 'nested', 'nested', 'v1.0.0-annotated')
  repo.git('branch', 'deploy/heroku')
  repo.write('a', '2')
  second = repo.commit('Der zweite: über')
})

describe('resolveCommit', () => {
  it('takes the checked-out commit, and tells what the commit says', async () => {
    expect(await resolve(repo.path)).toEqual({
      sha: second,
      ref: 'HEAD',
      subject: 'Der zweite: über',
      committedAt: 1_700_000_100_000
    })
    expect((await resolve(repo.path, '')).sha).toBe(second)
  })

  it.each(['v1.0.0', 'refs/tags/v1.0.0', 'v1.0.0-annotated', 'nested', 'deploy/heroku', 'HEAD~1', 'HEAD^'])(
    'finds %s',
    async ref => {
      expect(await resolve(repo.path, ref)).toEqual({
        sha: first,
        ref,
        subject: 'The first',
        committedAt: 1_700_000_100_000
      })
    }
  )

  it('finds a commit by its hash and by the start of it', async () => {
    expect((await resolve(repo.path, first)).sha).toBe(first)
    expect((await resolve(repo.path, first.slice(0, 8))).sha).toBe(first)
    expect((await resolve(repo.path, first.toUpperCase())).sha).toBe(first)
  })

  it('finds branches and pull requests where a CI checkout keeps them', async () => {
    const ci = new GitRepo(at('ci'))
    ci.git('fetch', '-q', repo.path, '+refs/heads/*:refs/remotes/origin/*', `+${first}:refs/remotes/pull/7/merge`)
    ci.git('checkout', '-q', '--detach', second)
    for (const ref of ['deploy/heroku', 'origin/deploy/heroku', 'refs/heads/deploy/heroku', 'refs/pull/7/merge']) {
      expect((await resolve(ci.path, ref)).sha).toBe(first)
    }
    expect((await resolve(ci.path, 'refs/heads/main')).sha).toBe(second)
  })

  it('takes the tag where a tag and a branch have one name', async () => {
    const both = GitRepo.clone(repo.path, at('both'))
    both.git('tag', 'twin', first)
    both.git('branch', 'twin', second)
    expect((await resolve(both.path, 'twin')).sha).toBe(first)
  })

  it('reads a linked work tree', async () => {
    repo.git('worktree', 'add', '-q', '--detach', at('linked'), first)
    expect((await resolve(at('linked'))).sha).toBe(first)
  })

  it('reads the commit itself, not its replacement', async () => {
    const replaced = GitRepo.clone(repo.path, at('replaced'))
    replaced.git('replace', second, first)
    expect((await resolve(replaced.path, second)).subject).toBe('Der zweite: über')
  })

  it('reads a commit without a message', async () => {
    const silent = new GitRepo(at('silent'))
    silent.git('commit', '-q', '--allow-empty', '--allow-empty-message', '-m', '')
    expect((await resolve(silent.path)).subject).toBeUndefined()
  })

  it('reads a checkout that git itself refuses because another user owns it', async () => {
    // GIT_TEST_ASSUME_DIFFERENT_OWNER is git's own switch for this (git/git: git-compat-util.h).
    const other = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }
    const control = await run('git', ['rev-parse', 'HEAD'], {
      cwd: repo.path,
      env: { PATH: '/usr/bin:/bin', ...other }
    })
    expect(control.stderr).toContain('dubious ownership')
    const found = await resolveCommit({
      path: repo.path,
      signal,
      run: (program, args, options) => run(program, args, { ...options, env: { ...options?.env, ...other } })
    })
    expect(found.sha).toBe(second)
  })

  it('runs no program that the repository or the runner names', async () => {
    const armed = GitRepo.clone(repo.path, at('armed'))
    const trap = at('trap')
    writeFileSync(trap, `#!/bin/sh\ntouch ${at('sprung')}\n`)
    chmodSync(trap, 0o755)
    for (const key of ['core.fsmonitor', 'core.pager', 'core.sshCommand', 'core.editor']) armed.git('config', key, trap)
    const environments: Record<string, string>[] = []
    await resolveCommit({
      path: armed.path,
      signal,
      run: (program, args, options) => {
        environments.push(options?.env ?? {})
        return run(program, args, options)
      }
    })
    await expect(run('test', ['-e', at('sprung')])).resolves.toMatchObject({ code: 1 })
    expect(environments.length).toBeGreaterThan(0)
    for (const environment of environments) {
      expect(environment).not.toHaveProperty('HOME')
      expect(environment).toMatchObject({ GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' })
    }
  })
})

describe('resolveCommit: what cannot be found', () => {
  it('says what was looked for, and what is near', async () => {
    const error = await errorOf(resolve(repo.path, 'deploy/heroko'))
    expect(error.message).toContain('There is no "deploy/heroko"')
    expect(error.message).toContain('no tag, no branch')
    expect(error.nextStep).toContain('Did you mean "deploy/heroku"?')
  })

  it('names no neighbour where there is none', async () => {
    expect((await errorOf(resolve(repo.path, 'zzzzzzzzzz'))).nextStep).not.toContain('Did you mean')
  })

  it('tells how to get a commit that a shallow clone lacks', async () => {
    const shallow = GitRepo.clone(`file://${repo.path}`, at('shallow'), '--depth', '1', '--no-tags')
    expect((await resolve(shallow.path)).sha).toBe(second)
    const error = await errorOf(resolve(shallow.path, first))
    expect(error.message).toContain(first)
    expect(error.nextStep).toContain('`fetch-depth: 0`')
    expect(error.nextStep).toContain(`git fetch --depth 1 origin ${first}`)
    expect((await errorOf(resolve(shallow.path, 'v1.0.0'))).nextStep).toContain('`fetch-depth: 0`')
  })

  it('does not take a hash on trust', async () => {
    expect((await errorOf(resolve(repo.path, '0123456789'.repeat(4)))).message).toContain('There is no')
  })

  it('says that a short hash stands for several commits', async () => {
    const many = new GitRepo(at('many'))
    // Their hashes are always the same; with 2,000 of them, some share their first four digits.
    const stream = Array.from(
      { length: 2000 },
      (_, i) => `commit refs/heads/main\ncommitter C <c@example.com> ${i} +0000\ndata 1\n${i % 10}\n`
    )
    many.feed(stream.join(''), 'fast-import', '--quiet')
    const starts = many
      .git('rev-list', 'main')
      .split('\n')
      .map(sha => sha.slice(0, 4))
    const twice = starts.find((start, index) => starts.indexOf(start) !== index) ?? ''
    const error = await errorOf(resolve(many.path, twice))
    expect(error.message).toMatch(new RegExp(`"${twice}" .* stands for \\d+ objects: ${twice}`))
  })

  it('says that a tag names no commit', async () => {
    const odd = GitRepo.clone(repo.path, at('odd'))
    odd.git('tag', 'only-a-file', odd.blob('x'))
    expect((await errorOf(resolve(odd.path, 'only-a-file'))).message).toContain('is a blob, not a commit')
  })

  it('says that a repository has no commit', async () => {
    expect((await errorOf(resolve(new GitRepo(at('empty')).path))).message).toContain('has no commit yet')
  })

  it.each([
    ['no folder', 'nowhere', () => undefined, 'does not exist'],
    ['no .git', 'plain', (path: string) => mkdirSync(path), 'has no .git'],
    ['an empty .git', 'hollow', (path: string) => mkdirSync(join(path, '.git'), { recursive: true }), 'cannot be read']
  ])('says that a path is not a checkout: %s', async (_, name, make, reason) => {
    make(at(name))
    const error = await errorOf(resolve(at(name)))
    expect(error.message).toContain(`${at(name)} is not a git checkout`)
    expect(error.message).toContain(reason)
    expect(error.nextStep).toContain('actions/checkout')
  })

  it('says that there is no git', async () => {
    mkdirSync(at('no-programs'))
    const error = await errorOf(resolveCommit({ path: repo.path, run, signal, searchPath: at('no-programs') }))
    expect(error.message).toContain('git was not found')
  })

  it.each([
    '--help',
    '-q',
    '--output=/tmp/x',
    'a b',
    'a\nb',
    'a\0b',
    'HEAD:a',
    ':/The first',
    'HEAD^{/first}',
    'HEAD^!',
    '@{-1}',
    'main@{0}',
    'v1.0.0..main',
    '^main',
    'refs/*',
    'a\\b'
  ])('refuses the hostile ref %j', async ref => {
    const error = await errorOf(resolve(repo.path, ref))
    // eslint-disable-next-line no-control-regex
    expect(error.message).not.toMatch(/[\x00-\x1f]/)
    expect(error.message).toContain('is not the name of a commit')
  })

  it('refuses a ref of absurd length, and shows its start only', async () => {
    const error = await errorOf(resolve(repo.path, 'x'.repeat(2000)))
    expect(error.message).toContain('is not the name of a commit')
    expect(error.message.length).toBeLessThan(400)
  })

  it('stops when it is cancelled', async () => {
    await expect(resolveCommit({ path: repo.path, run, signal: AbortSignal.abort() })).rejects.toBeInstanceOf(
      CancelledError
    )
  })
})
