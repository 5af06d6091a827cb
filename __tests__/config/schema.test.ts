import { describe, expect, it } from '@jest/globals'
import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { configSchema, configSchemaText } from '../../scripts/config-schema.mts'
import { FFMPEG, loadConfig } from '../../src/config/index.ts'
import { REFUSED_ENV } from '../../src/config/rules.ts'
import { DYNO_SIZES } from '../../src/knowledge/index.ts'
import { UserError } from '../../src/runtime/index.ts'

const project = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(project, file), 'utf8')
const validate = new Ajv({ strict: false }).compile(configSchema)

/** As an editor sees it: YAML 1.2, into JSON. */
const bySchema = (text: string): boolean => validate(parse(text))

function byLoad(text: string): boolean {
  try {
    loadConfig(text, 'x')
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return false
  }
}

const SHA = 'aB01'.repeat(16)
const task = (text: string): string => `schedule: { with: github-actions, tasks: [{ ${text} }] }`

/** Each key with what may stand there and what may not. */
const VALUES: Record<string, { valid: string[]; invalid: string[] }> = {
  app: { valid: ['my-app', 'abc', 'null'], invalid: ['X', 'ab', '5', '[a]', '""'] },
  'streaming-app': { valid: ['my-app'], invalid: ['-a-', 'true'] },
  'staging-app': { valid: ['my-app'], invalid: ['a_b', '{}'] },
  stack: { valid: ['heroku-24'], invalid: ['cnb', 'container', '24'] },
  ffmpeg: { valid: [...FFMPEG], invalid: ['wiht', 'true', '[with]'] },
  migrations: { valid: ['zero-downtime', 'maintenance', 'off', 'false'], invalid: ['true', 'on', '1'] },
  'redis-tls': { valid: ['verify', 'no-verify'], invalid: ['no', 'false'] },
  slug: { valid: ['{}', 'null'], invalid: ['[]', 'x', '{ tirm: safe }'] },
  'slug.limit': {
    valid: ['300MB', '286MiB', '1.5 GB', '314572800', '"12000000"', '1000000'],
    invalid: ['300', '"300"', '999999', '300M', 'x', '-5MB', '[]', '0', 'true']
  },
  'slug.buildpacks': {
    valid: ['[heroku/nodejs]', '["https://x.example/a.git#b", { buildpack: ./x }]'],
    invalid: ['[]', 'heroku/ruby', '[null]', '[5]', '[""]']
  },
  'slug.buildpacks.buildpack': {
    valid: ['[{ buildpack: a/b }]'],
    invalid: ['[{}]', '[{ buildpack: null }]', '[{ buildpack: 5 }]']
  },
  'slug.buildpacks.sha256': {
    valid: [`[{ buildpack: a/b, sha256: ${SHA} }]`, '[{ buildpack: a/b, sha256: null }]'],
    invalid: ['[{ buildpack: a/b, sha256: abc }]', '[{ buildpack: a/b, sha: x }]']
  },
  'slug.env': {
    valid: ['{ A: b, N: 1, Y: true, E: "" }', '{}'],
    invalid: [
      '[A]',
      '{ A: null }',
      '{ A: [b] }',
      '{ "A B": c }',
      '{ 1A: c }',
      ...['HEROKU_API_KEY', 'GH_TOKEN', 'INPUT_X', 'STACK', 'PATH'].map(name => `{ ${name}: x }`)
    ]
  },
  'slug.trim': {
    valid: ['safe', 'off', 'false', '[]', '[safe, spec/, "**/*.map"]'],
    invalid: ['on', 'true', 'spec/', '[null]', '["!x"]', '[off]', '["a/../b"]', '[5]', '{}']
  },
  schedule: {
    valid: ['{ tasks: [] }', 'null'],
    invalid: ['{}', '[]', '{ tasks: null }', '{ tasks: {} }', '{ tasks: [], x: 1 }']
  },
  'schedule.with': {
    valid: ['heroku-scheduler', 'cron-to-go', 'advanced-scheduler', 'github-actions'].map(
      name => `{ with: ${name}, tasks: [] }`
    ),
    invalid: ['{ with: cron, tasks: [] }']
  },
  'schedule.tasks': {
    valid: ['{ tasks: [{ command: x, every: day }] }'],
    invalid: ['{ tasks: [x] }', '{ tasks: [null] }']
  },
  'schedule.state': {
    valid: ['{ with: github-actions, tasks: [], state: "branch:last-runs" }'],
    invalid: [
      '{ with: github-actions, tasks: [], state: last }',
      '{ with: github-actions, tasks: [], state: "branch:a..b" }',
      '{ with: cron-to-go, tasks: [], state: "branch:x" }',
      '{ tasks: [], state: "branch:x" }'
    ]
  },
  checks: { valid: ['{}', 'null'], invalid: ['[]', '{ skp: [] }'] },
  'checks.skip': { valid: ['[]', '[dead-set, redis]'], invalid: ['dead-set', '[A]', '[5]', '[""]'] },
  'checks.thresholds': { valid: ['{}', 'null'], invalid: ['[]', '{ days: 5 }'] },
  'checks.thresholds.certificate-days': { valid: ['21', '0.5'], invalid: ['0', '-1', 'x', '"5"'] },
  'checks.thresholds.key-days': { valid: ['7'], invalid: ['false'] },
  'checks.thresholds.queue-latency': { valid: ['120'], invalid: ['[]'] },
  'checks.thresholds.dyno-start': { valid: ['24', '40.5', '200'], invalid: ['0', '[]', '201'] }
}

