import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto'
import { NEEDS } from '../knowledge/index.ts'
import { readTreeFile } from '../runtime/index.ts'
import { type AppJson } from './app-json.ts'

/** Secrets that belong together. They are made all at once, and never changed. */
export interface SecretGroup {
  readonly name: string
  readonly vars: readonly string[]
  /** Whether Mastodon does not boot without them. */
  readonly needed: boolean
  /** Makes a value for each variable. */
  readonly make: () => Record<string, string>
  /** The command that prints new ones in a running app, for people who do it by hand. */
  readonly byHand: string
}

const ENCRYPTION = 'config/initializers/active_record_encryption.rb'
const PRODUCTION = 'config/environments/production.rb'

/**
 * The secrets that a tree needs, by its own files, so that a later version's are found, too. VAPID: config/vapid.yml or
 * initializers of mastodon/mastodon; Active Record encryption since 4.3; OTP_SECRET up to 4.3; those that app.json has a
 * generator for.
 */
export function secretsOf(root: string, { env }: AppJson): SecretGroup[] {
  const initializer = readTreeFile(root, ENCRYPTION) ?? ''
  const keys = [...new Set(encryptionKeys(initializer))]
  const wantsOtp = /\bOTP_SECRET\b/.test(readTreeFile(root, PRODUCTION) ?? '')
  const singles = ['SECRET_KEY_BASE', ...(wantsOtp ? ['OTP_SECRET'] : [])]
  const others = env.filter(({ name, generated, value }) => generated && value === undefined && !singles.includes(name))
  return [
    ...singles.map(name => single(name, true)),
    ...others.map(({ name }) => single(name, false)),
    ...(keys.length > 0
      ? [
          {
            name: 'Active Record encryption',
            vars: keys,
            needed: true,
            make: () => Object.fromEntries(keys.map(name => [name, alphanumeric(32)])),
            byHand: 'bin/rails db:encryption:init'
          }
        ]
      : []),
    {
      name: 'VAPID',
      vars: Object.keys(NEEDS.webPush.vars),
      needed: false,
      make: makeVapidPair,
      byHand: NEEDS.webPush.madeBy
    }
  ]
}

/** The names of the keys: the file has them in full (mastodon/mastodon), or a list of their ends. */
function encryptionKeys(initializer: string): string[] {
  const whole = [...initializer.matchAll(/\bACTIVE_RECORD_ENCRYPTION_[A-Z]+(?:_[A-Z]+)*\b/g)].map(([name]) => name)
  const known = ['DETERMINISTIC_KEY', 'KEY_DERIVATION_SALT', 'PRIMARY_KEY'].filter(end => initializer.includes(end))
  return whole.length > 0 ? whole : known.map(end => `ACTIVE_RECORD_ENCRYPTION_${end}`)
}

function single(name: string, needed: boolean): SecretGroup {
  return {
    name,
    vars: [name],
    needed,
    make: () => ({ [name]: randomBytes(64).toString('hex') }),
    byHand: NEEDS.secretKeyBase.madeBy
  }
}

/** A random text, as Rails makes keys in `db:encryption:init` (rails/rails: SecureRandom.alphanumeric). */
function alphanumeric(length: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
}

/**
 * Makes a key pair for web push (RFC 8292), as `mastodon:webpush:generate_vapid_key` prints it: a point and a number of the
 * curve P-256, in url-safe Base64 with padding (zaru/webpush: lib/webpush/vapid_key.rb).
 */
export function makeVapidPair(): Record<string, string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const { x, y, d } = privateKey.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')])
  return { VAPID_PRIVATE_KEY: padded(Buffer.from(d!, 'base64url')), VAPID_PUBLIC_KEY: padded(point) }
}

function padded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
