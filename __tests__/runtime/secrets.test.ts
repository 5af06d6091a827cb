import { describe, expect, it } from '@jest/globals'
import { Secrets } from '../../src/runtime/index.ts'
import { code, escape, prose } from '../../src/verdict/index.ts'

/** With whatever some way of writing changes. */
const SECRET = `HRKU-_a+b/c=d&e"f'g h\\i@j#k:l*ü😀m.GH-12_`
const ALNUM = 'HRKU0123456789abcdef'

function redactor(...secrets: string[]): (text: string) => string {
  const { add, redact } = new Secrets()
  secrets.forEach(add)
  return redact
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': secret => secret,
  'in an address': encodeURIComponent,
  'in an address, in small letters': secret => encodeURIComponent(secret).replace(/%../g, byte => byte.toLowerCase()),
  'in a form': secret => new URLSearchParams({ a: secret }).toString().slice(2).replaceAll('+', '%20'),
  'in JSON': secret => JSON.stringify(secret).slice(1, -1),
  'in JSON of letters of ASCII alone': secret =>
    JSON.stringify(secret)
      .slice(1, -1)
      .replace(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'in a word of a shell': secret => `'${secret.replaceAll("'", "'\\''")}'`.slice(1, -1),
  'in HTML': secret =>
    secret.replace(/[&<>"']/g, letter => ({ '&': '&amp;', '"': '&quot;', "'": '&#39;' })[letter] ?? letter),
  'in Markdown of ours': escape,
  'as code of ours': secret => code(secret).replace(/<\/?code>|`/g, ''),
  'in prose of ours': prose
}

describe('a secret', () => {
  it.each(Object.entries(FORMS).flatMap(([name, form]) => [SECRET, ALNUM].map(secret => [name, form(secret), secret])))(
    'is found %s: %s',
    (_, written, secret) => {
      const redact = redactor('another-secret', secret)
      expect(redact(`a ${written} b ${written}.`)).toBe('a *** b ***.')
      expect(redact(`x${written}y`)).toBe('x***y')
    }
  )

  it.each(['', ':', 'me:', 'a@b.example:', '{"key":"'])(
    'is found in base64 behind %j, and in that of an address',
    before => {
      for (const secret of [SECRET, ALNUM]) {
        for (const after of ['', '"}', ' and more of it']) {
          const text = base64(before + secret + after)
          for (const written of [text, text.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(text)]) {
            const shown = redactor(secret)(`Basic ${written}`)
            expect(shown).toContain('***')
            // What is left is of what stood around it.
            expect(Buffer.from(shown.replace('Basic ', '').split('***')[0]!, 'base64').length).toBeLessThanOrEqual(
              before.length + 2
            )
            expect(shown.length).toBeLessThan(20 + (4 * (before.length + after.length)) / 3)
          }
        }
      }
    }
  )

  it('is left out line by line, the longest first, and also if it is masked after others', () => {
    const { add, redact } = new Secrets()
    add('secret-line-1\r\nsecret-line-2\n\n')
    expect(redact('secret-line-1 secret-line-2')).toBe('*** ***')
    expect(redact('secret-line-1-and-more')).toBe('***-and-more')
    add('secret-line-1-and-more')
    expect(redact('secret-line-1-and-more secret-line-1')).toBe('*** ***')
  })

  it('of less than 8 characters is a word, and left as it is', () => expect(redactor('short')('short')).toBe('short'))

  it('is looked for in no time, however odd it is', () => {
    for (const secret of ['\\'.repeat(60), '&'.repeat(100), 'a'.repeat(3_000), '+/'.repeat(400)])
      for (const text of [secret.slice(0, -1), `${secret.slice(0, -1)}!`.repeat(20), secret])
        expect(redactor(secret)(text).includes(secret)).toBe(false)
  })
})