const TASK: Record<string, { valid: string[]; invalid: string[] }> = {
  command: {
    valid: ['command: bin/x --y, every: day'],
    invalid: ['every: day', 'command: null, every: day', 'command: "a\\nb", every: day', 'command: 5, every: day']
  },
  every: {
    valid: ['command: x, every: 10 minutes'],
    invalid: ['command: x, every: week', 'command: x', 'command: x, every: null']
  },
  at: {
    valid: [
      'command: x, every: day, at: "03:30"',
      'command: x, every: hour, at: ":20"',
      'command: x, every: hour, at: null'
    ],
    invalid: [
      'command: x, every: day, at: ":20"',
      'command: x, every: hour, at: "03:30"',
      'command: x, every: day, at: "24:00"',
      'command: x, every: 10 minutes, at: ":20"',
      'command: x, cron: "1 2 * * *", at: ":20"',
      'command: x, every: day, at: 5'
    ]
  },
  cron: {
    valid: ['command: x, cron: "30 3 * * 1-5"', 'command: x, cron: "*/10 * * * MON"'],
    invalid: ['command: x, cron: "30 3 * *"', 'command: x, every: day, cron: "1 2 3 4 5"', 'command: x, cron: 5']
  },
  size: {
    valid: DYNO_SIZES.map(size => `command: x, every: day, size: ${size}`).concat(
      'command: x, every: day, size: standard-1x'
    ),
    invalid: ['command: x, every: day, size: Huge', 'command: x, every: day, size: 5']
  },
  timeout: {
    valid: ['command: x, every: day, timeout: 30'],
    invalid: [
      'command: x, every: day, timeout: 0',
      'command: x, every: day, timeout: 0.5',
      'command: x, every: day, timeout: 1441',
      'command: x, every: day, timeout: "5"'
    ]
  }
}

/** A config with a value at a key. */
function at(key: string, value: string): string {
  const keys = key
    .replace(/\.(?:buildpack|sha256)$/, '')
    .replace(/^schedule\..*/, 'schedule')
    .split('.')
  return `${keys.map((name, depth) => `${'  '.repeat(depth)}${name}:`).join('\n')} ${value}\n`
}

const table = Object.entries(VALUES).flatMap(([key, { valid, invalid }]) => [
  ...valid.map(value => [at(key, value), true] as const),
  ...invalid.map(value => [at(key, value), false] as const)
])
const tasks = Object.values(TASK).flatMap(({ valid, invalid }) => [
  ...valid.map(text => [task(text), true] as const),
  ...invalid.map(text => [task(text), false] as const)
])

describe('the schema of the config file', () => {
  it('is the published one', () => expect(read('docs/config.schema.json')).toBe(configSchemaText()))

  it.each([
    ...table,
    ...tasks,
    ['', true] as const,
    ['x: 1', false] as const,
    ['[]', false] as const,
    ['text', false] as const
  ])('says of %j what the action says: %s', (text, valid) => {
    expect({ load: byLoad(text), schema: bySchema(text) }).toEqual({ load: valid, schema: valid })
  })

  it('refuses every variable that the action refuses', () => {
    for (const { names } of REFUSED_ENV) {
      for (const word of names.source.match(/[A-Z][A-Z_]{3,}/g) ?? []) {
        const name = names.test(word) ? word : `${word}_X`
        const text = `slug: { env: { ${name}: x } }`
        expect([name, bySchema(text)]).toEqual([name, byLoad(text)])
      }
    }
  })

  /** A schema cannot tell these; the action does. */
  it.each([
    task('command: x, cron: "0 0 31 2 *"'),
    task('command: x, cron: "61 0 * * *"'),
    'slug: { limit: 999999999GB }',
    'slug: { limit: 0kB }',
    'checks: { thresholds: { key-days: .inf } }'
  ])('is laxer than the action where a schema cannot know: %j', text =>
    expect({ load: byLoad(text), schema: bySchema(text) }).toEqual({ load: false, schema: true })
  )

  it('has no key without a value in this test', () => {
    const tested = [...Object.keys(VALUES), ...Object.keys(TASK).map(key => `schedule.tasks.${key}`)]
    expect(keysIn(configSchema).sort()).toEqual(tested.sort())
  })

  it('is what the example names in its first line, and takes it', () => {
    const example = read('examples/mastodon-on-heroku.yml')
    expect(example).toMatch(
      /^# yaml-language-server: \$schema=https:\/\/raw\.githubusercontent\.com\/.*\/docs\/config\.schema\.json\n/
    )
    expect(bySchema(example)).toBe(true)
    const all = example.replace(/^( *)#(?=[a-z-]+:|  +\S)/gm, '$1')
    expect({ load: byLoad(all), schema: bySchema(all) }).toEqual({ load: true, schema: true })
  })
})

it('the example has every key, commented or not', () => {
  const example = read('examples/mastodon-on-heroku.yml')
  const names = keysIn(configSchema).map(key => key.split('.').at(-1)!)
  expect(names.filter(name => !new RegExp(`(?<![\\w-])${name}: `).test(example.replaceAll('\n', ' \n')))).toEqual([])
})

type Node = Record<string, unknown>

/** What stands directly in a schema. */
const parts = (schema: unknown): Node[] => (schema === undefined ? [] : ([schema].flat() as Node[]))

function keysIn(schema: Node, prefix = ''): string[] {
  const {
    properties = {},
    anyOf,
    items
  } = schema as { properties?: Record<string, Node>; anyOf?: Node[]; items?: Node }
  const own = Object.entries(properties).flatMap(([name, of]) => [prefix + name, ...keysIn(of, `${prefix}${name}.`)])
  return [...own, ...[...parts(anyOf), ...parts(items)].flatMap(of => keysIn(of, prefix))]
}
