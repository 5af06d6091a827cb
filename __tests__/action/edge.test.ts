import { describe, expect, it } from '@jest/globals'
import { actionLog } from '../../src/action/log.ts'
import { harmless } from '../../src/runtime/index.ts'

describe('a line with text of others', () => {
  it.each([
    ['::error::x', ': :error::x'],
    ['  ::set-output name=a::b', '  : :set-output name=a::b'],
    ['fine\n::add-mask::x', 'fine\n: :add-mask::x'],
    ['here ##[add-path]/evil', 'here ## [add-path]/evil'],
    ['#\u200b##[add-mask]x', '#\u200b## [add-mask]x'],
    ['a\r::add-mask::x', 'a\r: :add-mask::x'],
    ['\u200b:\u00ad:add-mask::x', '\u200b: \u00ad:add-mask::x'],
    ['a :: b', 'a :: b'],
    ['#\u200b#[add-mask]x', '#\u200b# [add-mask]x'],
    ['## [x] #[y] ###', '## [x] #[y] ###']
  ])('%j holds no command', (line, shown) => expect(harmless(line)).toBe(shown))

  // What .NET's Char.IsWhiteSpace takes for white space, and so TrimStart strips (learn.microsoft.com: Char.IsWhiteSpace).
  const WHITE = [
    ...[0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680],
    ...Array.from({ length: 11 }, (_, i) => 0x2000 + i),
    ...[0x2028, 0x2029, 0x202f, 0x205f, 0x3000]
  ]
  it.each(WHITE.map(point => [point.toString(16).padStart(4, '0'), String.fromCodePoint(point)]))(
    'holds none behind U+%s, which the runner strips',
    (_, space) => {
      for (const before of ['', '\n', 'a\n', ' ', space]) {
        const shown = harmless(`${before}${space}::add-mask::x`)
        // As the runner reads it: line by line, each without white space at its start.
        const lines = shown.split(/[\r\n]/).map(line => line.replace(new RegExp(`^[${WHITE_CLASS}]+`), ''))
        expect(lines.filter(line => line.startsWith('::'))).toEqual([])
        expect(shown).toContain('add-mask::x')
      }
    }
  )
  const WHITE_CLASS = String.fromCodePoint(...WHITE)

  it('is looked through in one go, however much white space it has', () => {
    expect(harmless('\n'.repeat(200_000) + '\u2028'.repeat(200_000) + ':')).toHaveLength(400_001)
  })
})

describe('the fence', () => {
  it('stops commands, and ends on a line of its own', () => {
    const written: string[] = []
    const log = actionLog(String, chunk => written.push(chunk.toString()))
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
