import { describe, expect, it } from '@jest/globals'
import {
  configSet,
  DEFAULT_STACK,
  dynoSize,
  DYNO_SIZES,
  ERROR_CODES,
  errorLine,
  lacking,
  mailCopies,
  namesOf,
  NEEDS,
  SERVICES,
  serviceNamed,
  setMail,
  settingsOf,
  stackImage,
  stackLife,
  startDynos,
  storageOf,
  whyNoMail,
  type Need
} from '../../src/knowledge/index.ts'
import { type Sourced } from '../../src/knowledge/fact.ts'

/** Entries that are seen from outside; of the others the types keep it. */
const ENTRIES: Record<string, Sourced> = { ...ERROR_CODES, ...NEEDS, ...SERVICES }
for (const name of DYNO_SIZES) ENTRIES[name] = dynoSize(name)!

describe('dynos to start', () => {
  it('are those that the app knows, without what is no process of its own', () => {
    expect(startDynos('my-app', ['web', 'worker', 'console', 'rake', 'release'])).toBe(
      '`heroku ps:scale web=1 worker=1 --app my-app`'
    )
    expect(startDynos('my-app', ['release', 'rake'])).toBeUndefined()
  })
})

describe('mail of an add-on', () => {
  const MAILGUN = ['MAILGUN_SMTP_SERVER', 'MAILGUN_SMTP_PORT', 'MAILGUN_SMTP_LOGIN', 'MAILGUN_SMTP_PASSWORD']
  const has =
    (...names: string[]) =>
    (name: string) =>
      names.includes(name)

  it('is copied to Mastodon’s own names, without its values being shown', () => {
    const get = (name: string): string => `"$(heroku config:get MAILGUN_SMTP_${name} --app my-app)"`
    expect(setMail('my-app', has(...MAILGUN, 'SMTP_PORT'))).toBe(
      `\`heroku config:set SMTP_SERVER=${get('SERVER')} SMTP_FROM_ADDRESS=… SMTP_LOGIN=${get('LOGIN')} SMTP_PASSWORD=${get('PASSWORD')} --app my-app\``
    )
    expect(whyNoMail(has(...MAILGUN))).toMatch(
      /^Mailgun sets MAILGUN_SMTP_SERVER, .*and Mastodon reads none of them: no mail/
    )
  })

  it('is left alone if mail goes another way, and asked for if there is none', () => {
    expect(mailCopies(has(...MAILGUN, 'SMTP_SERVER'))).toBeUndefined()
    expect(whyNoMail(has())).toBe(NEEDS.mail.without)
    expect(setMail('my-app', has('SMTP_FROM_ADDRESS'))).toMatch(/SMTP_SERVER=… SMTP_PORT=…/)
  })
})

describe('the tables', () => {
  it.each(Object.entries(ENTRIES))('say of %s where it was looked up, and when', (_, { source, seen }) => {
    expect(source.length).toBeGreaterThan(5)
    expect(seen).toMatch(/^20\d{2}-\d{2}-\d{2}$/)
    expect(Date.parse(seen)).toBeLessThan(Date.now())
  })

  it('do not compile without a source or a day', () => {
    // @ts-expect-error no day
    const noDay: Sourced = { source: 'Dev Center: stack' }
    // @ts-expect-error no source
    const noSource: Sourced = { seen: '2026-11-29' }
    // @ts-expect-error no day of a calendar
    const otherDay: Sourced = { source: 'Dev Center: stack', seen: 'November 2026' }
    expect([noDay, noSource, otherDay]).toHaveLength(3)
  })

  it('have no answer for what they do not know, whatever its name', () => {
    for (const name of ['heroku-99', 'constructor', '__proto__', '']) {
      expect(stackLife(name, 0)).toBeUndefined()
      expect(stackImage(name)).toEqual({})
      expect(dynoSize(name)).toBeUndefined()
      expect(serviceNamed(name)).toBeUndefined()
    }
    expect(stackImage(undefined)).toEqual({})
  })

  it('propose a stack that is not about to end', () => {
    expect(stackLife(DEFAULT_STACK, Date.parse('2026-11-29'))?.state).toBe('supported')
    expect(stackImage(DEFAULT_STACK).libvips).toBeDefined()
  })

  it('know a dyno size however its capitals are written, and errors as they stand in the log', () => {
    expect(dynoSize('standard-1x')).toMatchObject({ name: 'Standard-1X', memory: 512e6, isPrivate: false })
    expect(dynoSize('Shield-L-RAM')).toMatchObject({ memory: 30_720e6, isPrivate: true })
    expect(errorLine('R14')).toBe('Error R14 (Memory quota exceeded)')
  })
})

describe('what an instance needs', () => {
  it.each<[string, Need, Record<string, string>, string[]]>([
    ['any value will do', NEEDS.domain, { LOCAL_DOMAIN: 'a.example' }, []],
    ['an empty one will not', NEEDS.domain, { LOCAL_DOMAIN: '' }, ['LOCAL_DOMAIN']],
    ['one value alone', NEEDS.staticFiles, { RAILS_SERVE_STATIC_FILES: 'enabled' }, ['RAILS_SERVE_STATIC_FILES']],
    ['that value', NEEDS.staticFiles, { RAILS_SERVE_STATIC_FILES: 'true' }, []],
    ['mail', NEEDS.mail, { SMTP_SERVER: 'mail.example' }, ['SMTP_FROM_ADDRESS']],
    ['mail that goes another way', NEEDS.mail, { SMTP_DELIVERY_METHOD: 'sendmail' }, []],
    ['a bucket without S3', NEEDS.bucket, {}, []],
    [
      'a bucket with S3',
      NEEDS.bucket,
      { S3_ENABLED: 'true', S3_BUCKET: 'b', AWS_ACCESS_KEY_ID: 'a' },
      ['AWS_SECRET_ACCESS_KEY']
    ],
    ['a place for media', NEEDS.mediaStorage, { S3_ENABLED: 'yes' }, ['S3_ENABLED']],
    ['a place for media elsewhere', NEEDS.mediaStorage, { AZURE_ENABLED: 'true' }, []],
    ['half a pair', NEEDS.webPush, { VAPID_PUBLIC_KEY: 'a' }, ['VAPID_PRIVATE_KEY']]
  ])('%s', (_, need, config, lacks) => expect(lacking(need, config)).toEqual(lacks))

  it('is where media are', () => {
    expect(storageOf({ S3_ENABLED: 'true', SWIFT_ENABLED: 'true' })).toBe('s3')
    expect(storageOf({ SWIFT_ENABLED: 'true' })).toBe('swift')
    expect(storageOf({})).toBe('dyno')
  })

  it('is told with the command that sets it', () => {
    expect(configSet('my-app', settingsOf(NEEDS.staticFiles))).toBe(
      '`heroku config:set RAILS_SERVE_STATIC_FILES=true --app my-app`'
    )
    expect(configSet('my-app', ['A', 'B'])).toBe('`heroku config:set A=… B=… --app my-app`')
    expect(namesOf(NEEDS.bucket.vars)).toBe('`S3_BUCKET`, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`')
  })
})
