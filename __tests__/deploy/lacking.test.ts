import { describe, expect, it } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import {
  liveFacts,
  provisionMarkdown,
  provisionRows,
  type Have,
  type Target,
  type Wishes
} from '../../src/deploy/index.ts'
import { isProvisioned, findLacking } from '../../src/deploy/lacking.ts'
import { type Addon } from '../../src/heroku/index.ts'
import { readAppJson, secretsOf, type LiveFacts, type SecretGroup } from '../../src/mastodon/index.ts'
import { temp } from '../helpers/temp.ts'

const group = (name: string, vars: string[], needed = true): SecretGroup => ({
  name,
  vars,
  needed,
  make: () => Object.fromEntries(vars.map(one => [one, 'made'])),
  byHand: 'openssl rand'
})
const SECRETS = [
  group('SECRET_KEY_BASE', ['SECRET_KEY_BASE']),
  group('Active Record encryption', ['PRIMARY', 'SALT']),
  group('VAPID', ['VAPID_PRIVATE_KEY', 'VAPID_PUBLIC_KEY'], false)
]
const SECRETS_SET = { SECRET_KEY_BASE: 'x', PRIMARY: 'x', SALT: 'x', VAPID_PRIVATE_KEY: 'x', VAPID_PUBLIC_KEY: 'x' }
const PLATFORM = { RAILS_SERVE_STATIC_FILES: 'true', REDIS_DRIVER: 'ruby' }
const APP_JSON = JSON.stringify({
  env: {
    HEROKU: { value: 'true', required: true },
    LOCAL_DOMAIN: { required: true },
    SECRET_KEY_BASE: { generator: 'secret' },
    SINGLE_USER_MODE: { value: 'false' },
    S3_BUCKET: { required: false }
  },
  addons: ['heroku-postgresql', 'heroku-redis']
})
const wishes = (more: Partial<Wishes> = {}, appJson = APP_JSON): Wishes => ({
  appJson: readAppJson(appJson),
  secrets: SECRETS,
  takesHerokuRedis: true,
  ...more
})

const addon = (plan: string, state = 'provisioned'): Addon => ({
  id: plan,
  name: plan,
  addon_service: { name: plan.split(':')[0]! },
  plan: { name: plan },
  state,
  config_vars: []
})
const EMPTY: Have = {
  app: 'my-mastodon',
  info: { web_url: 'https://my-mastodon-1.herokuapp.com/', acm: false },
  config: { LOCAL_DOMAIN: 'social.example' },
  addons: [],
  domains: [{ hostname: 'my-mastodon-1.herokuapp.com', kind: 'heroku' }],
  formation: [],
  hasRun: false,
  streaming: undefined
}
const plan = (have: Partial<Have> = {}, of = wishes()) => findLacking({ ...EMPTY, ...have }, of)
const madeBy = (have: Partial<Have>, of?: Wishes): string[] => plan(have, of).secrets.flatMap(({ vars }) => vars)

describe('an app that has nothing', () => {
  it('gets all of it', () => {
    const all = plan()
    expect(all.blockers).toEqual([])
    expect(provisionRows(all).map(({ what, which }) => `${what}: ${which}`)).toEqual([
      'Buy an add-on: heroku-postgresql:essential-0 (Heroku’s smallest plan, as app.json names none)',
      'Buy an add-on: heroku-redis:mini (Heroku’s smallest plan, as app.json names none)',
      'Set config vars: RAILS_SERVE_STATIC_FILES, REDIS_DRIVER, HEROKU, SINGLE_USER_MODE',
      'Make secrets, once: SECRET_KEY_BASE, PRIMARY, SALT, VAPID_PRIVATE_KEY, VAPID_PUBLIC_KEY',
      'Add a domain: social.example',
      'Run dynos: web: 1, of the size that Heroku gives',
      'Run dynos: worker: 1, of the size that Heroku gives',
      'Have Heroku manage the certificate: ACM'
    ])
  })

  it('is told what a person should give, too, and how', () => {
    const text = provisionMarkdown(plan())
    expect(text).toMatch(/Do this, too.*No mail can be sent.*SMTP/s)
    expect(text).toMatch(/Media has nowhere to go/)
    expect(text).toMatch(/There is no streaming app/)
  })
})

