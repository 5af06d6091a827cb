import { describe, expect, it } from '@jest/globals'
import { buildVariables, readMastodon } from '../../src/mastodon/index.ts'
import { makeTree } from '../slug/helpers.ts'

const version = (major: number, minor: number, patch: number, prerelease = ''): string =>
  `module Version\n  def major\n    ${major}\n  end\n\n  def minor\n    ${minor}\n  end\n\n  def patch\n    ${patch}\n  end\n\n  def default_prerelease\n    '${prerelease}'\n  end\nend\n`

describe('reading a Mastodon tree', () => {
  it.each([
    [version(4, 7, 6), '4.7.6'],
    [version(4, 8, 0, 'alpha.1'), '4.8.0-alpha.1'],
    ['nothing of the kind', undefined],
    ['def major\n  `id`\nend', undefined]
  ])('finds the version', (text, expected) => {
    expect(readMastodon(makeTree({ 'lib/mastodon/version.rb': text })).version).toBe(expected)
  })

  it('tells what builds the assets, and whether a gem needs Node', () => {
    expect(readMastodon(makeTree({ 'vite.config.mts': '' }))).toMatchObject({ bundler: 'vite', rubyNeedsNode: false })
    expect(readMastodon(makeTree({ 'Gemfile.lock': 'GEM\n  specs:\n    execjs (2.9)\n' }))).toMatchObject({
      bundler: 'webpack',
      rubyNeedsNode: true
    })
  })

  it('gives placeholders for what the assets want, by version', () => {
    expect(buildVariables(makeTree({ 'config/initializers/active_record_encryption.rb': '' }))).toEqual({
      SECRET_KEY_BASE_DUMMY: '1'
    })
    expect(Object.keys(buildVariables(makeTree({ a: '' })))).toEqual(['OTP_SECRET', 'SECRET_KEY_BASE'])
  })
})
