import { describe, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readDependencies } from '../../src/mastodon/index.ts'
import { temp } from '../helpers/temp.ts'

function lists(files: Record<string, string>) {
  const root = temp()
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(root, name), text)
  return readDependencies(root)
}

const GEMFILE_LOCK = `GIT
  remote: https://github.com/mastodon/webpush.git
  revision: 9631ac63045cfabddacc69fc06e919b4c13eb913
  specs:
    webpush (0.3.8)
      hkdf (~> 0.2)

GEM
  remote: https://gems.example/
  specs:
    nokogiri (1.18.3-x86_64-linux-gnu)
      racc (~> 1.4)
    rails (8.1.1)
    rails (8.1.1)

PLATFORMS
  ruby

DEPENDENCIES
  rails (~> 8.1.0)
`

describe('what the lock files name', () => {
  it('is read from Gemfile.lock, with git gems, without platforms, each once', () => {
    expect(lists({ 'Gemfile.lock': GEMFILE_LOCK })).toEqual({
      gems: [
        ['nokogiri', '1.18.3'],
        ['rails', '8.1.1'],
        ['webpush', '0.3.8']
      ],
      packages: []
    })
  })

  it('is read from the yarn.lock of Yarn 2 and later, without the workspaces', () => {
    const lock = `__metadata:
  version: 10

"@babel/core@npm:^7.1.0, @babel/core@npm:^7.2.0":
  version: 7.28.5
  resolution: "@babel/core@npm:7.28.5"
  dependencies:
    ms: "npm:^2.1.3"

"@mastodon/mastodon@workspace:.":
  version: 0.0.0-use.local

"ms@npm:2.0.0":
  version: 2.0.0

"ms@npm:^2.1.3":
  version: 2.1.3
`
    expect(lists({ 'yarn.lock': lock }).packages).toEqual([
      ['@babel/core', '7.28.5'],
      ['ms', '2.0.0'],
      ['ms', '2.1.3']
    ])
  })

  it('is read from the yarn.lock of Yarn 1', () => {
    const lock = `# yarn lockfile v1


"@babel/core@^7.1.0", "@babel/core@^7.2.0":
  version "7.22.9"
  resolved "https://npm.example/x"

ms@2.0.0:
  version "2.0.0"
`
    expect(lists({ 'yarn.lock': lock }).packages).toEqual([
      ['@babel/core', '7.22.9'],
      ['ms', '2.0.0']
    ])
  })

  it('is nothing where there are no lock files, or other things in them', () => {
    const nothing = { gems: [], packages: [] }
    expect(lists({})).toEqual(nothing)
    expect(
      lists({
        'Gemfile.lock': '    <img> (1)\n    x (<b>)\n',
        'yarn.lock': '"a b@1":\n  version 1\n"x@1":\n  version: <b>\n'
      })
    ).toEqual(nothing)
  })
})
