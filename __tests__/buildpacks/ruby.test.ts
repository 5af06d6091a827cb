import { afterEach, describe, expect, it } from '@jest/globals'
import { hasRuby } from '../../src/buildpacks/index.ts'
import { createHttp } from '../../src/runtime/http.ts'
import { body, HttpServer, reset, status, type Answer } from '../helpers/http-server.ts'

const http = createHttp({ signal: new AbortController().signal })
let server: HttpServer

afterEach(() => server.close())

async function ask(stack: string, rubies: Record<string, Answer[]>): Promise<boolean | undefined> {
  server = await HttpServer.start(rubies)
  return hasRuby(http, { version: '4.0.6', stack, vendorUrl: `${server.url}/` })
}

describe('a Ruby', () => {
  const there = [body('')]
  const refused = [status(403)]

  it('is there for a stack, in the folder of its architecture since heroku-24', async () => {
    expect(await ask('heroku-24', { '/heroku-24/amd64/ruby-4.0.6.tgz': there })).toBe(true)
    await server.close()
    expect(await ask('heroku-22', { '/heroku-22/ruby-4.0.6.tgz': there })).toBe(true)
  })

  it('is not there where another is at the same place', async () => {
    const rubies = { '/heroku-24/amd64/ruby-4.0.6.tgz': refused, '/heroku-24/amd64/ruby-3.4.1.tgz': there }
    expect(await ask('heroku-24', rubies)).toBe(false)
    expect([...server.requests].sort()).toEqual(
      Object.keys(rubies)
        .map(path => `HEAD ${path}`)
        .sort()
    )
  })

  it.each([
    ['nothing is found there', { '/heroku-24/amd64/ruby-4.0.6.tgz': refused }],
    [
      'the server does not answer',
      { '/heroku-24/amd64/ruby-4.0.6.tgz': [reset], '/heroku-24/amd64/ruby-3.4.1.tgz': there }
    ],
    [
      'the server is in trouble',
      { '/heroku-24/amd64/ruby-4.0.6.tgz': [status(503)], '/heroku-24/amd64/ruby-3.4.1.tgz': there }
    ]
  ])('is not known of where %s', async (_why, rubies) => {
    expect(await ask('heroku-24', rubies)).toBeUndefined()
  })
})
