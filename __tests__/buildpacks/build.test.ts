import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { chmodSync } from 'node:fs'
import path from 'node:path'
import { buildApp } from '../../src/buildpacks/build.ts'
import { nextStepAfter } from '../../src/buildpacks/failures.ts'
import { openHost } from '../../src/buildpacks/host.ts'
import { looksFor } from '../../src/buildpacks/looks-for.ts'
import { UserError, type Log } from '../../src/runtime/index.ts'
import { temp } from '../helpers/temp.ts'
import { makeTree } from '../slug/helpers.ts'

const WHERE = 'The full output is in the log group of this buildpack.'
const silent: Log = {
  info: () => undefined,
  warning: () => undefined,
  error: () => undefined,
  progress: () => undefined,
  group: (_, work) => work(),
  fence: () => ({ write: () => undefined, close: () => undefined })
}

/** The error of a build with one buildpack, called `reference`, of these steps. */
async function failureOf(
  reference: string,
  steps: { detect: string; compile: string },
  takenOut: (file: string) => string | undefined = () => undefined
): Promise<UserError> {
  const root = temp()
  chmodSync(root, 0o755)
  const script = (text: string): string => `#!/usr/bin/env bash\n${text}\n`
  const folder = path.join(root, 'buildpacks', '1')
  makeTree({ 'app/': '', 'cache/': '', 'env/': '', 'home/': '' }, root)
  makeTree({ 'bin/detect': script(steps.detect), 'bin/compile': script(steps.compile) }, folder)
  for (const step of ['detect', 'compile']) chmodSync(path.join(folder, 'bin', step), 0o755)
  const at = (name: string): string => path.join(root, name)
  const folders = { app: at('app'), cache: at('cache'), env: at('env'), buildpacks: at('buildpacks'), home: at('home') }
  const place = openHost(folders, { secretsHeld: [] })
  const build = buildApp({
    place,
    folders,
    buildpacks: [{ name: reference, reference, kind: 'registry', sha256: '', folder }],
    variables: () => ({}),
    stack: 'heroku-24',
    commit: 'c'.repeat(40),
    requestId: randomUUID(),
    takenOut,
    timeout: 600_000,
    log: silent,
    clock: { now: () => 0, sleep: () => Promise.resolve(), after: () => () => undefined },
    signal: new AbortController().signal
  })
  const error: unknown = await build.then(
    () => undefined,
    (reason: unknown) => reason
  )
  await place.close()
  expect(error).toBeInstanceOf(UserError)
  return error as UserError
}

describe('a step that fails', () => {
  const GONE = '.slugignore:3: "Gem*" takes Gemfile out'
  const taken = (file: string): string | undefined => (file === 'Gemfile' ? GONE : undefined)

  it('of detect names the line of .slugignore that took what it looks for', async () => {
    const { nextStep } = await failureOf('heroku/ruby', { detect: 'exit 1', compile: 'true' }, taken)
    expect(nextStep).toBe(`${GONE}: take that line out of it.`)
  })

  it.each(['heroku/nodejs', './buildpacks/ruby'])('of detect of %s does not name what is not the cause', async name => {
    const { nextStep } = await failureOf(name, { detect: 'exit 1', compile: 'true' }, taken)
    expect(nextStep).toMatch(/^Take the buildpack out of the list/)
  })

  it('of compile says what to do about what it printed, and nothing of `slug.env` without reason', async () => {
    const compile = (print: string): Promise<UserError> =>
      failureOf('heroku/nodejs', { detect: 'true', compile: `${print}; exit 1` })
    const sync = await compile('printf "\\e[1;31m ! \\e[0m Yarn lock\\e[1mfile is not in sync\\n" >&2')
    expect(sync.message).toMatch(/^Buildpack heroku\/nodejs failed: its compile step ended with exit code 1\. Its last/)
    expect(sync.nextStep).toMatch(/^yarn\.lock does not fit package\.json: run `yarn install`/)
    expect((await compile('echo what it is nobody knows')).nextStep).toBe(WHERE)
    // What stood long before the end is not the cause.
    expect((await compile('echo YN0028; yes x | head -c 20000')).nextStep).toBe(WHERE)
  })
})

