import { describe, expect, it } from '@jest/globals'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { findKeys } from '../../src/cli/keys.ts'
import { passwordFor } from '../../src/cli/netrc.ts'
import { temp } from '../helpers/temp.ts'

const HEROKU = 'api.heroku.com'

describe('~/.netrc', () => {
  it.each([
    ['as `heroku login` writes it', `machine ${HEROKU}\n  login me@example.com\n  password key-1\n`, 'key-1'],
    ['on one line, in another order', `machine ${HEROKU} password key-2 login me`, 'key-2'],
    [
      'behind others',
      `machine git.heroku.com password no\nmachine ${HEROKU}\tpassword yes\nmachine x password z`,
      'yes'
    ],
    ['of another machine alone', 'machine git.heroku.com login me password no', undefined],
    ['of any machine', 'default login me password no', undefined],
    ['of any machine behind it', `machine ${HEROKU} login me\ndefault password no`, undefined],
    ['in a macro', `macdef init\nmachine ${HEROKU} password no\n\nmachine ${HEROKU} password yes`, 'yes'],
    ['in a comment', `# machine ${HEROKU} password no\nmachine ${HEROKU} # password no\n password yes`, 'yes'],
    ['in quotes, with Windows line ends', `machine ${HEROKU}\r\n  password "key 3"\r\n`.replace(' 3', '3'), 'key3'],
    ['nowhere', '', undefined]
  ])('%s', (_, text, key) => expect(passwordFor(HEROKU, text)).toBe(key))

  it('that ends in the middle is an error', () => {
    expect(() => passwordFor(HEROKU, `machine ${HEROKU} password`)).toThrow(/ends behind "password"/)
  })
})

describe('keys', () => {
  const home = (netrc?: string, mode = 0o600): string => {
    const folder = temp()
    if (netrc !== undefined) {
      writeFileSync(path.join(folder, '.netrc'), netrc)
      chmodSync(path.join(folder, '.netrc'), mode)
    }
    return folder
  }
  const heroku = `machine ${HEROKU} login me password from-netrc`

  it('come from the environment first, then from ~/.netrc', () => {
    const HOME = home(heroku)
    const key = (env: NodeJS.ProcessEnv) => findKeys('run', '', env).found.get('heroku-api-key')
    expect(key({ HOME, HEROKU_API_KEY: 'from-env' })).toBe('from-env')
    expect(key({ HOME })).toBe('from-netrc')
  })

  it('of ~/.netrc go to their own machine alone', () => {
    const elsewhere = 'http://127.0.0.1:5000'
    expect(() => findKeys('run', elsewhere, { HOME: home(heroku) })).toThrow(/none for 127\.0\.0\.1/)
  })

  it('that a command does without are not handed to it, and known to lie about', () => {
    const { found, beside } = findKeys('build', '', { HOME: home(heroku), HEROKU_API_KEY: 'k', GH_TOKEN: 't' })
    expect([...found]).toEqual([['github-token', 't']])
    expect(beside).toEqual(['~/.netrc'])
  })

  it.each([
    ['.local/share/heroku/login.json', {}],
    ['data/heroku/login.json', { XDG_DATA_HOME: 'data' }],
    ['data/login.json', { HEROKU_DATA_DIR: 'data' }],
    ['.netrc.gpg', {}]
  ])('of `heroku login` that only its program can read is known by ~/%s', (file, folders: Record<string, string>) => {
    const HOME = home()
    const env = {
      HOME,
      ...Object.fromEntries(Object.entries(folders).map(([name, at]) => [name, path.join(HOME, at)]))
    }
    expect(findKeys('build', '', env).beside).toEqual([])
    mkdirSync(path.dirname(path.join(HOME, file)), { recursive: true })
    writeFileSync(path.join(HOME, file), '{"account":"me@example.com"}\n')
    expect(findKeys('build', '', env).beside).toEqual([`the key of \`heroku login\` (~/${file})`])
    expect(() => findKeys('run', '', env)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('is kept by this system'),
        nextStep: expect.stringContaining('HEROKU_API_KEY=$(heroku auth:token)')
      })
    )
    expect(findKeys('run', '', { ...env, HEROKU_API_KEY: 'k' }).found.get('heroku-api-key')).toBe('k')
  })

  it('of ~/.netrc lie about also if another API is asked', () =>
    expect(findKeys('build', 'http://127.0.0.1:5000', { HOME: home(heroku) }).beside).toEqual(['~/.netrc']))

  it('that others may read are warned of; where there is none it says how to get one', () => {
    expect(findKeys('run', '', { HOME: home(heroku, 0o644) }).warnings).toEqual([expect.stringMatching(/chmod 600/)])
    expect(findKeys('run', '', { HOME: home(heroku) }).warnings).toEqual([])
    expect(() => findKeys('run', '', { HOME: home() })).toThrow(/There is no Heroku key/)
    expect(findKeys('plan', '', { HOME: home() }).found.size).toBe(0)
  })
})
