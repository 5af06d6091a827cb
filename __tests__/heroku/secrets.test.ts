import { describe, expect, it } from '@jest/globals'
import { secretValues } from '../../src/heroku/index.ts'

describe('the secrets among config vars', () => {
  it('are the values under secret names, each line of them', () => {
    const config = {
      SECRET_KEY_BASE: 'a-long-secret',
      AWS_ACCESS_KEY_ID: 'AKIA12345678',
      PEM_PRIVATE: 'line-one\nline-two'
    }
    expect(secretValues(config)).toEqual([
      'a-long-secret',
      'AKIA12345678',
      'line-one\nline-two',
      'line-one',
      'line-two'
    ])
  })

  it('are the passwords of addresses, whatever the name', () => {
    expect(secretValues({ HTTP_PROXY: 'http://user:pass%20word@proxy:1' })).toEqual(['pass%20word', 'pass word'])
  })

  it('are found in an address that is not encoded as it should be', () => {
    expect(secretValues({ SMTP_SERVER: 'smtp://u:half-50%off@host' })).toEqual(['half-50%off'])
  })

  it('are not what everybody may see, nor what is too short to be looked for', () => {
    const config = { LOCAL_DOMAIN: 'example.com', VAPID_PUBLIC_KEY: 'BPublicPublic', S3_SECRET: 'short' }
    expect(secretValues(config)).toEqual([])
    expect(secretValues({ SMTP_LOGIN: 'mastodon' })).toEqual([])
    expect(secretValues({ SMTP_LOGIN_PASSWORD: 'correcthorse', LOGIN_SECRET: 'batterystaple' })).toHaveLength(2)
    expect(secretValues({ SMTP_LOGIN: 'AKIA12345678', SMTP_PASSWORD: 'mastodon' })).toEqual([
      'AKIA12345678',
      'mastodon'
    ])
  })
})
