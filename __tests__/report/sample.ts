import type { Report } from '../../src/report/index.ts'

/** A report as a build writes it, small. */
export function sampleReport(change: (report: Report) => void = () => {}): Report {
  const sha256 = 'a'.repeat(64)
  const weights = { compressed: 90, raw: 300, files: 3 }
  const variant = (name: 'with' | 'without', compressed: number): Report['variants'][number] => ({
    name,
    derivation: name === 'with' ? 'built' : 'subtracted',
    sha256,
    compressed,
    raw: 500_000_000,
    files: 1_234,
    layers: [
      { name: 'source', ...weights },
      { name: 'heroku/ruby', ...weights, compressed: compressed - 100 },
      { name: 'archive', compressed: 10, raw: 1_024, files: 0 }
    ],
    directories: [{ path: 'node_modules', compressed: 80_000_000, raw: 200_000_000, files: 900 }],
    largestFiles: [{ path: 'vendor/big.so', compressed: 9_000_000, raw: 20_000_000, shared: false }]
  })
  const report: Report = {
    schema: 1,
    tool: { name: 'mastodon-on-heroku', version: '0.1.0' },
    createdAt: '2026-11-23T10:00:00.000Z',
    source: {
      commit: 'b'.repeat(40),
      ref: 'main',
      committedAt: '2026-11-22T10:00:00.000Z',
      mastodonVersion: '4.7.6',
      files: 10,
      raw: 100,
      ignored: 2
    },
    stack: 'heroku-24',
    place: { kind: 'container', buildImage: 'heroku/heroku:24-build', runImage: 'heroku/heroku:24' },
    verdict: { chosen: 'with', compressed: 271_400_000, limit: 300_000_000, withinLimit: true },
    heroku: { warnsAt: 300_000_000, stopsAt: 1_000_000_000 },
    ffmpeg: {
      choice: 'auto',
      providers: ['heroku/heroku-buildpack-activestorage-preview'],
      givenUp: false,
      check: { works: true, version: 'ffmpeg 7', encoders: ['libx264'], mended: [] }
    },
    variants: [variant('with', 271_400_000), variant('without', 200_000_000)],
    layers: [
      { name: 'source', milliseconds: 0 },
      { name: 'heroku/ruby', buildpack: { reference: 'heroku/ruby', kind: 'registry', sha256 }, milliseconds: 61_234 }
    ],
    processTypes: { web: 'bin/heroku-web' },
    trim: {
      applied: true,
      rules: [{ name: 'source-maps', why: 'Nobody reads them.', files: 10, raw: 1_000, saves: 500 }],
      before: 271_400_500,
      after: 271_400_000
    },
    warnings: []
  }
  change(report)
  return report
}
