import { describe, expect, it } from '@jest/globals'
import { withoutEscapes } from '../../src/cli/terminal/escapes.ts'

const ESC = '\x1b'

describe('text of others on a terminal', () => {
  it.each([
    ['the cursor', `a${ESC}[2Ab${ESC}[1;1Hc${ESC}[?1049hd`, 'abcd'],
    ['erasing', `a${ESC}[2K${ESC}[Jb`, 'ab'],
    ['the title, to BEL', `a${ESC}]0;evil\x07b`, 'ab'],
    ['the clipboard, to ST', `a${ESC}]52;c;ZXZpbA==${ESC}\\b`, 'ab'],
    ['a string that does not end takes its line alone', `a${ESC}]0;evil\nb`, 'a\nb'],
    ['a string that another sequence ends', `a${ESC}]0;evil${ESC}[2Kb`, 'ab'],
    ['device control', `a${ESC}P$q"p${ESC}\\b`, 'ab'],
    ['C1 in one character', 'a\x9b2Kb\x9d0;evil\x9cc\x90x\x9cd', 'abcd'],
    ['a hyperlink keeps its text', `${ESC}]8;;http://evil.example${ESC}\\text${ESC}]8;;${ESC}\\`, 'text'],
    ['resets and shifts', `a${ESC}c${ESC}(0${ESC}7b`, 'ab'],
    ['a question to the terminal', `a${ESC}[6n${ESC}[cb`, 'ab'],
    ['sequences made of removed ones', `a${ESC}${ESC}[2K[2Kb`, 'a[2Kb'],
    ['an escape at the end', `a${ESC}`, 'a'],
    ['CSI without an end', `a${ESC}[12;`, 'a'],
    ['backspaces and bells', 'ab\b\b\x07c\x00d', 'abcd'],
    ['a carriage return begins a line', 'Fetching 1%\rFetching 2%\r\nnext', 'Fetching 1%\nFetching 2%\nnext'],
    ['letters in another order', 'a\u202eb\u2066c', 'abc'],
    ['nothing to do', 'tab\there, ümlaut, 🐘 and a line\n', 'tab\there, ümlaut, 🐘 and a line\n']
  ])('%s', (_, text, shown) => {
    expect(withoutEscapes(text)).toBe(shown)
    expect(withoutEscapes(text, true)).toBe(shown)
  })

  it('keeps colours alone, and ends them', () => {
    const red = `${ESC}[31mred${ESC}[0m and ${ESC}[38;5;8mgrey${ESC}[2K`
    expect(withoutEscapes(red, true)).toBe(`${ESC}[31mred${ESC}[0m and ${ESC}[38;5;8mgrey${ESC}[0m`)
    expect(withoutEscapes(red)).toBe('red and grey')
    expect(withoutEscapes(`\ue000${ESC}[31mx`, true)).toBe(`${ESC}[31mx${ESC}[0m`)
    expect(withoutEscapes(`${ESC}[>4;2mx${ESC}[?25m`, true)).toBe('x')
  })
})
