import { describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { compareReports, pageData, renderPage, type Report } from '../../src/report/index.ts'
import { neighbour } from '../../src/report/page/client/neighbour.ts'
import { squarify } from '../../src/report/page/client/squarify.ts'
import { buildTree, find, pathOf, weigh } from '../../src/report/page/client/tree.ts'
import { sampleReport, type SampleFile } from './sample.ts'

const PARTS = { script: 'void 0', style: 'p{}' }

function dataOf(report: Report, base?: Report) {
  return pageData({
    report,
    history: [],
    baseline: base && { report: base, branch: 'main', behind: 0 },
    comparison: base && compareReports(report, base)
  })
}

const files = (...list: SampleFile[]): Report => sampleReport(() => {}, list)

describe('the data of the page', () => {
  it('has a row for each file, in both variants', () => {
    const { files: columns, folders, layers } = dataOf(sampleReport())
    expect(columns.name).toContain('big.so')
    const row = columns.name.indexOf('ffmpeg')
    expect([folders[columns.folder[row]!], layers[columns.layer[row]!]]).toEqual(['bin', 'heroku/ruby'])
    expect([columns.with[row], columns.without[row]]).toEqual([71_400_000, null])
    expect(columns.changeWith.every(change => change === 0)).toBe(true)
  })

  it('has what is gone, new or another version as changes', () => {
    const { files: columns, folders } = dataOf(
      files(['gems/a-2.0.0/x', 'source', 500_000], ['new', 'source', 70]),
      files(['gems/a-1.0.0/x', 'source', 300_000], ['old/gone', 'source', 90])
    )
    const rows = columns.name.map((name, row) => [
      `${folders[columns.folder[row]!]}/${name}`,
      columns.with[row],
      columns.changeWith[row]
    ])
    expect(rows).toEqual([
      ['gems/a-2.0.0/x', 500_000, 200_000],
      ['/new', 70, 70],
      ['old/gone', null, -90]
    ])
  })

  it('ends its history with this build', () => {
    const data = pageData({
      report: sampleReport(),
      history: [{ commit: 'a'.repeat(40), at: '2026-11-20T00:00:00Z', with: 1, chosen: 'with' }]
    })
    expect(data.history.map(({ commit }) => commit[0])).toEqual(['a', 'b'])
  })
})

describe('the page as a file', () => {
  const evil = '</script><script>alert(1)</script><!--<b>"'

  it('forbids all but its own script and style', () => {
    const html = renderPage(dataOf(sampleReport()), PARTS)
    const hash = (text: string): string => createHash('sha256').update(text).digest('base64')
    expect(html).toContain(
      `content="default-src 'none'; script-src 'sha256-${hash(PARTS.script)}'; style-src 'sha256-${hash(PARTS.style)}'; base-uri 'none'; form-action 'none'"`
    )
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/)
  })

  it('keeps names from ending an element, wherever they stand', () => {
    const report = sampleReport(
      draft => {
        draft.source.ref = draft.stack = evil
        draft.source.mastodonVersion = evil
      },
      [[`${evil}/${evil}`, evil, 5_000_000]]
    )
    const html = renderPage({ ...dataOf(report), title: evil }, PARTS)
    expect(html.match(/<script/g)).toHaveLength(2)
    expect(html.match(/<\/script>/g)).toHaveLength(2)
    expect(html).not.toContain('<!--')
    expect(html).not.toContain('<b>')
    const json = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!
    expect((JSON.parse(json) as { layers: string[] }).layers).toEqual([evil])
  })

  it('tells the verdict and the sizes without its script', () => {
    const html = renderPage(dataOf(sampleReport()), PARTS)
    expect(html).toContain('Within the limit: 271.4 MB of 300.0 MB (90.5 %), 28.6 MB left')
    expect(html).toContain('<noscript>')
    expect(html).toMatch(/<th scope="row">without ffmpeg<\/th><td class="number">200\.0 MB<\/td>/)
  })

  it('is no green one where ffmpeg does not work, and has the streaming app’s slug', () => {
    const report = sampleReport(draft => {
      draft.verdict.problem = 'ffmpeg does <not> start'
      draft.streaming = { compressed: 310_000_000, raw: 5, files: 6 }
    })
    const html = renderPage(dataOf(report), PARTS)
    expect(html).toContain('<div class="verdict over" data-variant="with">')
    expect(html).toContain('Not fit to ship: ffmpeg does &#60;not&#62; start. Size: 271.4 MB of 300.0 MB')
    expect(html).toMatch(/<th scope="row">streaming app<\/th><td class="number">310\.0 MB<\/td>.*10\.0 MB too much/)
  })

  it('refuses a script that would end its element', () =>
    expect(() => renderPage(dataOf(sampleReport()), { ...PARTS, script: '"</script>"' })).toThrow(/end its element/))
})

describe('a treemap', () => {
  const area = { x: 0, y: 0, width: 600, height: 400 }

  it('gives each weight its share of the area, and leaves nothing empty', () => {
    const weights = [60, 60, 40, 30, 20, 20, 10]
    const rectangles = squarify(weights, area)
    rectangles.forEach(({ width, height }, i) => expect(width * height).toBeCloseTo(weights[i]! * 1_000, 3))
    for (const { x, y, width, height } of rectangles) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + width).toBeLessThanOrEqual(600.001)
      expect(y + height).toBeLessThanOrEqual(400.001)
    }
    // The paper's own example: no rectangle is thinner than 3 to 1.
    for (const { width, height } of rectangles) expect(Math.max(width / height, height / width)).toBeLessThan(3)
  })

  it('moves to the neighbour that one would point at', () => {
    const [left, right, below] = [
      { x: 0, y: 0, width: 10, height: 10 },
      { x: 10, y: 0, width: 10, height: 10 },
      { x: 0, y: 10, width: 20, height: 10 }
    ]
    const all = [left, right, below]
    expect(neighbour(all, 0, 'ArrowRight')).toBe(1)
    expect(neighbour(all, 1, 'ArrowLeft')).toBe(0)
    expect(neighbour(all, 1, 'ArrowDown')).toBe(2)
    expect(neighbour(all, 2, 'ArrowUp')).toBe(0)
    expect(neighbour(all, 0, 'ArrowLeft')).toBe(-1)
  })
})

describe('the tree of the slug', () => {
  const data = dataOf(sampleReport())

  it.each(['layer', 'directory'] as const)('by %s adds up to the whole', by => {
    const tree = buildTree(data, by)
    for (const name of ['with', 'without'] as const) {
      const weights = weigh(tree, name)
      const sum = data.files[name].reduce<number>((all, size) => all + (size ?? 0), 0)
      expect(weights.compressed[0]).toBe(sum)
      expect(weights.files[0]).toBe(data.files[name].filter(size => size !== null).length)
    }
  })

  it('finds a folder by its names, and the top where there is none', () => {
    const tree = buildTree(data, 'directory')
    expect(pathOf(tree, find(tree, undefined, 'node_modules/react'))).toBe('node_modules/react')
    for (const hostile of ['../..', '__proto__', 'x'.repeat(10_000)]) expect(find(tree, hostile, hostile)).toBe(0)
  })
})
