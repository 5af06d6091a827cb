import { describe, expect, it } from '@jest/globals'
import { readRuby, stateOfRuby } from '../../src/mastodon/index.ts'
import { isTaken } from '../../src/mastodon/ruby.ts'

const read = (files: Partial<Parameters<typeof readRuby>[0]>) =>
  readRuby({ gemfileLock: '', gemfile: '', rubyVersion: '', ...files })

describe('.ruby-version', () => {
  it.each<[string, string | undefined]>([
    ['3.4.7\n', '3.4.7'],
    ['3.4.7 # as upstream\r\n', '3.4.7'],
    ['ruby-3.4.7\r\n', '3.4.7'],
    ['# as upstream\n\n  3.4.7@mastodon # gems\n', '3.4.7'],
    ['4.1.0-preview1\n', '4.1.0.preview1'],
    ['3.4\n', undefined],
    ['~> 3.4.7\n', undefined],
    ['jruby-9.4.8.0\n', undefined],
    ['3.4.7\n3.4.8\n', undefined],
    ['', undefined]
  ])('%j names %s', (rubyVersion, file) => expect(read({ rubyVersion }).file).toBe(file))
})

describe('the line `ruby` of a Gemfile', () => {
  const takes = (gemfile: string): string[] =>
    read({ gemfile, rubyVersion: '3.4.7\n' }).takes.map(({ operator, version }) => `${operator} ${version}`)

  it.each<[string, string[]]>([
    ["source 'a'\nruby '>= 3.3.0', '< 4.1.0'\n\ngem 'puma'\n", ['>= 3.3.0', '< 4.1.0']],
    ["ruby '3.4.7'\ngem 'puma', '>= 6'\n", ['= 3.4.7']],
    ["ruby '3.4.7' # as upstream\n", ['= 3.4.7']],
    ['ruby "~> 3.4.0"', ['~> 3.4.0']],
    ["ruby('>= 3.3', '!= 3.4.0')\n", ['>= 3.3', '!= 3.4.0']],
    ["ruby ['>= 3.3', '<= 4.0']\n", ['>= 3.3', '<= 4.0']],
    ["ruby '>= 3.3.0',\n     '< 4.1'\n", ['>= 3.3.0', '< 4.1']],
    ["ruby '2.5.7', engine: 'jruby', engine_version: '9.2.13.0'\n", ['= 2.5.7']],
    ["ruby '3.4.1', :engine => 'ruby'\n", ['= 3.4.1']],
    ["ruby file: '.ruby-version'\n", ['= 3.4.7']],
    // Bundler refuses it.
    ["ruby '>= 3.0, < 3.1'\n", []],
    // Only a run would tell.
    ["ruby ENV['RUBY'] || '3.4.1'\n", []],
    ["ruby '3.4.1' unless ENV['CI']\n", []],
    ["ruby file: '.tool-versions'\n", []],
    ["# ruby '3.4.1'\ngem 'ruby-vips'\n", []]
  ])('%j', (gemfile, all) => expect(takes(gemfile)).toEqual(all))

  it('is read in no time, whatever it says', () => {
    for (const part of [' ', "'a',", "'", ',', '\n', '[', "'a' "])
      expect(takes(`ruby '1'${part.repeat(1e5)}`)).toEqual(takes(`ruby '1'${part.repeat(1e3)}`))
  })

  it.each<[string, string, boolean]>([
    ['3.4.1', "'3.4'", false],
    ['3.4.1', "'3.4.1'", true],
    ['3.4.1', "'~> 3.4'", true],
    ['4.0.0', "'~> 3.4'", false],
    ['3.4.13', "'~> 3.4.7'", true],
    ['3.4.6', "'~> 3.4.7'", false],
    ['3.5.0', "'~> 3.4.7'", false],
    ['3.4.1', "'!= 3.4.1'", false],
    ['3.4.1', "'> 3.4.1'", false],
    ['3.4.1', "'<= 3.4.1'", true],
    ['4.1.0.preview1', "'< 4.1.0'", true]
  ])('with %s and %s', (version, range, taken) => {
    expect(isTaken(version, read({ gemfile: `ruby ${range}\n` }).takes)).toBe(taken)
  })
})

describe('a Ruby', () => {
  it.each([
    ['4.0.10', { is: 'safe' }],
    ['4.0.9', { is: 'holed', floor: '4.0.10' }],
    ['3.2.10', { is: 'ended', line: '3.2' }],
    ['4.1.0.preview1', { is: 'unknown', newest: '4.0' }],
    ['', { is: 'unknown' }],
    ['constructor', { is: 'unknown' }]
  ])('%s', (version, state) => expect(stateOfRuby(version, Date.parse('2026-11-29'))).toMatchObject(state))

  it('ends with its line', () => {
    expect(stateOfRuby('3.3.14', Date.parse('2027-03-31'))).toMatchObject({ is: 'safe' })
    expect(stateOfRuby('3.3.14', Date.parse('2027-04-01'))).toEqual({ is: 'ended', line: '3.3', ends: '2027-03-31' })
  })
})
