import { describe, expect, it } from '@jest/globals'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/index.ts'
import { COMMAND_NAMES } from '../../src/inputs/commands.ts'
import { PAGES as pages, prose, read, sourceFiles } from './commands.ts'
import { LINKS } from './outside.ts'

const project = path.join(import.meta.dirname, '..', '..')

const action = parse(read('action.yml')) as { inputs: Record<string, unknown> }
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
const CONFIG_KEYS = [...read('examples/mastodon-on-heroku.yml').matchAll(/^#?([a-z-]+):/gm)].map(([, key]) => key!)
/** An image in a page is loaded by everyone who reads it. */
const LARGEST_IMAGE = 200_000

interface Block {
  readonly language: string
  readonly text: string
}

function blocks(text: string): Block[] {
  return [...text.matchAll(/^( *)```(\w*)[^\n]*\n([^]*?)^\1```/gm)].map(
    ([, indent = '', language = '', inner = '']) => ({
      language,
      text: inner.replace(new RegExp(`^${indent}`, 'gm'), '')
    })
  )
}

/** What GitHub makes of a heading (github/docs: basic writing syntax, section links). */
function anchors(text: string): string[] {
  const seen = new Map<string, number>()
  return [...text.replace(/^( *)```[^]*?^\1```/gm, '').matchAll(/^#{1,6} (.*)$/gm)].map(([, heading]) => {
    const plain = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
    const anchor = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
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
    for (const [, program] of text.matchAll(
      /(?<![\w/])((?:scripts|src|bench|__tests__|docs|examples)\/[\w./-]+\.\w+)/g
    ))
      expect({ program, exists: existsSync(path.join(project, program!)) }).toEqual({ program, exists: true })
  })

  it('names commands and inputs that there are', () => {
    for (const [, command] of text.matchAll(/`command: ([a-z]+)`|command: ([a-z]+)$/gm))
      if (command !== undefined) expect(COMMAND_NAMES).toContain(command)
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

it('pages that messages name are there, and it is said whose they are: a fork has none of them', () => {
  const code = sourceFiles().map(file =>
    read(file)
      .replaceAll(/^ *(?:\/?\*|\/\/).*$/gm, '')
      .replaceAll(/ \/\/ .*$/gm, '')
  )
  const named = code.flatMap(text => [...text.matchAll(/(docs\/[\w-]+\.md)(?:#([\w-]+))?( of mastodon-on-heroku)?/g)])
  expect(named.length).toBeGreaterThan(3)
  for (const [, page, anchor, whose] of named) {
    expect({ page, isToldWhose: whose !== undefined }).toEqual({ page, isToldWhose: true })
    expect(pages).toContain(page)
    if (anchor !== undefined) expect(anchors(read(page!))).toContain(anchor)
  }
})

it('docs/security.md names tests that there are', () => {
  const rows = [...read('docs/security.md').matchAll(/`(__tests__\/[\w./-]+)`: "([^"]+)"/g)]
  expect(rows.length).toBeGreaterThan(10)
  for (const [, file, title] of rows) expect(read(file!)).toContain(title)
})

it('links to nothing that nobody has looked at, and looks at nothing that is not linked to', () => {
  const linked = pages.flatMap(file =>
    [...prose(read(file)).matchAll(/\]\((https:[^)\s]+)\)/g)].map(([, link]) => link!.replace(/#.*/, ''))
  )
  expect([...new Set(linked)].toSorted()).toEqual(Object.keys(LINKS).toSorted())
})

/** Names of the inputs that steps with our action are given, wherever they stand. */
function ownInputs(data: unknown): string[][] {
  if (typeof data !== 'object' || data === null) return []
  const { uses, with: given } = data as { uses?: unknown; with?: object }
  const own = typeof uses === 'string' && uses.startsWith('OWNER/mastodon-on-heroku@') ? [Object.keys(given ?? {})] : []
  return [...own, ...Object.values(data).flatMap(ownInputs)]
}
