import { describe, expect, it } from '@jest/globals'
import { loadConfig, override } from '../../src/config/index.ts'

const FILE = 'app: from-file\nstreaming-app: live-file\nffmpeg: with\nslug: { limit: 200MB, trim: off }\n'
const config = loadConfig(FILE, 'config.yml')

describe('override', () => {
  it('takes what is given before the file', () => {
    const over = { app: 'from-input', streamingApp: 'live-input', stagingApp: 'staging-input' }
    expect(override(config, { ...over, ffmpeg: 'without', slugLimit: 250_000_000 })).toEqual({
      ...config,
      ...over,
      ffmpeg: 'without',
      slug: { ...config.slug, limit: 250_000_000 }
    })
  })

  it('keeps what is left open, and changes nothing that it was given', () => {
    const before = structuredClone(config)
    expect(override(config, {})).toEqual(config)
    expect(override(config, { app: undefined, ffmpeg: undefined, slugLimit: undefined })).toEqual(config)
    override(config, { slugLimit: 1_000_000_000 })
    expect(config).toEqual(before)
  })
})
