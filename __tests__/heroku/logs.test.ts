import { describe, expect, it } from '@jest/globals'
import { errorCodes, errorIn, type LogLine } from '../../src/heroku/index.ts'

describe('errorIn', () => {
  // The forms in which Dev Center shows them (error-codes).
  it.each([
    ['at=error code=H12 desc="Request timeout" method=GET path="/" host=a.example', 'H12', 'Request timeout'],
    ['at=info code=H82 desc="Free dyno quota exhausted" method=GET path="/"', 'H82', 'Free dyno quota exhausted'],
    [
      'sock=backend at=error code=H18 desc="Server Request Interrupted" method=GET',
      'H18',
      'Server Request Interrupted'
    ],
    ['error code=H31 desc="Misdirected Request" method=GET path="/"', 'H31', 'Misdirected Request'],
    ['Error R12 (Exit timeout) -> At least one process failed to exit', 'R12', 'Exit timeout'],
    ['Error L12: 1101 messages dropped since 2027-01-15T07:55:00', 'L12', '']
  ])('%s', (text, code, title) => expect(errorIn(text)).toEqual({ code, title }))

  it.each([
    'at=info method=GET path="/?code=H10" host=a.example',
    'at=info method=GET path=/?code=H10',
    'Starting process with command `echo Error H10 code=H10`',
    'State changed from starting to up'
  ])('none: %s', text => expect(errorIn(text)).toBeUndefined())
})

it('errorCodes names each once, and none that the app printed', () => {
  const line = (source: string, dyno: string, text: string): LogLine => ({ time: 0, source, dyno, text })
  const all = [
    line('heroku', 'web.1', 'Error R10 (Boot timeout)'),
    line('heroku', 'router', 'at=error code=H10 desc="App crashed" method=GET path="/"'),
    line('heroku', 'web.1', 'Error R10 (Boot timeout)'),
    line('app', 'web.1', 'Error H20 (App boot timeout)')
  ]
  expect(errorCodes(all)).toEqual(['R10', 'H10'])
})
