import type { Report } from '../../src/report/data.ts'
import type { VariantName } from '../../src/report/page/data.ts'

type Entry = Report['files']['entries'][number]

/** Path, layer, compressed bytes with and without ffmpeg (null: not in that variant). A folder ends with a slash. */
export type SampleFile = [path: string, layer: string, inWith: number | null, inWithout?: number | null, raw?: number]

const FILES: SampleFile[] = [
  ['app/models/', 'source', 100],
  ['app/models/account.rb', 'source', 4_000],
  ['bin/ffmpeg', 'heroku/ruby', 71_400_000, null],
  ['node_modules/react/index.js', 'heroku/ruby', 80_000_000],
  ['vendor/big.so', 'heroku/ruby', 9_000_000],
  ['vendor/bundle/ruby/4.0.0/gems/rails-8.1.1/rails.rb', 'heroku/ruby', 110_995_890]
]
const FRAME = 10

/** A report as a build writes it, small; its files are those, or the given ones, and its sizes theirs. */
export function sampleReport(change: (report: Report) => void = () => {}, files = FILES): Report {
  const sha256 = 'a'.repeat(64)
  const table = tableOf(files)
  const variant = (name: VariantName): Report['variants'][number] => {
    const column = name === 'with' ? 4 : 5
    const layers = table.layers.map((layer, i) => {
      const own = table.entries.filter(entry => entry[2] === i && entry[column] !== null)
      return { name: layer, compressed: sum(own, column), raw: sum(own, 3), files: own.length }
    })
    const all = [...layers, { name: 'archive', compressed: FRAME, raw: 1_024, files: 0 }]
    const compressed = all.reduce((bytes, layer) => bytes + layer.compressed, 0)
    const derivation = name === 'with' ? 'built' : 'subtracted'
    return { name, derivation, sha256, compressed, raw: 500_000_000, files: 1_234, layers: all }
  }
  const variants = [variant('with'), variant('without')]
  const compressed = variants[0]!.compressed
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
    verdict: { chosen: 'with', compressed, limit: 300_000_000, withinLimit: compressed <= 300_000_000 },
    heroku: { warnsAt: 300_000_000, stopsAt: 1_000_000_000 },
    ffmpeg: {
      choice: 'auto',
      providers: ['heroku/heroku-buildpack-activestorage-preview'],
      givenUp: false,
      check: { works: true, version: 'ffmpeg 7', encoders: ['libx264'], mended: [] }
    },
    variants,
    layers: [
      { name: 'source', milliseconds: 0 },
      { name: 'heroku/ruby', buildpack: { reference: 'heroku/ruby', kind: 'registry', sha256 }, milliseconds: 61_234 }
    ],
    files: table,
    dependencies: { gems: [['rails', '8.1.1']], packages: [['react', '19.2.0']] },
    processTypes: { web: 'bin/heroku-web' },
    trim: {
      applied: true,
      rules: [{ name: 'source-maps', why: 'Nobody reads them.', files: 10, raw: 1_000, saves: 500 }],
      before: compressed + 500,
      after: compressed
    },
    warnings: [],
    history: []
  }
  change(report)
  return report
}

function tableOf(files: readonly SampleFile[]): Report['files'] {
  const layers = [...new Set(files.map(([, layer]) => layer))]
  const folders = ['']
  const indexes = new Map([['', 0]])
  const folderAt = (path: string): number => {
    const known = indexes.get(path)
    if (known !== undefined) return known
    folderAt(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
    indexes.set(path, folders.length)
    return folders.push(path) - 1
  }
  const entries = files.map(([path, layer, inWith, inWithout = inWith, raw]): Entry => {
    const end = path.lastIndexOf('/')
    const size = raw ?? 3 * (inWith ?? inWithout ?? 0)
    const shared = size < 1_000_000 ? 1 : 0
    return [
      folderAt(path.slice(0, Math.max(end, 0))),
      path.slice(end + 1),
      layers.indexOf(layer),
      size,
      inWith,
      inWithout,
      shared
    ]
  })
  return { layers, folders, entries }
}

function sum(entries: readonly Entry[], column: 3 | 4 | 5): number {
  return entries.reduce((all, entry) => all + (entry[column] ?? 0), 0)
}