describe('mail', () => {
  const MAILGUN = { MAILGUN_SMTP_SERVER: 'smtp.mailgun.org', MAILGUN_SMTP_PORT: '587', MAILGUN_SMTP_PASSWORD: 'p' }

  it('of Mailgun is set under Mastodon’s names, and only the sender is asked for', () => {
    const all = plan({ config: { ...EMPTY.config, ...MAILGUN } })
    expect(all.vars).toMatchObject({ SMTP_SERVER: 'smtp.mailgun.org', SMTP_PORT: '587', SMTP_PASSWORD: 'p' })
    expect(all.hints.find(({ reason }) => /mail/.test(reason))?.remedy).toBe(
      '`heroku config:set SMTP_FROM_ADDRESS=… SMTP_LOGIN=… --app my-mastodon`.'
    )
    expect(provisionMarkdown(all)).not.toContain('smtp.mailgun.org')
  })

  it.each<Record<string, string>>([{ SMTP_SERVER: 'mine' }, { SMTP_DELIVERY_METHOD: 'sendmail' }])(
    'is left as it is with %p',
    own => {
      const { vars } = plan({ config: { ...EMPTY.config, ...MAILGUN, ...own } })
      expect(Object.keys(vars).filter(name => name.startsWith('SMTP_'))).toEqual([])
    }
  )
})

describe('add-ons', () => {
  it.each<[string, Partial<Have>, string, string[]]>([
    [
      'one that is there is not bought again',
      { addons: [addon('heroku-redis:premium-0')] },
      APP_JSON,
      ['heroku-postgresql:essential-0']
    ],
    [
      'one that is on its way neither',
      { addons: [addon('heroku-redis:mini', 'provisioning'), addon('heroku-postgresql:essential-0', 'provisioning')] },
      APP_JSON,
      []
    ],
    [
      'one that is gone is',
      { addons: [addon('heroku-redis:mini', 'deprovisioned')], config: { DATABASE_URL: 'x' } },
      APP_JSON,
      ['heroku-redis:mini']
    ],
    [
      'a Redis from elsewhere will do',
      { config: { REDIS_URL: 'rediss://elsewhere' } },
      APP_JSON,
      ['heroku-postgresql:essential-0']
    ],
    [
      'the plan is app.json’s',
      {},
      '{ "addons": ["heroku-postgresql:standard-0", { "plan": "heroku-redis:premium-0", "as": "CACHE" }] }',
      ['heroku-postgresql:standard-0', 'heroku-redis:premium-0']
    ],
    [
      'what Mastodon needs comes without app.json, too',
      {},
      '{}',
      ['heroku-postgresql:essential-0', 'heroku-redis:mini']
    ],
    [
      'others come as they are written',
      { config: { DATABASE_URL: 'x', REDIS_URL: 'x' } },
      '{ "addons": ["scheduler:standard", "papertrail"] }',
      ['scheduler:standard', 'papertrail']
    ]
  ])('%s', (_, have, appJson, plans) => {
    expect(plan(have, wishes({}, appJson)).addons.map(one => one.plan)).toEqual(plans)
  })
})

describe('secrets', () => {
  const ALL = Object.keys(SECRETS_SET)
  it.each<[string, Partial<Have>, { made: string[]; blocked: RegExp[]; hinted?: RegExp }]>([
    ['all are made where none is', {}, { made: ALL, blocked: [] }],
    ['none where all are there', { config: { ...EMPTY.config, ...SECRETS_SET } }, { made: [], blocked: [] }],
    [
      'none beside one that is there',
      { config: { ...EMPTY.config, SECRET_KEY_BASE: 'x' } },
      { made: [], blocked: [/has other secrets already and lacks PRIMARY, SALT/], hinted: /lacks VAPID_PRIVATE_KEY/ }
    ],
    [
      'none where a group has a part',
      { config: { ...EMPTY.config, PRIMARY: 'x' } },
      { made: [], blocked: [/lacks SECRET_KEY_BASE/, /lacks SALT/], hinted: /VAPID/ }
    ],
    [
      'half a pair is never made whole',
      { config: { ...EMPTY.config, ...SECRETS_SET, VAPID_PUBLIC_KEY: '' } },
      { made: [], blocked: [/lacks VAPID_PUBLIC_KEY/] }
    ],
    [
      'none on an app that has run',
      { hasRun: true },
      { made: [], blocked: [/has run before and lacks SECRET_KEY_BASE/, /lacks PRIMARY, SALT/], hinted: /VAPID/ }
    ],
    [
      'what is not needed to boot is only told there',
      { hasRun: true, config: { ...EMPTY.config, SECRET_KEY_BASE: 'x', PRIMARY: 'x', SALT: 'x' } },
      { made: [], blocked: [], hinted: /lacks VAPID_PRIVATE_KEY, VAPID_PUBLIC_KEY.*openssl rand/ }
    ]
  ])('%s', (_, have, { made, blocked, hinted }) => {
    const { blockers, hints } = plan(have)
    expect(madeBy(have)).toEqual(made)
    expect(blockers.map(({ reason }) => reason)).toEqual(blocked.map(text => expect.stringMatching(text)))
    const all = hints.map(({ reason, remedy }) => `${reason} ${remedy}`).join('\n')
    if (hinted) expect(all).toMatch(hinted)
    else expect(all).not.toMatch(/lacks/)
  })
})

