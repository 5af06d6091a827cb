import { describe, expect, it } from '@jest/globals'
import { code, escape, linked, oneLine, prose } from '../../src/verdict/index.ts'
import { cell } from '../../src/verdict/markdown.ts'

/** The text that a browser shows. */
function decoded(markdown: string): string {
  return markdown.replace(/&(#\d+|#x[\da-f]+|num|commat);/gi, (_, name: string) => {
    const number = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1))
    return { num: '#', commat: '@' }[name] ?? String.fromCodePoint(number)
  })
}

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
    '#12',
    '#12;',
    '#12;#13',
    '@123;',
    '@team',
    '@org/team;',
    'owner/x#5;',
    'GH-12',
    'gh-12;',
    '_GH-12',
    '&#35;12;',
    '&#x40;team',
    '&num;12',
    '&commat;team',
    '&#35;&#8203;12',
    '#\u200b12',
    'x &#',
    'https://github.com/owner/x/issues/5',
    'github.com/owner/x/pull/5#issuecomment-1',
    'https://github.com/orgs/x/discussions/5',
    'a@b.example'
  ])('%j refers to nothing and calls nobody', hostile => {
    for (const markdown of [escape(hostile), prose(hostile), prose(`12 ${hostile} 12`), cell(`\n${hostile}`)]) {
      const seen = decoded(markdown)
      expect(seen).not.toMatch(/[@#]\w|\bgh-\d|\/(issues|pull|discussions)\/\d/i)
      expect(seen.replaceAll('\u200b', '')).toContain(hostile.replaceAll('\u200b', ' '))
    }
    // Between backticks and in <code> GitHub looks for neither.
    expect(code(hostile)).toMatch(/^(`[^`]+`|<code>[^`<]+<\/code>)$/)
  })

  it.each([
    ['https://devcenter.heroku.com/articles/ssl', '[devcenter.heroku.com/articles/ssl]'],
    ['https://a.example/)](javascript:x)', ''],
    ['http://a.example/', '']
  ])('links %j only if it is a plain address', (url, start) => {
    expect(linked(url).slice(0, start.length || undefined)).toBe(start)
  })
})
