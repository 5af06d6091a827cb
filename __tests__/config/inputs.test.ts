import { describe, expect, it } from '@jest/globals'
import { loadConfig, mergeInputs } from '../../src/config/index.ts'

const FILE = 'app: from-file\nstreaming-app: live-file\nffmpeg: with\nslug: { limit: 200MB, trim: off }\n'
const config = loadConfig(FILE, 'config.yml')

describe('mergeInputs', () => {
  it('takes the inputs before the file', () => {
    const inputs = { app: 'from-input', streamingApp: 'live-input', stagingApp: 'staging-input' }
    expect(mergeInputs(config, { ...inputs, ffmpeg: 'without', slugLimit: '250MB' })).toEqual({
      ...config,
      ...inputs,
      ffmpeg: 'without',
      slug: { ...config.slug, limit: 250_000_000 }
    })
  })

  it('keeps what the inputs leave open, and changes nothing that it was given', () => {
    const before = structuredClone(config)
    expect(mergeInputs(config, {})).toEqual(config)
    expect(mergeInputs(config, { app: '', streamingApp: '', stagingApp: '', ffmpeg: '', slugLimit: '' })).toEqual(
      config
    )
    mergeInputs(config, { slugLimit: '1GB' })
    expect(config).toEqual(before)
  })

  it.each([
    [{ app: 'My App' }, 'Input app: expected the name of a Heroku app'],
    [{ streamingApp: '../x' }, 'Input streaming-app: expected the name of a Heroku app'],
    [{ stagingApp: 'a\nb' }, 'Input staging-app: expected the name of a Heroku app'],
    [{ ffmpeg: 'witout' }, 'Input ffmpeg: expected with, without or auto, not "witout" — did you mean "without"?'],
    [{ slugLimit: '300M' }, 'Input slug-limit: "300M" could be 300MB or 300MiB'],
    [{ slugLimit: '300' }, 'Input slug-limit: 300 is 300 bytes, less than any slug — did you mean 300MB?'],
    [{ slugLimit: '1' }, 'Input slug-limit: 1 is 1 byte, less than any slug — did you mean 1GB?'],
    [{ slugLimit: '300000' }, 'Input slug-limit: 300000 is 300000 bytes, less than any slug — did you mean 300000KB?'],
    [{ slugLimit: 'big' }, 'Input slug-limit: "big" is not a size']
  ])('names the input that is wrong: %j', (inputs, message) => {
    expect(() => mergeInputs(config, inputs)).toThrow(message)
    // eslint-disable-next-line no-control-regex
    expect(() => mergeInputs(config, inputs)).toThrow(/^[^\x00-\x1f]*$/)
  })
})
