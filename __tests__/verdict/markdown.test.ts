import { describe, expect, it } from '@jest/globals'
import { linked, oneLine, prose } from '../../src/verdict/index.ts'
import { cell } from '../../src/verdict/markdown.ts'

describe('text of others in Markdown', () => {
  it('is code between backticks, and no markup elsewhere', () => {
    expect(prose('Set `S3_ALIAS_HOST` to <b>')).toBe('Set `S3_ALIAS_HOST` to &#60;b&#62;')
    expect(prose('`a|b` @me')).toBe('<code>a&#124;b</code> @&#8203;me')
    expect(prose('one ` alone')).toBe('one &#96; alone')
  })

  it('stays on its line, and in a cell keeps its lines', () => {
    expect(oneLine('a\r\n::error::b\u001b[2J\u0007\u2028c')).toBe('a ::error::b [2J c')
    expect(prose('a\nb')).toBe('a b')
    expect(cell('a|b\n`c`\r\n\u001b[2Jd')).toBe('a&#124;b<br>`c`<br> &#91;2Jd')
  })

  it('is cut at a word: the rest of a secret would not be masked', () => {
    const text = oneLine(`${'x '.repeat(745)}${'s'.repeat(40)}`)
    expect(text).toMatch(/^(x )+…$/)
    expect(text.length).toBeLessThanOrEqual(1_501)
  })

  it.each([
    ['https://devcenter.heroku.com/articles/ssl', '[devcenter.heroku.com/articles/ssl]'],
    ['https://a.example/)](javascript:x)', ''],
    ['http://a.example/', '']
  ])('links %j only if it is a plain address', (url, start) => {
    expect(linked(url).slice(0, start.length || undefined)).toBe(start)
  })
})
