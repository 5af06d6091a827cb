import { describe, expect, it } from '@jest/globals'
import { defaultBranch, findPullRequests, mergeBase, parentsOf, readFileAt } from '../../src/github/index.ts'
import { sha, useGithub } from './world.ts'

const world = useGithub()
const HEAD = { headSha: sha('a'), headRepository: 'someone/Mastodon', headBranch: 'topic/1' }
const head = { sha: sha('a'), ref: 'topic/1', repo: 'someone/mastodon' }
const base = { sha: sha('b'), ref: 'main' }

describe('the pull request of a run', () => {
  const numbers = async (): Promise<number[]> =>
    (await findPullRequests(world.connect(), HEAD)).map(({ number }) => number)

  it('is found by commit, repository and branch', async () => {
    world.fake.repository.addPull({ number: 5, head, base })
    expect(await findPullRequests(world.connect(), HEAD)).toEqual([
      { number: 5, headSha: sha('a'), baseSha: sha('b'), baseBranch: 'main' }
    ])
  })

  it.each([
    ['another commit', { head: { ...head, sha: sha('c') } }],
    ['another branch', { head: { ...head, ref: 'topic/2' } }],
    ['a branch of that name in another repository of the same owner', { head: { ...head, repo: 'someone/other' } }],
    ['the same commit and branch in another fork', { head: { ...head, repo: 'victim/mastodon' } }],
    ['a fork that is gone', { head: { ...head, repo: null } }],
    ['a closed one', { state: 'closed' as const }]
  ])('is not one of %s', async (_, change) => {
    world.fake.repository.addPull({ number: 5, head, base, ...change })
    expect(await numbers()).toEqual([])
  })

  it('is both where two are of the same', async () => {
    world.fake.repository.addPull({ number: 5, head, base })
    world.fake.repository.addPull({ number: 6, head, base: { sha: sha('c'), ref: 'stable' } })
    expect(await numbers()).toEqual([5, 6])
  })

  it('is looked for by name alone, whatever the name is', async () => {
    const ref = 'x&state=closed&head=victim:main#?/../'
    world.fake.repository.addPull({ number: 5, head: { ...head, ref }, base })
    expect(await findPullRequests(world.connect(), { ...HEAD, headBranch: ref })).toHaveLength(1)
  })
})

describe('commits and files', () => {
  it('a commit’s parents, in their order', async () => {
    world.fake.repository.addCommit(sha('3'), sha('1'), sha('2'))
    expect(await parentsOf(world.connect(), sha('3'))).toEqual([sha('1'), sha('2')])
    expect(await parentsOf(world.connect(), sha('4'))).toBeUndefined()
  })

  it('where two branched off', async () => {
    const { repository } = world.fake
    repository.addCommit(sha('1'))
    repository.addCommit(sha('2'), sha('1'))
    repository.addCommit(sha('3'), sha('1'))
    expect(await mergeBase(world.connect(), sha('2'), sha('3'))).toBe(sha('1'))
    expect(await mergeBase(world.connect(), sha('2'), sha('9'))).toBeUndefined()
  })

  it('a file of the default branch', async () => {
    world.fake.repository.files.set('.github/a b.yml', 'app: ü\n')
    const github = world.connect()
    expect(await readFileAt(github, '.github/a b.yml', await defaultBranch(github))).toBe('app: ü\n')
    expect(await readFileAt(github, 'other.yml', 'main')).toBeUndefined()
  })

  it('a permission that is missing is an error, not an absent file', async () => {
    world.fake.allow('nothing', {})
    await expect(readFileAt(world.connect('nothing'), 'a', 'main')).rejects.toThrow(/not accessible/)
  })
})