describe('what only a person can know', () => {
  it('is asked for before anything is bought, with the line to type', () => {
    const { blockers } = plan({ config: {} })
    expect(blockers).toEqual([
      {
        reason: 'my-mastodon lacks LOCAL_DOMAIN, which only you can know',
        remedy: expect.stringContaining('`heroku config:set LOCAL_DOMAIN=… --app my-mastodon`')
      }
    ])
  })

  it.each([
    ['a value in app.json is one', '{ "env": { "LOCAL_DOMAIN": "social.example" } }', []],
    ['an optional one may be absent', '{ "env": { "LOCAL_DOMAIN": "a.example", "X": { "required": false } } }', []],
    ['others of the fork are asked for, too', '{ "env": { "LOCAL_DOMAIN": "a.example", "X": {} } }', [/lacks X,/]]
  ])('%s', (_, appJson, reasons) => {
    const found = plan({ config: {} }, wishes({}, appJson)).blockers.map(({ reason }) => reason)
    expect(found).toEqual(reasons.map(text => expect.stringMatching(text)))
  })

  it('Heroku’s Redis is not bought for a slug that does not take its certificate', () => {
    const stock = wishes({ takesHerokuRedis: false })
    expect(plan({}, stock).blockers).toEqual([
      { reason: expect.stringMatching(/self-signed/), remedy: expect.stringMatching(/redis-tls: no-verify/) }
    ])
    expect(plan({ config: { ...EMPTY.config, REDIS_URL: 'rediss://elsewhere' } }, stock).blockers).toEqual([])
  })
})

