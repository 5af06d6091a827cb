import { beforeEach, describe, expect, it } from '@jest/globals'
import { findBaselines } from '../../src/github/index.ts'
import { sha, useGithub } from './world.ts'

const world = useGithub()
const ZIP = Buffer.from('zip')
let lastRun = 0

/** A run of a commit that left a report. */
function build(digit: string, run: { event?: string; branch?: string; repo?: string } = {}, expired = false): number {
  const { repository } = world.fake
  const made = repository.addRun({ id: ++lastRun, event: 'push', sha: sha(digit), branch: 'main', ...run })
  repository.addArtifact(made, ZIP, { expired })
  return made.id
}

const find = async (digit: string) =>
  (await findBaselines(world.connect(), { name: 'slug-report', commit: sha(digit), branch: 'main' })).map(
    ({ commit, behind, artifact }) => [commit[0], behind, artifact.runId]
  )

/** main: 1 ← 2 ← 3 ← 4; a side branch 9 was merged with 4. */
beforeEach(() => {
  const { repository } = world.fake
  repository.addCommit(sha('1'))
  repository.addCommit(sha('2'), sha('1'))
  repository.addCommit(sha('3'), sha('2'))
  repository.addCommit(sha('9'), sha('3'))
  repository.addCommit(sha('4'), sha('3'), sha('9'))
})

describe('the report of a base', () => {
  it('is that of the commit itself, then those of its ancestors, the nearest first', async () => {
    const [one, , three, four] = [build('1'), build('7'), build('3'), build('4')]
    expect(await find('4')).toEqual([
      ['4', 0, four],
      ['3', 1, three],
      ['1', 4, one]
    ])
  })

  it('is never one of a commit that came later', async () => {
    build('4')
    const two = build('2')
    expect(await find('3')).toEqual([['2', 1, two]])
    expect(await find('1')).toEqual([])
  })

  it('does not depend on the order of the list', async () => {
    const [one, three] = [build('1'), build('3')]
    world.fake.repository.shuffleArtifacts()
    expect(await find('3')).toEqual([
      ['3', 0, three],
      ['1', 2, one]
    ])
  })

  it('is the newest of several of one commit', async () => {
    build('3')
    const again = build('3')
    world.fake.repository.shuffleArtifacts()
    expect(await find('3')).toEqual([['3', 0, again]])
  })

  it.each([
    ['has expired', () => build('3', {}, true)],
    ['is a fork’s', () => build('3', { repo: 'someone/fork' })],
    ['is a pull request’s, which built something else', () => build('3', { event: 'pull_request', branch: 'main' })],
    ['is of a job that others may start', () => build('3', { event: 'workflow_run' })],
    ['is of another branch', () => build('3', { branch: 'topic' })]
  ])('is not one that %s', async (_, make) => {
    make()
    const two = build('2')
    expect(await find('3')).toEqual([['2', 1, two]])
  })

  it.each(['schedule', 'workflow_dispatch'])('may be of a run that %s started', async event => {
    const three = build('3', { event })
    expect(await find('3')).toEqual([['3', 0, three]])
  })

  it('is found on a later page, and looked for in a bounded number of requests', async () => {
    const two = build('2')
    for (let i = 0; i < 250; i++) build('8', { event: 'pull_request', branch: 'topic' })
    world.fake.repository.shuffleArtifacts()
    expect(await find('3')).toEqual([['2', 1, two]])
    expect(world.fake.requests.length).toBeLessThan(10)
    for (let i = 0; i < 1_000; i++) build('8', { event: 'pull_request', branch: 'topic' })
    world.fake.requests.length = 0
    await find('3')
    expect(world.fake.requests.length).toBeLessThan(15)
  })

  it('is nothing where GitHub does not know the commit', async () => {
    build('3')
    expect(await find('f')).toEqual([])
  })
})
