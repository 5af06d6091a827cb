import { describe, expect, it } from '@jest/globals'
import { figures } from '../../scripts/figures.mts'
import { commentPage } from '../../scripts/pictures.mts'
import { sampleReport } from '../report/sample.ts'

describe('tables of what was measured', () => {
  it('have a row a tree, then its layers, rules and what could go on top, the largest first', () => {
    const one = sampleReport()
    const other = sampleReport(report => {
      report.streaming = { compressed: 52_700_000, raw: 1, files: 1 }
      report.trim.rules.push({ name: 'node-modules', why: '', files: 1, raw: 1, saves: 77_760_000 })
      report.trim.possible = [{ name: 'bootsnap', why: '', setting: '', files: 1, raw: 1, saves: 17_010_000 }]
    })
    expect(
      figures([
        ['one', one],
        ['other', other]
      ])
    ).toBe(`| tree | chosen slug, untrimmed | with ffmpeg | without | streaming app |
| --- | --: | --: | --: | --: |
| one, 4.7.6 | 271.4 MB | 271.4 MB | 200.0 MB | – |
| other, 4.7.6 | 271.4 MB | 271.4 MB | 200.0 MB | 52.7 MB |

| layer of the chosen slug | one | other |
| --- | --: | --: |
| heroku/ruby | 271.4 MB | 271.4 MB |
| source | 0.0 MB | 0.0 MB |
| archive | 0.0 MB | 0.0 MB |

| rule of \`safe\` | one | other |
| --- | --: | --: |
| \`node-modules\` | – | 77.8 MB |
| \`source-maps\` | 0.0 MB | 0.0 MB |

| on top | one | other |
| --- | --: | --: |
| \`bootsnap\` | – | 17.0 MB |
`)
  })
})

describe('the picture of a comment', () => {
  it('shows alerts by their name', () => {
    const page = commentPage('## Over\n\n> [!WARNING]\n> Red\n')
    expect(page).toContain('<h2>Over</h2>')
    expect(page).toContain('<strong>Warning</strong><br>\nRed')
  })
})
