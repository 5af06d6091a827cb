import { describe, expect, it } from '@jest/globals'
import { fileTable, filesOf, foldersOf, largestFiles } from '../../src/report/files.ts'
import { mergeHistories } from '../../src/report/history.ts'
import { bytePath } from '../../src/runtime/index.ts'
import type { FileWeight } from '../../src/slug/index.ts'
import { sampleReport } from './sample.ts'

function weight(path: string, compressed: number, kind: 'file' | 'directory' = 'file', layer = 0): FileWeight {
  const file = { path: bytePath(path), kind, mode: 0o644, size: compressed, root: '', layer }
  return { file, compressed, raw: compressed * 2, shared: compressed < 10 }
}

describe('the table of files', () => {
  const files = [weight('a', 5, 'directory'), weight('a/b', 100), weight('a/c/d', 7, 'file', 1), weight('ü', 3)]
  const table = fileTable(
    [
      { name: 'with', measured: { files } },
      { name: 'without', measured: { files: files.slice(0, 2) } }
    ],
    ['source', 'heroku/ruby']
  )

  it('has each name once, with its size in both variants', () => {
    expect(table).toEqual({
      layers: ['source', 'heroku/ruby'],
      folders: ['', 'a', 'a/c'],
      entries: [
        [1, '', 0, 10, 5, 5, 1],
        [1, 'b', 0, 200, 100, 100, 0],
        [2, 'd', 1, 14, 7, null, 1],
        [0, 'ü', 0, 6, 3, null, 1]
      ]
    })
  })

  it('is read back as whole paths', () => {
    const paths = filesOf({ ...sampleReport(), files: table }).map(({ path, layer }) => `${path} ${layer}`)
    expect(paths).toEqual(['a source', 'a/b source', 'a/c/d heroku/ruby', 'ü source'])
  })

  it('adds folders up with all that is below them', () => {
    const report = { ...sampleReport(), files: table }
    expect(foldersOf(report, 'with')).toEqual([
      { path: 'a', compressed: 112, raw: 224, files: 3 },
      { path: 'a/c', compressed: 7, raw: 14, files: 1 }
    ])
    expect(foldersOf(report, 'without')).toEqual([{ path: 'a', compressed: 105, raw: 210, files: 2 }])
  })

  it('finds the largest files, and no folders', () => {
    const report = { ...sampleReport(), files: table }
    expect(largestFiles(report, 'with', 2).map(file => [file.path, file.with])).toEqual([
      ['a/b', 100],
      ['a/c/d', 7]
    ])
  })

  it('puts the smallest of very many together, and loses no byte', () => {
    const many = Array.from({ length: 100 }, (_, i) => weight(`dir${i % 3}/${i}`, i + 1))
    const small = fileTable([{ name: 'with', measured: { files: many } }], ['source'], 20)
    expect(small.entries).toHaveLength(23)
    const sum = (entries: typeof small.entries): number => entries.reduce((all, entry) => all + entry[4]!, 0)
    expect(sum(small.entries)).toBe(5_050)
    expect(small.entries.at(-1)![1]).toBe('(small files)')
  })

  it('shows bytes that are no text, and control characters, in a harmless way', () => {
    const path = 'bad\u00ff\u001b' as FileWeight['file']['path']
    const file: FileWeight = { ...weight('x', 1), file: { ...weight('x', 1).file, path } }
    expect(fileTable([{ name: 'with', measured: { files: [file] } }], ['source']).entries[0]![1]).toBe('bad\\xff\\x1b')
  })
})

describe('the history', () => {
  const at = (day: string, commit: string) =>
    sampleReport(report => {
      report.createdAt = `2026-11-${day}T00:00:00.000Z`
      report.source.commit = commit.repeat(40)
    })

  it('is that of all reports and their own points, oldest first, one a commit', () => {
    const [one, two, three] = [at('01', 'a'), at('02', 'b'), at('03', 'c')]
    two.history = mergeHistories([one])
    three.history = mergeHistories([one])
    expect(mergeHistories([three, two]).map(({ commit }) => commit[0])).toEqual(['a', 'b', 'c'])
  })

  it('takes the newest measurement of a commit, and keeps the last hundred', () => {
    const reports = Array.from({ length: 120 }, (_, i) =>
      sampleReport(report => {
        report.createdAt = new Date(i * 86_400_000).toISOString()
        report.source.commit = `${i % 110}`.padStart(40, '0')
      })
    )
    const points = mergeHistories(reports)
    expect(points).toHaveLength(100)
    expect(points.at(-1)).toMatchObject({ commit: '9'.padStart(40, '0'), at: new Date(119 * 86_400_000).toISOString() })
  })
})
