import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sourceOffer } from '../../src/mastodon/index.ts'
import { temp } from '../helpers/temp.ts'

const commit = '0123456789abcdef0123456789abcdef01234567'
const NAMES = ['GITHUB_REPOSITORY', 'SOURCE_TAG', 'MASTODON_VERSION_METADATA']

/** What a dyno's process gets: bash sources the script, the child's environment is read. */
function variables(
  source: Parameters<typeof sourceOffer>[0],
  config: Record<string, string> = {}
): Record<string, string> {
  const folder = temp()
  writeFileSync(path.join(folder, 'profile.sh'), sourceOffer(source).text)
  const program = `set -eu; . ./profile.sh; exec "${process.execPath}" -e 'console.log(JSON.stringify(process.env))'`
  const output = execFileSync('bash', ['--norc', '-c', program], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', ...config }
  })
  expect(readdirSync(folder)).toEqual(['profile.sh'])
  const environment = JSON.parse(output.toString()) as Record<string, string>
  return Object.fromEntries(NAMES.flatMap(name => (name in environment ? [[name, environment[name] as string]] : [])))
}

describe('the offer of the source', () => {
  it('lies where every dyno sources it', () => {
    expect(sourceOffer({ repository: 'a/b', commit }).path).toBe('.profile.d/mastodon-on-heroku.sh')
  })

  it('names the repository, the tag and the short commit', () => {
    expect(variables({ repository: 'owner/fork', commit, tag: 'v4.7.0+fork.1' })).toEqual({
      GITHUB_REPOSITORY: 'owner/fork',
      SOURCE_TAG: 'v4.7.0+fork.1',
      MASTODON_VERSION_METADATA: '0123456'
    })
  })

  it('names the commit where there is no tag', () => {
    expect(variables({ repository: 'owner/fork', commit })).toMatchObject({ SOURCE_TAG: commit })
  })

  it('leaves config vars alone, except empty ones', () => {
    const config = { GITHUB_REPOSITORY: 'mine/own $x', SOURCE_TAG: '' }
    expect(variables({ repository: 'owner/fork', commit, tag: 'v1.0.0' }, config)).toEqual({
      GITHUB_REPOSITORY: 'mine/own $x',
      SOURCE_TAG: 'v1.0.0',
      MASTODON_VERSION_METADATA: '0123456'
    })
  })

  it.each([`';touch${'${IFS}'}pwned;'`, '$(touch pwned)', '`touch${IFS}pwned`', '"; touch pwned; "', "a'b\\'c\nd}"])(
    'runs nothing of %j',
    hostile => {
      expect(variables({ repository: hostile, commit: hostile, tag: hostile })).toEqual({
        GITHUB_REPOSITORY: hostile,
        SOURCE_TAG: hostile,
        MASTODON_VERSION_METADATA: hostile.slice(0, 7)
      })
    }
  )

  it.each(['{x', '4.10', '2026-11-22', 'true', 'No', '"a', '@a', "v1'", 'a#b', '%x', 'v1;id'])(
    'gives the commit instead of a tag that would not survive as YAML: %s',
    tag => {
      expect(variables({ repository: 'a/b', commit, tag })).toMatchObject({ SOURCE_TAG: commit })
    }
  )

  it.each(['v4.7.0', '4.7.0', 'release/4.7', 'glitch-2026.1', 'v4.7.0_rc1'])('gives the tag %s', tag => {
    expect(variables({ repository: 'a/b', commit, tag })).toMatchObject({ SOURCE_TAG: tag })
  })
})
