import { afterEach, describe, expect, it } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { actionLog, stepInputs } from '../../src/action/index.ts'
import { readEvent } from '../../src/config/event.ts'
import { harmless } from '../../src/action/log.ts'
import { parseAmount } from '../../src/config/index.ts'
import { temp } from '../helpers/temp.ts'

const set: string[] = []
afterEach(() => {
  for (const name of set.splice(0)) delete process.env[name]
})

function input(name: string, value: string): void {
  const variable = `INPUT_${name.toUpperCase()}`
  process.env[variable] = value
  set.push(variable)
}

const project = path.join(import.meta.dirname, '..', '..')
const action = parse(readFileSync(path.join(project, 'action.yml'), 'utf8')) as {
  inputs: Record<string, { default?: string }>
}

describe('inputs', () => {
  it('have the defaults of action.yml', () => {
    expect(stepInputs({})).toMatchObject({
      command: action.inputs['command']!.default,
      config: action.inputs['config']!.default,
      path: process.cwd(),
      buildTimeout: Number(action.inputs['build-timeout']!.default) * 60_000,
      outputDir: path.resolve(action.inputs['output-dir']!.default!),
      failOn: action.inputs['fail-on']!.default,
      artifactName: action.inputs['artifact-name']!.default,
      commentThreshold: parseAmount(action.inputs['comment-threshold']!.default!),
      secretsHeld: []
    })
  })

  it('that are read are inputs of action.yml', () => {
    const read = readFileSync(path.join(project, 'src/config/read-inputs.ts'), 'utf8')
    const names = [...read.matchAll(/given\.\w+\('([a-z-]+)'/g)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(15)
    for (const name of names) expect(Object.keys(action.inputs)).toContain(name)
  })

  it('tell which keys the job holds, by name', () => {
    input('heroku-api-key', 'k')
    expect(stepInputs({ GITHUB_TOKEN: 't' }).secretsHeld).toEqual(['heroku-api-key', 'GITHUB_TOKEN'])
  })

  it.each([
    ['fail-on', 'sometimes'],
    ['build-in', 'cloud'],
    ['max-growth', 'a lot'],
    ['comment-threshold', '5M'],
    ['build-timeout', '-1'],
    ['build-timeout', '1e9']
  ])('%s: %s is refused', (name, value) => {
    input(name, value)
    expect(() => stepInputs({})).toThrow(new RegExp(`Input ${name}`))
  })

  it('that ask for a fail on growth say how much', () => {
    input('fail-on', 'growth')
    expect(() => stepInputs({})).toThrow(/needs to know how much/)
    input('max-growth', '2%')
    expect(stepInputs({})).toMatchObject({ failOn: 'growth', maxGrowth: { percent: 2 } })
  })

  it.each([
    ['', { RUNNER_TOOL_CACHE: '/tools' }, '/tools/mastodon-on-heroku'],
    ['', { XDG_CACHE_HOME: '/xdg' }, '/xdg/mastodon-on-heroku'],
    ['/mine', {}, '/mine'],
    ['off', { RUNNER_TOOL_CACHE: '/tools' }, undefined]
  ])('cache: %j is the folder %j %s', (value, env, folder) => {
    input('cache', value)
    expect(stepInputs(env).cache).toBe(folder)
  })

  it('know the stack of an image of Heroku’s, and believe no other word', () => {
    expect(['heroku-24', 'debian', undefined].map(STACK => stepInputs({ STACK }).hostStack)).toEqual([
      'heroku-24',
      undefined,
      undefined
    ])
  })
})

describe('a line with text of others', () => {
  it.each([
    ['::error::x', ': :error::x'],
    ['  ::set-output name=a::b', '  : :set-output name=a::b'],
    ['fine\n::add-mask::x', 'fine\n: :add-mask::x'],
    ['here ##[add-path]/evil', 'here ## [add-path]/evil'],
    ['a :: b', 'a :: b']
  ])('%j holds no command', (line, shown) => expect(harmless(line)).toBe(shown))
})

describe('the fence', () => {
  it('stops commands, and ends on a line of its own', () => {
    const written: string[] = []
    const log = actionLog(chunk => written.push(chunk.toString()))
    const tokens = [1, 2].map(() => {
      const fence = log.fence()
      fence.write(Buffer.from('::error::x'))
      fence.close()
      const [, token] = /^::stop-commands::([0-9a-f]{32})\n$/.exec(written[0]!)!
      expect(written).toEqual([`::stop-commands::${token}\n`, '::error::x', `\n::${token}::\n`])
      written.length = 0
      return token
    })
    expect(tokens[0]).not.toBe(tokens[1])
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
