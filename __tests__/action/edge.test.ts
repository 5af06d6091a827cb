import { describe, expect, it } from '@jest/globals'
import { actionLog } from '../../src/action/index.ts'
import { harmless } from '../../src/action/log.ts'

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
