import { describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { addBuildpack, configWith, Fork } from '../e2e/fork.ts'

describe('the buildpacks of the sample fork', () => {
  it('want node_modules before the assets are compiled', async () => {
    const letThrough = '\nchecks: { skip: [nodejs-before-ruby] }\n'
    const { code, output } = await new Fork().build({}, configWith(['ruby'], letThrough))
    expect(code).toBe(1)
    expect(output).toContain('heroku/nodejs must come before heroku/ruby')
  })

  it('want what stands in for the secrets, which is there by default', async () => {
    const fork = new Fork(folder => rmSync(path.join(folder, 'config/initializers/active_record_encryption.rb')))
    const { code, output } = await fork.build({}, configWith(['nodejs', 'ruby']))
    expect(code).toBe(1)
    expect(output).toContain('Mastodon now requires that these variables are set')
    expect((await fork.build({}, configWith(['nodejs', 'ruby'], '  env: { SECRET_KEY_BASE_DUMMY: "1" }\n'))).code).toBe(
      0
    )
  })

  it('know no package that they do not bring', async () => {
    const fork = new Fork(folder => writeFileSync(path.join(folder, 'Aptfile'), 'libidn12\nno-such-package\n'))
    const { code, output } = await fork.build({}, configWith(['apt']))
    expect(code).toBe(1)
    expect(output).toContain('Unable to locate package no-such-package')
  })

  it('use their cache', async () => {
    const fork = new Fork()
    const cache = path.join(fork.temporary, '..', 'cache')
    const [first, second] = [await fork.build({ cache }), await fork.build({ cache })]
    expect(first.output).toContain('Making libcodec')
    expect(second.output).toContain('Using libcodec from the cache')
    expect(second.outputs['slug-sha256']).toBe(first.outputs['slug-sha256'])
  })

  it('keep their cache where a later build fails', async () => {
    const fork = new Fork(folder => addBuildpack(folder, 'failing', 'rm -rf "$2"/*; exit 1'))
    const cache = path.join(fork.temporary, '..', 'cache')
    await fork.build({ cache })
    const kept = path.join(cache, 'build', 'heroku-24-app-whole', 'activestorage-preview', 'libcodec.so.61')
    expect(existsSync(kept)).toBe(true)
    expect((await fork.build({ cache }, configWith(['failing']))).code).toBe(1)
    expect(existsSync(kept)).toBe(true)
  })

  it('say openly that their ffmpeg is a stand-in', () => {
    const program = readFileSync('__tests__/rig/sample-fork/buildpacks/activestorage-preview/opt/ffmpeg', 'utf8')
    expect(program).toContain('A stand-in for ffmpeg')
  })
})
