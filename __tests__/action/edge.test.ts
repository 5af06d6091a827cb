import { afterEach, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { actionLog, readInputs } from '../../src/action/index.ts'
import { harmless } from '../../src/action/log.ts'

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
    expect(readInputs({})).toMatchObject({
      command: action.inputs['command']!.default,
      config: action.inputs['config']!.default,
      path: process.cwd(),
      buildTimeout: Number(action.inputs['build-timeout']!.default) * 60_000,
      outputDir: path.resolve(action.inputs['output-dir']!.default!),
      failOn: action.inputs['fail-on']!.default,
      secretsHeld: []
    })
  })

  it('that are read are inputs of action.yml', () => {
    const read = readFileSync(path.join(project, 'src/action/inputs.ts'), 'utf8')
    const names = [...read.matchAll(/(?:getInput|given|oneOf|minutes)\('([a-z-]+)'/g)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(15)
    for (const name of names) expect(Object.keys(action.inputs)).toContain(name)
  })

  it('tell which keys the job holds, by name', () => {
    input('heroku-api-key', 'k')
    expect(readInputs({ GITHUB_TOKEN: 't' }).secretsHeld).toEqual(['heroku-api-key', 'GITHUB_TOKEN'])
  })

  it.each([
    ['fail-on', 'sometimes'],
    ['build-in', 'cloud'],
    ['build-timeout', '-1'],
    ['build-timeout', '1e9']
  ])('%s: %s is refused', (name, value) => {
    input(name, value)
    expect(() => readInputs({})).toThrow(new RegExp(`Input ${name}`))
  })

  it.each([
    ['', { RUNNER_TOOL_CACHE: '/tools' }, '/tools/mastodon-on-heroku'],
    ['', { XDG_CACHE_HOME: '/xdg' }, '/xdg/mastodon-on-heroku'],
    ['/mine', {}, '/mine'],
    ['off', { RUNNER_TOOL_CACHE: '/tools' }, undefined]
  ])('cache: %j is the folder %j %s', (value, env, folder) => {
    input('cache', value)
    expect(readInputs(env).cache).toBe(folder)
  })

  it('know the stack of an image of Heroku’s, and believe no other word', () => {
    expect(['heroku-24', 'debian', undefined].map(STACK => readInputs({ STACK }).hostStack)).toEqual([
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
