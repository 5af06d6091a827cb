import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { COMMON, flagsOf } from '../../src/cli/flags.ts'
import { findCommand } from '../../src/commands/index.ts'
import { loadConfig } from '../../src/config/index.ts'

const project = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(project, file), 'utf8')
const pages = [
  ...readdirSync(project),
  ...readdirSync(path.join(project, 'docs')).map(file => `docs/${file}`),
  'examples/sample-fork/README.md'
].filter(file => file.endsWith('.md'))

const action = parse(read('action.yml')) as { inputs: Record<string, unknown> }
const described = Object.keys(action.inputs).map(name => [name, { description: '', isFlag: false }] as const)
const FLAGS = [...described.map(([name]) => name), ...[...COMMON, ...flagsOf('init', new Map(described))].map(({ name }) => name)]
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
const CONFIG_KEYS = [...read('examples/mastodon-on-heroku.yml').matchAll(/^#?([a-z-]+):/gm)].map(([, key]) => key!)
/** An image in a page is loaded by everyone who reads it. */
const LARGEST_IMAGE = 200_000

interface Block {
  readonly language: string
  readonly text: string
}

function blocks(text: string): Block[] {
  return [...text.matchAll(/^( *)```(\w*)[^\n]*\n([^]*?)^\1```/gm)].map(([, indent = '', language = '', inner = '']) => ({
    language,
    text: inner.replace(new RegExp(`^${indent}`, 'gm'), '')
  }))
}

/** Without code, in which nothing is a link. */
function prose(text: string): string {
  return text.replace(/^( *)```[^]*?^\1```/gm, '').replace(/`[^`\n]*`/g, '')
}

/** What GitHub makes of a heading (github/docs: basic writing syntax, section links). */
function anchors(text: string): string[] {
  const seen = new Map<string, number>()
  return [...text.replace(/^( *)```[^]*?^\1```/gm, '').matchAll(/^#{1,6} (.*)$/gm)].map(([, heading]) => {
    const plain = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
    const anchor = plain.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}-${times}`
  })
}

describe.each(pages)('%s', file => {
  const text = read(file)

  it('has a place for each link', () => {
    const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
    const wrong = links.filter(link => {
      if (/^https:\/\/[\w.-]+\.\w+/.test(link)) return false
      const [target = '', anchor] = link.split('#')
      const page = target === '' ? file : path.join(path.dirname(file), target)
      if (!existsSync(path.join(project, page))) return true
      return anchor !== undefined && !anchors(read(page)).includes(anchor)
    })
    expect(wrong).toEqual([])
  })

  it('tells what its pictures show, and they are small', () => {
    for (const [, alt, source] of prose(text).matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)) {
      expect(alt!.length).toBeGreaterThan(20)
      expect(statSync(path.join(project, path.dirname(file), source!)).size).toBeLessThan(LARGEST_IMAGE)
    }
  })

  it('names scripts and programs that there are', () => {
    for (const [, script] of text.matchAll(/npm run (?:-s )?([\w-]+)/g)) expect(Object.keys(scripts)).toContain(script)
    for (const [, program] of text.matchAll(/(?<![\w/])((?:scripts|src|bench|__tests__|docs|examples)\/[\w./-]+\.\w+)/g))
      expect({ program, exists: existsSync(path.join(project, program!)) }).toEqual({ program, exists: true })
  })

  it('names commands and inputs that there are', () => {
    for (const [, command] of text.matchAll(/`command: ([a-z]+)`|command: ([a-z]+)$/gm))
      if (command !== undefined) expect(isCommand(command)).toBe(true)
    for (const [, command, flags = ''] of text.matchAll(/npx mastodon-on-heroku ([a-z]+)([^\n`]*)/g)) {
      expect(command === 'init' || isCommand(command!)).toBe(true)
      for (const [, flag] of flags.matchAll(/ --([\w-]+)/g)) expect(FLAGS).toContain(flag)
    }
  })

  it('has YAML that can be copied', () => {
    for (const { language, text: block } of blocks(text)) {
      if (!/^ya?ml$/.test(language)) continue
      const data: unknown = parse(block)
      for (const [, uses, version] of block.matchAll(/uses: (\S+)(.*)/g)) {
        if (!uses!.endsWith('@COMMIT')) expect(`${uses}${version}`).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
      }
      for (const inputs of ownInputs(data)) expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(inputs))
      const keys = typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.keys(data) : []
      if (keys.length > 0 && keys.every(key => CONFIG_KEYS.includes(key))) loadConfig(block, file)
    }
  })
})

it('examples/mastodon-on-heroku.yml is a config, also with all that is commented out', () => {
  const text = read('examples/mastodon-on-heroku.yml')
  loadConfig(text, 'mastodon-on-heroku.yml')
  const whole = text.replace(/^( *)#(?! |$)/gm, '$1').replace(/^#( {2,})/gm, '$1')
  expect(loadConfig(whole, 'mastodon-on-heroku.yml')).toMatchObject({
    streamingApp: 'my-mastodon-live',
    stack: 'heroku-24',
    slug: { buildpacks: expect.anything(), env: expect.anything() },
    schedule: { tasks: [expect.anything()] }
  })
})

it('docs/security.md names tests that there are', () => {
  const rows = [...read('docs/security.md').matchAll(/`(__tests__\/[\w./-]+)`: "([^"]+)"/g)]
  expect(rows.length).toBeGreaterThan(10)
  for (const [, file, title] of rows) expect(read(file!)).toContain(title)
})

function isCommand(name: string): boolean {
  try {
    return Boolean(findCommand(name))
  } catch (error) {
    return !/There is no command/.test((error as Error).message)
  }
}

/**
 * Commands of Heroku's own CLI that pages and errors name (heroku/cli 11.9.0: src/commands, and their aliases create, login,
 * rollback, stack and stack:set). A name that is not among them is to be looked up there first: `pg:upgrade` is a topic alone,
 * and `builds` a plugin.
 */
const HEROKU_CLI = `addons addons:attach addons:create addons:open apps authorizations authorizations:create authorizations:revoke
  buildpacks buildpacks:search buildpacks:set certs:auto certs:auto:enable config config:set config:unset container:push create
  domains domains:add features:enable login logs maintenance:off pg:backups:capture pg:backups:schedule pg:copy
  pg:credentials:rotate pg:upgrade:prepare pg:upgrade:run ps ps:scale ps:stop redis:maxmemory redis:upgrade releases
  releases:output rollback run stack stack:set`.split(/\s+/)

it('pages and errors name commands that Heroku’s CLI has', () => {
  const source = readdirSync(path.join(project, 'src'), { recursive: true, encoding: 'utf8' })
  const files = [...pages, ...source.filter(file => file.endsWith('.ts')).map(file => `src/${file}`)]
  const named = files.flatMap(file =>
    [...read(file).matchAll(/(?:`|'|^ *|&& )heroku ([a-z]+(?::[a-z-]+)*)(?=[\s`\\])/gm)].map(([, command]) => command!)
  )
  expect(named.length).toBeGreaterThan(100)
  expect([...new Set(named)].filter(command => !HEROKU_CLI.includes(command))).toEqual([])
})

/** Names of the inputs that steps with our action are given, wherever they stand. */
function ownInputs(data: unknown): string[][] {
  if (typeof data !== 'object' || data === null) return []
  const { uses, with: given } = data as { uses?: unknown; with?: object }
  const own = typeof uses === 'string' && uses.startsWith('OWNER/mastodon-on-heroku@') ? [Object.keys(given ?? {})] : []
  return [...own, ...Object.values(data).flatMap(ownInputs)]
}
