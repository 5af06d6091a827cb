import { describe, expect, it } from '@jest/globals'
import { storageOf } from '../../src/knowledge/index.ts'
import { bucketOf, mailServer, mediaUrl } from '../../src/mastodon/index.ts'

describe('the mail server', () => {
  const base = { SMTP_SERVER: 'mail.test', LOCAL_DOMAIN: 'site.test' }
  it.each<[string, Record<string, string>, object]>([
    ['by default', {}, { port: 25, name: 'site.test', tls: false, starttls: 'auto', verify: true, login: undefined }],
    ['with a login', { SMTP_LOGIN: 'a', SMTP_PASSWORD: 'b' }, { login: { user: 'a', password: 'b', method: 'PLAIN' } }],
    [
      'with CRAM-MD5',
      { SMTP_LOGIN: 'a', SMTP_AUTH_METHOD: 'cram_md5' },
      { login: { user: 'a', password: '', method: 'CRAM-MD5' } }
    ],
    ['without a login', { SMTP_LOGIN: 'a', SMTP_AUTH_METHOD: 'none' }, { login: undefined }],
    ['with TLS', { SMTP_PORT: '465', SMTP_SSL: 'true' }, { port: 465, tls: true, starttls: 'never' }],
    ['with STARTTLS', { SMTP_ENABLE_STARTTLS: 'always' }, { starttls: 'always' }],
    ['without STARTTLS', { SMTP_ENABLE_STARTTLS: 'false' }, { starttls: 'never' }],
    ['without it, as before 4.0', { SMTP_ENABLE_STARTTLS_AUTO: 'false' }, { starttls: 'never' }],
    [
      'with an unknown certificate',
      { SMTP_OPENSSL_VERIFY_MODE: 'none', SMTP_DOMAIN: 'd.test' },
      { verify: false, name: 'd.test' }
    ]
  ])('is read %s', (_, config, expected) => {
    const server = mailServer({ ...base, ...config })
    expect({ ...server, login: server?.login }).toMatchObject(expected)
  })

  it('is none without SMTP_SERVER', () => {
    expect(mailServer({ SMTP_SERVER: '' })).toBeUndefined()
  })
})

describe('the bucket', () => {
  const base = { S3_BUCKET: 'media', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' }
  it.each<[string, Record<string, string>, object]>([
    [
      'at AWS',
      {},
      { url: 'https://media.s3.us-east-1.amazonaws.com/', region: 'us-east-1', acl: 'public-read', prefix: '' }
    ],
    ['in a region', { S3_REGION: 'eu-west-1' }, { url: 'https://media.s3.eu-west-1.amazonaws.com/' }],
    ['with dots', { S3_BUCKET: 'media.site.test' }, { url: 'https://s3.us-east-1.amazonaws.com/media.site.test/' }],
    ['elsewhere', { S3_ENDPOINT: 'https://s3.test/' }, { url: 'https://s3.test/media/' }],
    [
      'elsewhere, in the host',
      { S3_ENDPOINT: 'https://s3.test', S3_OVERRIDE_PATH_STYLE: 'true' },
      { url: 'https://media.s3.test/' }
    ],
    ['without ACLs', { S3_PERMISSION: '', S3_KEY_PREFIX: 'a' }, { acl: '', prefix: 'a/' }]
  ])('is found %s', (_, config, expected) => {
    expect(bucketOf({ ...base, ...config })).toMatchObject(expected)
  })

  it('is none without keys', () => {
    expect(bucketOf({ ...base, AWS_SECRET_ACCESS_KEY: '' })).toBeUndefined()
  })
})

describe('media addresses', () => {
  const s3 = { S3_ENABLED: 'true', S3_BUCKET: 'media' }
  it.each<[Record<string, string>, string, string | undefined]>([
    [{ ...s3, S3_ALIAS_HOST: 'files.test' }, 's3', 'https://files.test/'],
    [{ ...s3, S3_CLOUDFRONT_HOST: 'cdn.test', S3_PROTOCOL: 'http' }, 's3', 'http://cdn.test/'],
    [{ ...s3, S3_HOSTNAME: 's3.test' }, 's3', 'https://s3.test/media/'],
    [{ ...s3, S3_REGION: 'eu-west-1' }, 's3', 'https://s3-eu-west-1.amazonaws.com/media/'],
    [{ SWIFT_ENABLED: 'true', SWIFT_OBJECT_URL: 'https://swift.test/x' }, 'swift', 'https://swift.test/x/'],
    [{ AZURE_ENABLED: 'true', AZURE_ALIAS_HOST: 'azure.test' }, 'azure', 'https://azure.test/'],
    [{ S3_ENABLED: 'yes', S3_BUCKET: 'media' }, 'dyno', undefined]
  ])('of %j', (config, storage, url) => {
    expect([storageOf(config), mediaUrl(config)]).toEqual([storage, url])
  })
})
