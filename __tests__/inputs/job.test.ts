import { describe, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readEvent } from '../../src/inputs/event.ts'
import { readMachine } from '../../src/inputs/index.ts'
import { temp } from '../helpers/temp.ts'

describe('the machine', () => {
  it('knows the stack of an image of Heroku’s, and believes no other word', () => {
    expect(['heroku-24', 'debian', undefined].map(STACK => readMachine({ STACK }, []).hostStack)).toEqual([
      'heroku-24',
      undefined,
      undefined
    ])
  })

  it.each([
    [{ RUNNER_TOOL_CACHE: '/tools' }, '/tools/mastodon-on-heroku'],
    [{ XDG_CACHE_HOME: '/xdg' }, '/xdg/mastodon-on-heroku']
  ])('with %j keeps what is kept in %s', (env, folder) => {
    expect(readMachine(env, []).cacheFolder).toBe(folder)
  })
})

describe('the event of a job', () => {
  const event = (payload: unknown, name = 'pull_request') => {
    const file = path.join(temp(), 'event.json')
    writeFileSync(file, typeof payload === 'string' ? payload : JSON.stringify(payload))
    return readEvent(name, file)
  }
  const sha = 'a'.repeat(40)
  const head = { sha, ref: 'topic', repo: { full_name: 'someone/fork' } }

  it('is read of a pull request, also where its fork is gone', () => {
    const pull = { number: 5, head, base: { sha: 'b'.repeat(40), ref: 'main' } }
    const expected = { number: 5, headSha: sha, headBranch: 'topic', baseSha: 'b'.repeat(40), baseBranch: 'main' }
    expect(event({ pull_request: pull, repository: { default_branch: 'main' } })).toMatchObject({
      name: 'pull_request',
      defaultBranch: 'main',
      pullRequest: { ...expected, headRepository: 'someone/fork' }
    })
    expect(event({ pull_request: { ...pull, head: { ...head, repo: null } } }).pullRequest).toEqual(expected)
  })

  it('is read of a run that has ended', () => {
    const run = {
      id: 7,
      run_attempt: 2,
      event: 'pull_request',
      head_sha: sha,
      head_branch: 'topic',
      head_repository: { full_name: 'a/b' }
    }
    expect(event({ workflow_run: run }, 'workflow_run').workflowRun).toEqual({
      id: 7,
      attempt: 2,
      event: 'pull_request',
      headSha: sha,
      headBranch: 'topic',
      headRepository: 'a/b'
    })
  })

  it.each(['', '{', '[]', '{"pull_request": {"number": "5"}}'])('of %j is only its name', text =>
    expect(event(text, 'push')).toEqual({ name: 'push' })
  )

  it('is nothing outside a job', () => expect(readEvent(undefined, undefined)).toEqual({ name: undefined }))
})
