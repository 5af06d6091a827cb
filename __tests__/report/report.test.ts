import { describe, expect, it } from '@jest/globals'
import { UserError } from '../../src/runtime/index.ts'
import { headline, parseReport, renderMarkdown, reportJson, type Report } from '../../src/report/index.ts'
import { escape } from '../../src/report/markdown.ts'
import { sampleReport } from './sample.ts'

describe('report.json', () => {
  it('is read as it was written', () => {
    const report = sampleReport()
    expect(parseReport(reportJson(report))).toEqual(report)
  })

  const CASES: [string, (report: Report & Record<string, unknown>) => void, RegExp][] = [
    ['an unknown field', report => (report['comment'] = 'hello'), /not valid at comment/],
    ['an unknown field deep inside', report => Object.assign(report.verdict, { note: '<b>' }), /verdict\.note/],
    ['another schema version', report => Object.assign(report, { schema: 2 }), /schema version 2/],
    ['a size that is text', report => Object.assign(report.verdict, { compressed: '1' }), /verdict\.compressed/],
    ['a size below zero', report => (report.verdict.compressed = -1), /verdict\.compressed/],
    ['a size that is no whole number', report => (report.verdict.compressed = 1.5), /verdict\.compressed/],
    ['a size beyond all', report => (report.verdict.compressed = 1e300), /verdict\.compressed/],
    ['a commit that is none', report => (report.source.commit = '../../x'), /source\.commit/],
    [
      'a path with a line break',
      report => (report.variants[0]!.largestFiles[0]!.path = 'a\nb'),
      /largestFiles\.0\.path/
    ],
    [
      'a path with an escape',
      report => (report.variants[0]!.directories[0]!.path = '\u001b[31m'),
      /directories\.0\.path/
    ],
    ['a third variant', report => report.variants.push(report.variants[0]!), /variants/],
    [
      'too many files',
      report => (report.variants[0]!.largestFiles = Array(201).fill(report.variants[0]!.largestFiles[0]) as never),
      /largestFiles/
    ],
    ['a text that is far too long', report => (report.warnings = ['x'.repeat(5_001)]), /warnings\.0/],
    ['a process type with a space', report => (report.processTypes = { 'a b': 'x' }), /processTypes/],
    ['a date that is none', report => (report.createdAt = 'yesterday'), /createdAt/],
    ['another tool', report => Object.assign(report.tool, { name: 'x' }), /tool\.name/]
  ]
  it.each(CASES)('with %s is refused', (_what, change, says) => {
    const text = reportJson(sampleReport(change))
    expect(() => parseReport(text)).toThrow(UserError)
    expect(() => parseReport(text)).toThrow(says)
  })

  it.each(['', 'null', '[]', '{}', '7', '{', `"${'x'.repeat(5_000_001)}"`])('%.20j is refused', text =>
    expect(() => parseReport(text)).toThrow(UserError)
  )

  it('cannot reach the prototype of objects', () => {
    const text = reportJson(sampleReport()).replace(
      '"processTypes": {',
      '"processTypes": { "__proto__": { "polluted": true },'
    )
    expect(Object.keys(parseReport(text).processTypes)).toEqual(['web'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('the headline', () => {
  const verdict = (change: Partial<Report['verdict']>): string =>
    headline(sampleReport(({ verdict }) => void Object.assign(verdict, change)))
  it.each([
    [{}, 'Within the limit: 271.4 MB of 300.0 MB (90.5 %), 28.6 MB left'],
    [{ compressed: 300_000_000 }, 'Within the limit: 300.0 MB of 300.0 MB (100.0 %), 0.0 MB left'],
    [
      { compressed: 320_000_000, withinLimit: false },
      'Over the limit: 320.0 MB of 300.0 MB (106.7 %), 20.0 MB too much'
    ],
    [
      { problem: 'ffmpeg does not start' },
      'Not fit to ship: ffmpeg does not start. Size: 271.4 MB of 300.0 MB (90.5 %)'
    ]
  ])('%j', (change, text) => expect(verdict(change)).toBe(text))
})

describe('the report as Markdown', () => {
  it('begins with the verdict, and has a row a variant', () => {
    const lines = renderMarkdown(sampleReport()).split('\n')
    expect(lines[0]).toBe('## Within the limit: 271.4 MB of 300.0 MB (90.5 %), 28.6 MB left')
    expect(lines).toContain('| with ffmpeg | 271.4 MB | 90.5 % | 500.0 MB | 1,234 | fits, chosen |')
    expect(lines).toContain('| without ffmpeg | 200.0 MB | 66.7 % | 500.0 MB | 1,234 | fits |')
  })

  it('says loudly what an instance without ffmpeg cannot do, and why it has none', () => {
    const text = renderMarkdown(
      sampleReport(({ verdict, ffmpeg, variants }) => {
        Object.assign(verdict, { chosen: 'without', compressed: 200_000_000 })
        ffmpeg.givenUp = true
        variants[0]!.compressed = 374_100_000
      })
    )
    expect(text).toContain('> [!WARNING]')
    expect(text).toContain('with it the slug would be 374.1 MB, 74.1 MB over the limit')
    expect(text).toContain('uploads of video, audio and animated GIFs fail')
    expect(text).toContain('| **with ffmpeg** | **374.1 MB** |')
  })

  it('lists the ways back under the limit, the cheapest first', () => {
    const text = renderMarkdown(
      sampleReport(({ verdict, variants, trim }) => {
        Object.assign(verdict, { compressed: 320_000_000, withinLimit: false })
        variants[0]!.compressed = 320_000_000
        Object.assign(trim, { applied: false, before: 320_000_000, after: 290_000_000 })
      })
    )
    const ways = text.slice(text.indexOf('### Ways back'), text.indexOf('### Where the bytes are'))
    expect(ways.match(/^\d\. .*$/gm)).toEqual([
      '1. `slug.trim: safe` saves 30.0 MB; it fits then.',
      expect.stringMatching(/^2\. `ffmpeg: auto` or `without` saves 120\.0 MB; it fits then\./),
      expect.stringMatching(/^3\. An app of its own for streaming .* about 80\.0 MB .*an estimate/),
      expect.stringMatching(/^4\. A higher `slug\.limit`/)
    ])
  })

  it('lets no name of others act as markup', () => {
    const evil = '|`</code><img src=x onerror=1> @team #1 [a](https://x) **b** ::error::x'
    const text = renderMarkdown(
      sampleReport(report => {
        report.warnings = [evil]
        report.source.ref = evil
        report.layers[1]!.name = report.variants[0]!.layers[1]!.name = evil
        report.variants[0]!.directories[0]!.path = evil
        report.variants[0]!.largestFiles[0]!.path = evil
        report.processTypes = { web: evil }
        report.ffmpeg.check!.version = evil
      })
    )
    expect(text).not.toMatch(/<img|@team|#1 |\]\(https|\*\*b|`<|::error/)
    for (const row of text.split('\n').filter(line => line.startsWith('|'))) {
      const header = row.split('|').length
      expect([5, 7, 8]).toContain(header)
    }
  })

  it('keeps what is harmless readable', () =>
    expect(escape('plain text, 1.5 MB - ok/ü')).toBe('plain text, 1.5 MB - ok/ü'))
})
