import { describe, expect, it } from '@jest/globals'
import { LONGEST_BODY, upsertComment, type NewComment } from '../../src/github/index.ts'
import { ALL, TOKEN, useGithub } from './world.ts'

const world = useGithub()
const PULL = {
  number: 5,
  head: { sha: 'a'.repeat(40), ref: 'topic', repo: 'owner/fork' },
  base: { sha: 'b'.repeat(40), ref: 'main' }
}
const BOT = 'github-actions[bot]'

function upsert(changes: Partial<NewComment> = {}, token = TOKEN) {
  return upsertComment(world.connect(token), {
    pullRequest: 5,
    key: 'my-mastodon',
    body: '## Within the limit',
    run: { id: 100, attempt: 1 },
    createIf: true,
    log: world.log,
    ...changes
  })
}

const bodies = (): string[] => world.fake.repository.comments(5).map(({ body }) => body)
const writes = (): string[] => world.fake.calls.filter(call => /^(?:POST|PATCH) \/issues/.test(call))

describe('the comment on a pull request', () => {
  it('is made, with a marker that nobody sees', async () => {
    world.fake.repository.addPull(PULL)
    const { outcome, url } = await upsert()
    expect(outcome).toBe('created')
    expect(url).toMatch(/\/owner\/fork\/pull\/5#issuecomment-\d+$/)
    expect(bodies()).toEqual([
      '## Within the limit\n\n<!-- mastodon-on-heroku:slug-size key=my%2Dmastodon run=100 attempt=1 -->'
    ])
  })

  it('is changed in place by a later run, and by a second attempt', async () => {
    world.fake.repository.addPull(PULL)
    await upsert()
    expect(await upsert({ body: 'two', run: { id: 101, attempt: 1 } })).toMatchObject({ outcome: 'updated' })
    expect(await upsert({ body: 'three', run: { id: 101, attempt: 2 } })).toMatchObject({ outcome: 'updated' })
    expect(bodies()).toEqual([expect.stringMatching(/^three\n/)])
  })

  it.each([
    { id: 99, attempt: 9 },
    { id: 100, attempt: 1 }
  ])('of a later run stays: %j', async run => {
    world.fake.repository.addPull(PULL)
    await upsert({ run: { id: 100, attempt: 2 } })
    expect(await upsert({ body: 'older', run })).toMatchObject({ outcome: 'a newer one is there' })
    expect(bodies()).toEqual([expect.stringMatching(/^## Within/)])
  })

  it('is not written again where nothing is new', async () => {
    world.fake.repository.addPull(PULL)
    await upsert()
    expect(await upsert()).toMatchObject({ outcome: 'unchanged' })
    expect(writes()).toEqual(['POST /issues/5/comments'])
  })

  it('is not made below the threshold; one that is there is changed all the same', async () => {
    world.fake.repository.addPull(PULL)
    expect(await upsert({ createIf: false })).toEqual({ outcome: 'below the threshold' })
    expect(bodies()).toEqual([])
    await upsert()
    expect(await upsert({ createIf: false, body: 'two', run: { id: 101, attempt: 1 } })).toMatchObject({
      outcome: 'updated'
    })
  })

  it('is found on any page, among those of others', async () => {
    world.fake.repository.addPull(PULL)
    for (let i = 0; i < 230; i++) world.fake.repository.addComment(5, 'somebody', `comment ${i}`)
    await upsert()
    expect(await upsert({ body: 'two', run: { id: 101, attempt: 1 } })).toMatchObject({ outcome: 'updated' })
    expect(bodies().filter(body => body.includes('mastodon-on-heroku'))).toHaveLength(1)
  })

  it('is one for each app', async () => {
    world.fake.repository.addPull(PULL)
    await upsert()
    expect(await upsert({ key: 'my' })).toMatchObject({ outcome: 'created' })
    expect(await upsert({ key: 'my-mastodon --> x' })).toMatchObject({ outcome: 'created' })
    expect(bodies().at(-1)).toMatch(/key=my%2Dmastodon%20%2D%2D%3E%20x run=100 attempt=1 -->$/)
  })

  it('of somebody else is never touched, whatever marker it carries', async () => {
    world.fake.repository.addPull(PULL)
    const stolen = 'x\n\n<!-- mastodon-on-heroku:slug-size key=my%2Dmastodon run=999999 attempt=1 -->'
    for (const login of ['somebody', 'github-actions', 'evil-github-actions[bot]'])
      world.fake.repository.addComment(5, login, stolen)
    expect(await upsert()).toMatchObject({ outcome: 'created' })
    expect(bodies().slice(0, 3)).toEqual([stolen, stolen, stolen])
    expect(await upsert({ body: 'two', run: { id: 101, attempt: 1 } })).toMatchObject({ outcome: 'updated' })
    expect(bodies().slice(0, 3)).toEqual([stolen, stolen, stolen])
  })

  it('is found by a person’s token, too, and by a job’s where nobody says who it is', async () => {
    world.fake.repository.addPull(PULL)
    world.fake.allow('ghp_person', ALL, 'Jane')
    await upsert({}, 'ghp_person')
    expect(await upsert({ body: 'two', run: { id: 101, attempt: 1 } }, 'ghp_person')).toMatchObject({
      outcome: 'updated'
    })
    await upsert()
    const nobody = { status: 403, body: { message: 'Resource not accessible by integration' } }
    world.fake.break('POST', /^\/graphql/, nobody)
    world.fake.break('GET', /^\/user$/, nobody)
    expect(await upsert({ body: 'three', run: { id: 102, attempt: 1 } })).toMatchObject({ outcome: 'updated' })
    expect(world.fake.repository.comments(5).map(({ login }) => login)).toEqual(['Jane', BOT])
  })

  it('whose answer was lost is not made twice', async () => {
    world.fake.repository.addPull(PULL)
    world.fake.break('POST', /\/comments$/, 'lost')
    expect(await upsert()).toMatchObject({ outcome: 'created' })
    expect(bodies()).toHaveLength(1)
  })

  it('that did not arrive is sent again, once', async () => {
    world.fake.repository.addPull(PULL)
    world.fake.break('POST', /\/comments$/, 'reset')
    expect(await upsert()).toMatchObject({ outcome: 'created' })
    expect(bodies()).toHaveLength(1)
    world.fake.repository.addPull({ ...PULL, number: 6 })
    world.fake.break('POST', /\/comments$/, 'reset')
    world.fake.break('POST', /\/comments$/, 'reset')
    await expect(upsert({ pullRequest: 6 })).rejects.toThrow()
  })

  it('may be as long as GitHub takes, and no longer', async () => {
    world.fake.repository.addPull(PULL)
    await upsert({
      body: 'x'.repeat(LONGEST_BODY),
      key: 'a-heroku-app-with-a-name-of-30',
      run: { id: 9_999_999_999_999, attempt: 99 }
    })
    expect(bodies()[0]!.length).toBeLessThanOrEqual(65_536)
    await expect(upsert({ key: 'other', body: 'x'.repeat(65_536) })).rejects.toThrow(/too long/)
  })

  it.each([
    [
      'a token that may only read',
      { ...ALL, 'pull-requests': 'read' as const },
      /^GitHub .*403, Resource not accessible by integration.*permissions: pull-requests: write/
    ],
    ['a token that may not even read', { contents: 'read' as const }, /permissions: pull-requests: write/]
  ])('is refused to %s, and that is explained', async (_, permissions, text) => {
    world.fake.repository.addPull(PULL)
    world.fake.allow('reader', permissions)
    const error: unknown = await upsert({}, 'reader').catch((thrown: unknown) => thrown)
    expect(world.connect('reader').explain(error, 'pull-requests: write', 'So be it.')).toMatch(text)
    expect(bodies()).toEqual([])
  })

  it('is refused where the conversation is locked, in GitHub’s words', async () => {
    world.fake.repository.addPull({ ...PULL, locked: true })
    const error: unknown = await upsert().catch((thrown: unknown) => thrown)
    expect(world.connect().explain(error, 'pull-requests: write', '')).toContain('issue is locked')
  })
})
