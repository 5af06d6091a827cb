import { describe, expect, it } from '@jest/globals'
import { bytePath, type BytePath } from '../../src/runtime/index.ts'
import { nameMatcher } from '../../src/source/glob.ts'

const matches = (pattern: string, name: string): boolean => nameMatcher(bytePath(pattern))(bytePath(name))

describe('nameMatcher', () => {
  it.each([
    ['abc', 'abc'],
    ['*', 'abc'],
    ['a*', 'a'],
    ['*.psd', 'a.b.psd'],
    ['a*b*c', 'a-b-b-c'],
    ['*ab*ab', 'abaab-ab'],
    ['?', 'é'],
    ['a?c', 'a✓c'],
    ['[abc]x', 'bx'],
    ['[a-c]x', 'bx'],
    ['[!a-c]x', 'dx'],
    ['[^a-c]x', '-x'],
    ['[]]', ']'],
    ['[!]]', 'a'],
    ['[a-]', '-'],
    ['[\\]]', ']'],
    ['[é-ü]', 'ö'],
    ['[', '['],
    ['[abc', '[abc'],
    ['\\*', '*'],
    ['\\[a]', '[a]'],
    ['a\\', 'a\\'],
    ['.*', '.env'],
    ['.e?v', '.env'],
    ['{a,b}', '{a,b}'],
    ['a.c', 'a.c']
  ])('%s takes %s', (pattern, name) => {
    expect(matches(pattern, name)).toBe(true)
  })

  it.each([
    ['abc', 'ABC'],
    ['abc', 'abcd'],
    ['a*', 'ba'],
    ['*.psd', '.psd'],
    ['*', '.env'],
    ['?env', '.env'],
    ['[.]env', '.env'],
    ['?', ''],
    ['?', 'ab'],
    ['a?c', 'ac'],
    ['[a-c]x', 'dx'],
    ['[!a-c]x', 'bx'],
    ['[c-a]', 'b'],
    ['\\*', 'a'],
    ['{a,b}', 'a'],
    ['a.c', 'abc'],
    ['(a|b)+$', 'a']
  ])('%s does not take %s', (pattern, name) => {
    expect(matches(pattern, name)).toBe(false)
  })

  it('matches names that are not UTF-8', () => {
    const name = 'a\xff\xfe.psd' as BytePath
    expect(nameMatcher(bytePath('*.psd'))(name)).toBe(true)
    expect(nameMatcher(bytePath('a??.psd'))(name)).toBe(true)
    expect(nameMatcher('a\xff*' as BytePath)(name)).toBe(true)
  })

  it('does not backtrack', () => {
    // Exponential, or a power of the number of stars, would not end.
    expect(matches('*a'.repeat(2000), 'a'.repeat(20_000) + 'b')).toBe(false)
  })
})
