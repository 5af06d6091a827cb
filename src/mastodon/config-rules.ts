import { readTreeFile, walkTree } from '../runtime/index.ts'
import { codeLines, type EnvTest, type CodeLine } from './ruby-blocks.ts'
import { readText } from './text.ts'
import { compareVersions } from './versions.ts'

/** A rule of a tree about a config var. */
export interface ConfigRule {
  readonly name: string
  /** Only this value is meant. */
  readonly value?: string
  /** It applies only if another config var has this value. */
  readonly when?: { readonly name: string; readonly value: string }
  /** `config/initializers/deprecations.rb:3`. Hostile text, if the tree is hostile. */
  readonly where: string
}

export interface ConfigRules {
  /** Config vars without which the app does not boot. */
  readonly required: readonly ConfigRule[]
  /** Config vars with which it does not boot. */
  readonly forbidden: readonly ConfigRule[]
  /** Config vars with which it boots, and warns. */
  readonly deprecated: readonly ConfigRule[]
  /** Whether SECRET_KEY_BASE_DUMMY makes it replace secrets by random ones. */
  readonly knowsDummy: boolean
}

const DUMMY = 'SECRET_KEY_BASE_DUMMY'
/** mastodon/mastodon: config/initializers/active_record_encryption.rb. */
const ENCRYPTION_KEYS = [
  'ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY',
  'ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT',
  'ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY'
] as const
const ENCRYPTION_FILE = 'config/initializers/active_record_encryption.rb'
const LONGEST_LINE = 2_000
const FILES = ['config/application.rb', 'config/environments/production.rb']

/**
 * What a tree says about config vars: in the files that Rails runs when it boots in production.
 * @param version of Mastodon; undefined if it is not known
 */
export function readConfigRules(root: string, version: string | undefined): ConfigRules {
  const files = [...FILES, ...initializers(root)].map(file => ({ file, text: readText(root, file) }))
  const rules = files.map(({ file, text }) => rulesOf(file, text))
  const required = distinct(rules.flatMap(rule => rule.required))
  const encryption = ENCRYPTION_KEYS.filter(key => !required.some(({ name }) => name === key))
  return {
    required: [
      ...required,
      ...(wantsEncryption(root, version) ? encryption.map(name => ({ name, where: ENCRYPTION_FILE })) : [])
    ],
    forbidden: distinct(rules.flatMap(({ forbidden }) => forbidden)),
    deprecated: distinct(rules.flatMap(({ deprecated }) => deprecated)),
    knowsDummy: files.some(({ text }) => text.includes(DUMMY))
  }
}

/** Paths of `config/initializers/*.rb`. */
export function initializers(root: string): string[] {
  return walkTree(
    root,
    name => !`${name}/`.startsWith('config/') || /^config\/(?!initializers(?:\/|$))[^/]+\//.test(`${name}/`)
  )
    .filter(({ kind, path }) => kind === 'file' && /^config\/initializers\/.+\.rb$/.test(path))
    .map(({ path }) => path)
}

/** Whether the encryption keys are needed, as since 4.3 (mastodon/mastodon#29831). A fork may ask for them in its own words. */
function wantsEncryption(root: string, version: string | undefined): boolean {
  const isNew = version === undefined || compareVersions(version, '4.3.0-alpha') >= 0
  return isNew && /\babort\b/.test(readTreeFile(root, ENCRYPTION_FILE) ?? '')
}

function rulesOf(file: string, text: string): Record<'required' | 'forbidden' | 'deprecated', ConfigRule[]> {
  const lines = codeLines(text)
  return {
    required: [...lines.flatMap(line => fetched(file, line)), ...listed(file, text)],
    forbidden: lines.flatMap(line => refused(file, line, /^abort\b/)),
    deprecated: lines.flatMap(line => refused(file, line, /^warn\b/))
  }
}

/** Finds `ENV.fetch('NAME')`, which raises if the variable is not set, unless the line has a default for it. */
function fetched(file: string, { text, number, when, unclear }: CodeLine): ConfigRule[] {
  // Each match is compared with all that stands before it, so long lines are left out.
  if (unclear || text.length > LONGEST_LINE || /\brescue\b|->|\blambda\b/.test(text)) return []
  const tests = when.filter(({ name, not }) => !(name === DUMMY && not))
  const [test] = tests
  if (tests.length > 1 || (test && (test.not || test.equals === undefined))) return []
  return [...text.matchAll(/ENV\.fetch\(\s*['"]([A-Z][A-Z0-9_]*)['"]\s*\)(?!\s*(?:\{|do\b))/g)]
    .filter(({ index }) => !insideBraces(text.slice(0, index)) && !OTHERWISE.test(text.slice(0, index)))
    .map(([, name]) => ({
      name: name!,
      ...(test && { when: { name: test.name, value: test.equals! } }),
      where: `${file}:${number}`
    }))
}

/** Behind these, code may not be evaluated: `ENV['A'] || ENV.fetch('B')`, `a ? ENV.fetch('B') : c`. */
const OTHERWISE = /&&|\|\||\s\?\s|\b(?:and|or)\b/

/** Whether it is the default of another variable: `ENV.fetch('A') { ENV.fetch('B') }`. `#{…}` in a string is not. */
function insideBraces(before: string): boolean {
  const plain = before.replaceAll('#{', '')
  return plain.split('{').length > plain.split('}').length
}

/** Finds lists of required variables: `%w(A B).each do |key| … abort if ENV[key].blank?`. */
function listed(file: string, text: string): ConfigRule[] {
  return [...text.matchAll(/%[wi][([]([A-Z0-9_\s]+)[)\]]\.each do \|(\w+)\|\n([^]*?)^end/gm)].flatMap(match => {
    const [, names = '', key = '', body = ''] = match
    const asks = new RegExp(`ENV(?:\\.fetch\\(|\\[)\\s*${key}\\b`).test(body)
    if (!asks || !/\.(?:blank|nil|empty)\?/.test(body) || !/\babort\b/.test(body)) return []
    const where = `${file}:${text.slice(0, match.index).split('\n').length}`
    return names
      .trim()
      .split(/\s+/)
      .map(name => ({ name, where }))
  })
}

function refused(file: string, { text, number, when, unclear }: CodeLine, word: RegExp): ConfigRule[] {
  const [test, ...more] = when
  if (unclear || test === undefined || more.length > 0 || test.not || !word.test(text)) return []
  return [{ ...ruleOf(test), where: `${file}:${number}` }]
}

function ruleOf({ name, equals }: EnvTest): Pick<ConfigRule, 'name' | 'value'> {
  return { name, ...(equals !== undefined && { value: equals }) }
}

function distinct(rules: readonly ConfigRule[]): ConfigRule[] {
  return [...new Map(rules.map(rule => [`${rule.name}=${rule.value ?? ''}`, rule])).values()]
}