describe('what to do after a failed compile step', () => {
  it.each([
    ['➤ YN0028: │ The lockfile would have been modified by this install, which is forbidden.', /^yarn\.lock .* commit/],
    ['error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.', /^yarn\.lock .* commit/],
    [' !     Error: npm lockfile is not in sync.', /run `npm install`/],
    [' !     Error: pnpm lockfile is not in sync.', /run `pnpm install`/],
    [' !     Error: Multiple lockfiles found.', /keep yarn\.lock/],
    ['FATAL ERROR: Ineffective mark-compacts near heap limit - JavaScript heap out of memory', /NODE_OPTIONS/],
    ["node: /lib/libc.so.6: version `GLIBC_2.38' not found (required by node)", /not made for this stack/],
    [
      'The Ruby version you are trying to install does not exist: ruby-9.9.9',
      /Heroku has no such Ruby.* below `RUBY VERSION` in Gemfile\.lock/
    ],
    [
      'Your Ruby version is 3.4.7, but your Gemfile specified >= 4.0',
      /^Gemfile\.lock .*`bundle update --ruby`.* nothing by \.ruby-version/
    ],
    ['Your bundle only supports platforms ["arm64-darwin-24"] but', /--add-platform x86_64-linux/],
    ["The gemspec changed, but the lockfile can't be updated because frozen mode is set", /run `bundle install`/],
    ['You are trying to install in deployment mode after changing\nyour Gemfile.', /run `bundle install`/],
    ['Gemfile.lock required. Please check it in.', /^Commit Gemfile\.lock/],
    ['ViteRuby::MissingExecutableError: ❌ The vite binary is not available.', /heroku\/nodejs must come before/],
    ['Errno::ENOENT: No such file or directory - yarn', /heroku\/nodejs must come before/],
    ['sh: 1: yarn: not found', /heroku\/nodejs must come before/],
    ['curl: (6) Could not resolve host: example.com', /run the job again/],
    ['tar: x: Cannot write: No space left on device', /^The disk is full/]
  ])('%j', (output, says) => {
    const next = nextStepAfter(`-----> Building\n${output}\n !\n`)
    expect(next).toMatch(says)
    expect(next).toContain(WHERE)
    expect(next).not.toContain('needs the variable')
  })

  it.each([
    ['KeyError: key not found: "LOCAL_DOMAIN"', 'LOCAL_DOMAIN'],
    ['KeyError: key not found: \\"TOKEN\\" (KeyError)', 'TOKEN'],
    [
      'Mastodon now requires that these variables are set:\n\n  - ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY\n',
      'ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY'
    ],
    ['The RAILS_ENV environment variable is not set.', 'RAILS_ENV'],
    ['Error: VITE_MAP_KEY must be set', 'VITE_MAP_KEY'],
    ['`SENTRY_DSN` is missing', 'SENTRY_DSN'],
    ['Missing environment variable: SENTRY_DSN', 'SENTRY_DSN'],
    ['Missing required env FONT_TOKEN', 'FONT_TOKEN']
  ])('names the variable that is missing: %j', (output, name) => {
    expect(nextStepAfter(`rake aborted!\n${output}\n/app/config/x.rb:3\n`)).toMatch(
      new RegExp(`^The build needs the variable ${name}: set it under \`slug\\.env\``)
    )
  })

  it('has Rails’ own placeholder for the secret', () => {
    expect(nextStepAfter("ArgumentError: Missing `secret_key_base` for 'production' environment")).toMatch(
      /SECRET_KEY_BASE_DUMMY: "1"/
    )
  })

  it.each([
    '',
    'key not found: :name (KeyError)',
    'key not found: "name"',
    'SSL is required',
    'NODE_ENV is production',
    'A_B is not settled'
  ])('is the log where nothing is known: %j', output => expect(nextStepAfter(output)).toBe(WHERE))

  it('is found without end in no text', () => {
    for (const word of ['A', 'A_', '"', 'Your Ruby version is ', 'these variables are set: ', 'key not found: "A'])
      expect(nextStepAfter(word.repeat(16_384))).toBe(WHERE)
  })
})

describe('the files that detect looks for', () => {
  it.each([
    ['heroku/ruby', ['Gemfile']],
    ['urn:buildpack:heroku/nodejs', ['package.json']],
    ['https://github.com/heroku/heroku-buildpack-ruby.git#v353', ['Gemfile']],
    ['https://github.com/heroku/heroku-buildpack-apt', ['Aptfile']],
    ['https://github.com/heroku/heroku-buildpack-nodejs/archive/refs/tags/v300.tar.gz', ['package.json']],
    ['https://github.com/heroku/heroku-buildpack-activestorage-preview', []],
    ['heroku/ruby-more', undefined],
    ['https://github.com/me/heroku-buildpack-ruby', undefined],
    ['https://evil.example/https://github.com/heroku/heroku-buildpack-ruby', undefined],
    ['./buildpacks/ruby', undefined]
  ])('of %s', (reference, files) => expect(looksFor(reference)).toEqual(files))
})
