import { describe, expect, it } from '@jest/globals'
import { judgedBy, parseReport, reportJson, type Report } from '../../src/report/index.ts'
import { UserError } from '../../src/runtime/index.ts'
import { sampleReport } from './sample.ts'

describe('report.json', () => {
  it('is read as it was written', () => {
    const report = sampleReport()
    expect(parseReport(reportJson(report))).toEqual(report)
  })

  it('has a line for each file, so that any tool can compare two', () => {
    const lines = reportJson(sampleReport()).split('\n')
    expect(lines).toContain('[6,"big.so",1,27000000,9000000,9000000,0],')
  })

  type Change = (report: Report & Record<string, unknown>) => void
  const NOT_VALID: [string, Change, RegExp][] = [
    ['an unknown field', report => (report['comment'] = 'hello'), /not valid at comment/],
    ['an unknown field deep inside', report => Object.assign(report.verdict, { note: '<b>' }), /verdict\.note/],
    ['a lookalike of a field', report => Object.assign(report.verdict, { withinLimіt: true }), /verdict\.withinLimіt/],
    ['another schema version', report => Object.assign(report, { schema: 2 }), /schema version 2/],
    ['a size that is text', report => Object.assign(report.verdict, { compressed: '1' }), /verdict\.compressed/],
    ['a size below zero', report => (report.verdict.compressed = -1), /verdict\.compressed/],
    ['a size that is no whole number', report => (report.verdict.compressed = 1.5), /verdict\.compressed/],
    ['a size beyond all', report => (report.verdict.compressed = 1e300), /verdict\.compressed/],
    ['a commit that is none', report => (report.source.commit = '../../x'), /source\.commit/],
    ['a name with a line break', report => (report.files.entries[0]![1] = 'a\nb'), /files\.entries\.0\.1/],
    ['a folder with an escape', report => (report.files.folders[1] = '\u001b[31m'), /files\.folders\.1/],
    ['a name that turns the line around', report => (report.files.entries[0]![1] = 'a\u202eb'), /files\.entries\.0\.1/],
    ['a file with a field more', report => report.files.entries[0]!.push(1), /files\.entries\.0/],
    ['a file of half a byte', report => (report.files.entries[0]![4] = 0.5), /files\.entries\.0\.4/],
    ['a third variant', report => report.variants.push(report.variants[0]!), /variants/],
    ['a gem with markup for a name', report => (report.dependencies.gems = [['<b>', '1']]), /dependencies\.gems\.0/],
    ['a version with a link', report => (report.dependencies.gems = [['a', '[x](y)']]), /dependencies\.gems\.0\.1/],
    ['a history of text', report => (report.history = ['x'] as never), /history\.0/],
    ['a text that is far too long', report => (report.warnings = ['x'.repeat(5_001)]), /warnings\.0/],
    ['a process type with a space', report => (report.processTypes = { 'a b': 'x' }), /processTypes/],
    ['a date that is none', report => (report.createdAt = 'yesterday'), /createdAt/],
    ['another tool', report => Object.assign(report.tool, { name: 'x' }), /tool\.name/]
  ]
  const CONTRADICTS: [string, Change, RegExp][] = [
    ['a variant twice', report => (report.variants[1]!.name = 'with'), /a variant is there twice/],
    ['a chosen variant that is not there', report => report.variants.shift(), /chosen variant is not there/],
    ['another size in the verdict', report => (report.verdict.compressed -= 1), /verdict's size/],
    ['a verdict that lies', report => (report.verdict.withinLimit = false), /not what the limit says/],
    ['a file in no folder', report => (report.files.entries[0]![0] = 99), /a file is nowhere/],
    ['a file in no layer', report => (report.files.entries[0]![2] = 99), /a file is nowhere/],
    ['a folder twice', report => report.files.folders.push('app'), /a folder is there twice/],
    ['a top that is not the slug', report => (report.files.folders[0] = 'x'), /first folder is not the slug/],
    [
      'a layer that weighs more',
      report => (report.variants[0]!.layers[0]!.compressed += 5),
      /layers with ffmpeg are not/
    ],
    ['a file that weighs more', report => (report.files.entries[0]![5]! += 5_000), /files without ffmpeg are not/],
    ['files that are not all', report => report.files.entries.pop(), /files with ffmpeg are not the whole/]
  ]
  it.each([...NOT_VALID, ...CONTRADICTS])('with %s is refused', (_what, change, says) => {
    const text = reportJson(sampleReport(change))
    expect(() => parseReport(text)).toThrow(UserError)
    expect(() => parseReport(text)).toThrow(says)
  })

  it.each(['', 'null', '[]', '{}', '7', '{', `"${'x'.repeat(25_000_001)}"`, '['.repeat(1_000_000)])(
    '%.20j is refused',
    text => expect(() => parseReport(text)).toThrow(UserError)
  )

  it('cannot reach the prototype of objects', () => {
    const text = reportJson(sampleReport()).replace(
      '"processTypes": {',
      '"processTypes": { "__proto__": { "polluted": true },'
    )
    expect(Object.keys(parseReport(text).processTypes)).toEqual(['web'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('can be judged by another limit than its own', () => {
    const judged = judgedBy(sampleReport(), { limit: 250_000_000, warnsAt: 1, stopsAt: 2 })
    expect(judged.verdict).toMatchObject({ limit: 250_000_000, withinLimit: false, compressed: 271_400_000 })
    expect(judged.heroku).toEqual({ warnsAt: 1, stopsAt: 2 })
  })
})
