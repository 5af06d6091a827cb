import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { baseOf, exportTree } from '../../src/source/index.ts'
import { GitRepo, makeFolder, run } from '../helpers/git-repo.ts'

let repo: GitRepo
let clean: () => void
const commits: Record<string, string> = {}

/** main: first (v1.0.0), second, third (v1.1.0); a feature from second; GitHub's merge of it into main. */
beforeAll(() => {
  const { path, remove } = makeFolder()
  clean = remove
  repo = new GitRepo(join(path, 'fork'))
  repo.write('config/application.rb', 'a')
  repo.write('config/locales/de.yml', 'b')
  commits['first'] = repo.commit('first')
  repo.git('tag', '-a', 'v1.0.0', '-m', 'One')
  commits['second'] = repo.commit('second')
  repo.git('checkout', '-q', '-b', 'feature')
  commits['feature'] = repo.commit('feature')
  repo.git('checkout', '-q', 'main')
  commits['third'] = repo.commit('third')
  repo.git('tag', 'v1.1.0')
  repo.git('checkout', '-q', '--detach', 'main')
  repo.git('merge', '-q', '--no-ff', '-m', 'Merge', 'feature')
  commits['merge'] = repo.git('rev-parse', 'HEAD')
  repo.git('checkout', '-q', '--orphan', 'untagged')
  commits['untagged'] = repo.commit('untagged')
  commits['next'] = repo.commit('next')
})
afterAll(() => clean())

const find = (of: string, options: { branch?: string; pullRequest?: boolean } = {}): ReturnType<typeof baseOf> =>
  baseOf({
    path: repo.path,
    commit: commits[of]!,
    run,
    signal: new AbortController().signal,
    pullRequest: false,
    ...options
  })

describe('what a commit is compared with', () => {
  it.each([
    [
      'a pull request, with where it left its branch',
      'feature',
      { branch: 'main', pullRequest: true },
      'second',
      'merge-base',
      'main'
    ],
    [
      'GitHub’s merge of one, with the branch it goes into',
      'merge',
      { branch: 'main', pullRequest: true },
      'third',
      'merge-base',
      'main'
    ],
    [
      'the same where the branch was not fetched, with its first parent',
      'merge',
      { branch: 'develop', pullRequest: true },
      'third',
      'merge-base',
      'develop'
    ],
    [
      'one of the branch itself without any tag, with the one before',
      'next',
      { branch: 'untagged' },
      'untagged',
      'parent',
      ''
    ],
    ['a commit, with the newest tag before it', 'second', { branch: 'main' }, 'first', 'tag', 'v1.0.0'],
    ['a tagged one, with the tag before its own', 'third', { branch: 'main' }, 'first', 'tag', 'v1.0.0']
  ] as const)('is for %s', async (_, of, options, commit, kind, name) => {
    expect(await find(of, options)).toEqual({ commit: commits[commit], kind, name })
  })

  it('is nothing for the first commit, for a branch that is not there, and for one with a hostile name', async () => {
    expect(await find('first', { branch: 'main' })).toBeUndefined()
    expect(await find('untagged', { branch: 'untagged' })).toBeUndefined()
    expect(await find('feature', { branch: 'gone', pullRequest: true })).toBeUndefined()
    expect(await find('feature', { branch: '--help', pullRequest: true })).toBeUndefined()
  })
})

describe('a part of a commit', () => {
  it('is written alone', async () => {
    const into = join(repo.path, '..', 'part')
    mkdirSync(into)
    const tree = await exportTree({
      path: repo.path,
      commit: commits['first']!,
      into,
      run,
      signal: new AbortController().signal,
      only: path => !path.startsWith('config/locales/')
    })
    expect(tree.files).toBe(1)
    expect(existsSync(join(into, 'config/application.rb'))).toBe(true)
    expect(existsSync(join(into, 'config/locales'))).toBe(false)
  })
})