describe('the rest', () => {
  it('a value that is set is left alone, an empty one, too', () => {
    const config = { ...EMPTY.config, ...PLATFORM, HEROKU: 'no', SINGLE_USER_MODE: '' }
    expect(plan({ config }).vars).toEqual({})
  })

  it('what app.json does not require is a start for a new app, and never a change of where media are', () => {
    const of = wishes({}, '{ "env": { "S3_ENABLED": { "value": "true", "required": false }, "HEROKU": "true" } }')
    const swift = { ...EMPTY.config, SWIFT_ENABLED: 'true' }
    const media = (have: Partial<Have>): string | undefined =>
      plan(have, of).hints.find(({ reason }) => reason.startsWith('Media'))?.reason
    expect(plan({}, of).vars).toEqual({ ...PLATFORM, HEROKU: 'true', S3_ENABLED: 'true' })
    expect(plan({ config: swift }, of).vars).toEqual({ ...PLATFORM, HEROKU: 'true' })
    expect(plan({ config: { ...EMPTY.config, ...SECRETS_SET }, hasRun: true }, of).vars).toEqual({
      ...PLATFORM,
      HEROKU: 'true'
    })
    expect(media({})).toMatch(/nowhere to go/)
    expect(media({ config: swift })).toBeUndefined()
    expect(media({ config: { ...swift, S3_ENABLED: 'true' } })).toMatch(/nowhere to go/)
  })

  it.each([
    [
      'WEB_DOMAIN before LOCAL_DOMAIN',
      { LOCAL_DOMAIN: 'a.example', WEB_DOMAIN: 'Social.A.example:443' },
      'social.a.example',
      true
    ],
    ['none for the app’s own name', { LOCAL_DOMAIN: 'my-mastodon-1.herokuapp.com' }, undefined, false],
    ['none for what is no name', { LOCAL_DOMAIN: 'localhost' }, undefined, false]
  ])('domain: %s', (_, config, domain, certificates) => {
    expect(plan({ config })).toMatchObject({ domain, certificates })
  })

  it('a domain and a certificate of one’s own stay', () => {
    const own = { hostname: 'social.example', kind: 'custom', sni_endpoint: { name: 'mine' } }
    expect(plan({ domains: [own] })).toMatchObject({ domain: undefined, certificates: false })
  })

  it('dynos: app.json’s sizes, at least one of each, and none that run are touched', () => {
    const appJson = '{ "formation": { "web": { "quantity": 2, "size": "Standard-1X" }, "worker": { "quantity": 0 } } }'
    expect(plan({}, wishes({}, appJson)).scale).toEqual([
      { type: 'web', quantity: 2, size: 'Standard-1X' },
      { type: 'worker', quantity: 1 }
    ])
    const formation = [
      { type: 'web', quantity: 1, size: 'Basic' },
      { type: 'worker', quantity: 0, size: 'Basic' }
    ]
    expect(plan({ formation }, wishes({}, appJson)).scale).toEqual([{ type: 'worker', quantity: 1 }])
  })

  it('an upgrade plan sees the dynos that will run, and nobody is warned of what is about to be done', () => {
    const formation = [
      { type: 'web', quantity: 2, size: 'Basic' },
      { type: 'worker', quantity: 0 }
    ]
    const target = { app: { name: 'my-mastodon' }, info: {}, config: {}, formation } as unknown as Target
    const seen = (of?: Wishes): LiveFacts['formation'] => liveFacts(target, undefined, undefined, of).formation
    expect(seen()).toEqual(formation)
    expect(seen(wishes())).toEqual([
      { type: 'web', quantity: 2, size: 'Basic' },
      { type: 'worker', quantity: 1, planned: true }
    ])
  })

  it('streaming: its address for the main app, its config, its attachments', () => {
    const streaming = { app: 'live', webUrl: 'https://live-2.herokuapp.com/', config: { NODE_ENV: 'production' } }
    const { vars, streaming: setup, hints } = plan({ streaming })
    expect(vars['STREAMING_API_BASE_URL']).toBe('wss://live-2.herokuapp.com')
    expect(setup).toEqual({
      app: 'live',
      vars: { RUN_STREAMING: 'true', PGSSLMODE: 'no-verify' },
      attachments: ['DATABASE', 'REDIS']
    })
    expect(hints.map(({ reason }) => reason).join()).not.toMatch(/streaming/)
  })

  it('an app that has all of it lacks nothing', () => {
    const done = plan({
      hasRun: true,
      info: { ...EMPTY.info, acm: true },
      config: {
        ...EMPTY.config,
        ...SECRETS_SET,
        ...PLATFORM,
        HEROKU: 'true',
        SINGLE_USER_MODE: 'false',
        DATABASE_URL: 'x',
        REDIS_URL: 'x'
      },
      domains: [{ hostname: 'social.example', kind: 'custom' }],
      formation: ['web', 'worker'].map(type => ({ type, quantity: 1, size: 'Basic' }))
    })
    expect(isProvisioned(done)).toBe(true)
    expect(provisionMarkdown(done)).toMatch(/^Nothing is missing\./)
  })

  it('text of app.json makes no markup', () => {
    const shown = provisionMarkdown(plan({ config: { LOCAL_DOMAIN: 'a.example' }, app: '<img>|@x' }))
    expect(shown).not.toMatch(/<img|@x/)
  })
})

describe('app.json', () => {
  it.each([
    ['{', /^app\.json:1:1: this is not JSON/],
    ['null', /^app\.json:1:1: an object in \{ \} is expected here/],
    ['{\n "addons": "x" }', /^app\.json:2:12: .* at addons:/],
    ['{ "addons": [\n"a b"] }', /^app\.json:2:1: .* at addons\.0:/],
    ['{ "env": { "A=B": "x" } }', /^app\.json:1:\d+: .* at env/],
    ['{ "formation": { "web": {\n "quantity": -1 } } }', /^app\.json:2:14: .* at formation\.web\.quantity:/]
  ])('%s is an error that says where', (json, message) => expect(() => readAppJson(json)).toThrow(message))

  it('may be absent', () => expect(readAppJson(undefined)).toEqual({ addons: [], env: [], formation: [] }))
})

