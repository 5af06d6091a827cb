import { afterEach, describe, expect, it } from '@jest/globals'
import { hasRuby, installsLockedRuby, isHerokuRuby, lockedRuby, type LockedRuby } from '../../src/buildpacks/index.ts'
import { systemClock } from '../../src/runtime/real.ts'
import { body, HttpServer, reset, status, type Answer } from '../helpers/http-server.ts'

let server: HttpServer | undefined

afterEach(() => server?.close())

async function ask(
  stack: string,
  rubies: Record<string, Answer[]>,
  ruby: LockedRuby = { version: '4.0.6' }
): Promise<boolean | undefined> {
  server = await HttpServer.start(rubies)
  return hasRuby({ ruby, stack, vendorUrl: `${server.url}/` }, { clock: systemClock })
}

describe('a Ruby', () => {
  const there = [body('')]
  const refused = [status(403)]

  it('is there for a stack, in the folder of its architecture since heroku-24', async () => {
    expect(await ask('heroku-24', { '/heroku-24/amd64/ruby-4.0.6.tgz': there })).toBe(true)
    await server!.close()
    expect(await ask('heroku-22', { '/heroku-22/ruby-4.0.6.tgz': there })).toBe(true)
  })

  it.each([
    [{ version: '4.1.0.preview1' }, 'ruby-4.1.0.preview1.tgz'],
    [{ version: '3.4.5', jruby: '10.0.2.0' }, 'ruby-3.4.5-jruby-10.0.2.0.tgz']
  ])('is asked for by the name that heroku/ruby fetches: %j', async (ruby, name) => {
    expect(await ask('heroku-24', { [`/heroku-24/amd64/${name}`]: there }, ruby)).toBe(true)
  })

  it('is not there where another is at the same place', async () => {
    const rubies = { '/heroku-24/amd64/ruby-4.0.6.tgz': refused, '/heroku-24/amd64/ruby-3.4.1.tgz': there }
    expect(await ask('heroku-24', rubies)).toBe(false)
    expect([...server!.requests].sort()).toEqual(
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

describe('the Ruby of a Gemfile.lock', () => {
  const lock = (text: string): string => `DEPENDENCIES\n  rails\n\n${text}\nBUNDLED WITH\n   2.6.9\n`

  it.each<[string, string, LockedRuby | undefined]>([
    ['of Bundler 4', 'RUBY VERSION\n  ruby 4.0.6\n', { version: '4.0.6' }],
    ['with a patch level', 'RUBY VERSION\n   ruby 3.3.8p144\n', { version: '3.3.8' }],
    ['written on Windows', 'RUBY VERSION\r\n   ruby 3.3.8p144\r\n', { version: '3.3.8' }],
    ['that is a release candidate', 'RUBY VERSION\n   ruby 3.4.0.rc1\n', { version: '3.4.0.rc1' }],
    ['that is a preview', 'RUBY VERSION\n  ruby 4.1.0.preview1\n', { version: '4.1.0.preview1' }],
    ['that is a preview with a dash', 'RUBY VERSION\n   ruby 3.5.0-preview1\n', { version: '3.5.0.preview1' }],
    ['that is JRuby', 'RUBY VERSION\n   ruby 2.5.7p001 (jruby 9.2.13.0)\n', { version: '2.5.7', jruby: '9.2.13.0' }],
    [
      'that is TruffleRuby: heroku/ruby installs plain Ruby',
      'RUBY VERSION\n   ruby 3.3.5 (truffleruby 24.2.0)\n',
      { version: '3.3.5' }
    ],
    ['by one space', 'RUBY VERSION\n ruby 3.3.8\n', undefined],
    ['by two numbers', 'RUBY VERSION\n   ruby 3.3\n', undefined],
    ['by a word', 'RUBY VERSION\n   ruby head\n', undefined],
    ['an empty line below', 'RUBY VERSION\n\n   ruby 3.3.8\n', undefined],
    ['not at all', '', undefined]
  ])('is read as heroku/ruby reads it: %s', (_, text, ruby) => expect(lockedRuby(lock(text))).toEqual(ruby))

  it('is short, whatever is written there', () => {
    const { version, jruby } = lockedRuby(
      `RUBY VERSION\n   ruby 3.4.0.${'x'.repeat(1e6)} (jruby ${'9'.repeat(1e6)})\n`
    )!
    expect(version).toHaveLength('3.4.0.'.length + 40)
    expect(jruby).toBeUndefined()
    expect(lockedRuby('RUBY VERSION\n   ruby 3.4.0.`|<img src=x>\n')).toEqual({ version: '3.4.0.' })
  })
})

describe('the buildpack for Ruby', () => {
  it.each([
    ['heroku/ruby', true, true],
    ['urn:buildpack:heroku/ruby', true, true],
    ['https://github.com/heroku/heroku-buildpack-ruby', true, true],
    ['https://github.com/heroku/heroku-buildpack-ruby.git#v361', true, true],
    ['https://github.com/heroku/heroku-buildpack-ruby/archive/refs/tags/v361.tar.gz', true, true],
    ['https://buildpack-registry.s3.amazonaws.com/buildpacks/heroku/ruby.tgz', true, true],
    ['https://github.com/me/heroku-buildpack-ruby#mine', false, true],
    ['./buildpacks/heroku-buildpack-ruby', false, true],
    ['https://github.com/me/heroku-buildpack-ruby-minimal', false, false],
    ['heroku/ruby-something', false, false],
    ['heroku/nodejs', false, false],
    ['./my-ruby', false, false]
  ])('is known by its name: %s', (name, isHerokus, installs) => {
    expect([isHerokuRuby(name), installsLockedRuby(name)]).toEqual([isHerokus, installs])
  })
})
