import { expect, it } from '@jest/globals'
import { splitRuby } from '../../src/mastodon/ruby-text.ts'

it('ends each heredoc at its own end: indented where it may be, the next of two, not one further up', () => {
  const ruby = [
    'A',
    'call <<A, <<~A',
    'first',
    ' A',
    'A',
    'second',
    '  A',
    'drop_table :a',
    'list <<A',
    'drop_table :b'
  ].join('\n')
  const { code, sql } = splitRuby(ruby)
  expect(code.split(/\s+/)).toEqual([
    'A',
    'call',
    '<<A,',
    '<<~A',
    'drop_table',
    ':a',
    'list',
    '<<A',
    'drop_table',
    ':b'
  ])
  expect(sql.split(/\s+/).filter(Boolean)).toEqual(['first', 'A', 'second'])
})

it('reads a file that is nothing but openings, with ends and without', () => {
  const openings = Array.from({ length: 12_000 }, (_, at) => `x <<~A${at}\n`).join('')
  const ends = Array.from({ length: 12_000 }, (_, at) => `A${at}\n`).join('')
  expect(splitRuby(openings)).toEqual({ code: openings, sql: openings.replace(/\S/g, ' ') })
  expect(splitRuby(`${openings}${ends}drop_table :a\n`).code).toContain('drop_table :a')
  expect(splitRuby('<<~A\n'.repeat(40_000)).sql.trim()).toBe('')
})