describe('the secrets that a tree wants', () => {
  const INITIALIZER = 'config/initializers/active_record_encryption.rb'
  const NAMES = ['DETERMINISTIC_KEY', 'KEY_DERIVATION_SALT', 'PRIMARY_KEY'].map(
    end => `ACTIVE_RECORD_ENCRYPTION_${end}`
  )
  const groupsOf = (files: Record<string, string>, appJson = '{}'): SecretGroup[] => {
    const root = temp()
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
      writeFileSync(path.join(root, name), text)
    }
    return secretsOf(root, readAppJson(appJson))
  }
  const VAPID = ['VAPID_PRIVATE_KEY', 'VAPID_PUBLIC_KEY']

  // As the trees of mastodon/mastodon at these versions spell them.
  it.each([
    [
      '4.2',
      { 'config/environments/production.rb': "config.x.otp_secret = ENV.fetch('OTP_SECRET')" },
      [['SECRET_KEY_BASE'], ['OTP_SECRET'], VAPID]
    ],
    [
      '4.3',
      {
        'config/environments/production.rb': "ENV.fetch('OTP_SECRET')",
        [INITIALIZER]: `%w(\n  ${NAMES.join('\n  ')}\n)`
      },
      [['SECRET_KEY_BASE'], ['OTP_SECRET'], NAMES, VAPID]
    ],
    [
      '4.7',
      {
        'config/environments/production.rb': '',
        [INITIALIZER]: `%w(\n  ${NAMES.join('\n  ')}\n)\nconfig.active_record.encryption`
      },
      [['SECRET_KEY_BASE'], NAMES, VAPID]
    ]
  ])('%s', (_, files, groups) => {
    expect(groupsOf(files as Record<string, string>).map(({ vars }) => vars)).toEqual(groups)
  })

  it('those that app.json has a generator for are among them', () => {
    const appJson = '{ "env": { "SECRET_KEY_BASE": { "generator": "secret" }, "MINE": { "generator": "secret" } } }'
    expect(groupsOf({}, appJson).map(({ vars }) => vars)).toEqual([['SECRET_KEY_BASE'], ['MINE'], VAPID])
  })

  it('are made as Rails and Mastodon make them, and never the same', () => {
    const groups = groupsOf({ [INITIALIZER]: NAMES.join(' ') })
    const make = (): Record<string, string> =>
      Object.assign({}, ...groups.map(one => one.make())) as Record<string, string>
    const [one, other] = [make(), make()]
    expect(one['SECRET_KEY_BASE']).toMatch(/^[0-9a-f]{128}$/)
    for (const name of NAMES) expect(one[name]).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(Object.keys(one).filter(name => one[name] === other[name])).toEqual([])
    expect(new Set(Object.values(one)).size).toBe(Object.keys(one).length)
  })

  it('a VAPID pair is one: what the private key signs, the public key verifies', async () => {
    for (let i = 0; i < 20; i++) {
      const { VAPID_PRIVATE_KEY: d = '', VAPID_PUBLIC_KEY: point = '' } = groupsOf({}).at(-1)!.make()
      expect(d).toMatch(/^[\w-]{43}=$/)
      expect(point).toMatch(/^B[\w-]{86}=$/)
      const bytes = Buffer.from(point, 'base64url')
      const [x, y] = [bytes.subarray(1, 33), bytes.subarray(33)].map(part => part.toString('base64url'))
      const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
      const jwk = { kty: 'EC', crv: 'P-256', x, y }
      const privateKey = await crypto.subtle.importKey('jwk', { ...jwk, d: d.replace('=', '') }, algorithm, false, [
        'sign'
      ])
      const publicKey = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify'])
      const signature = await crypto.subtle.sign(algorithm, privateKey, Buffer.from('push'))
      expect(await crypto.subtle.verify(algorithm, publicKey, signature, Buffer.from('push'))).toBe(true)
    }
  })
})
