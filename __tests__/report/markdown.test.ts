import { describe, expect, it } from '@jest/globals'
import {
  compareReports,
  headline,
  renderMarkdown,
  type Baseline,
  type HistoryPoint,
  type Report,
  type Told
} from '../../src/report/index.ts'
import { signedSize } from '../../src/runtime/index.ts'
import { code, escape } from '../../src/verdict/index.ts'
import { sampleReport, type SampleFile } from './sample.ts'

function told(report: Report, more: Partial<Told> = {}): Told {
  return { report, history: [], ...more }
}

function compared(report: Report, base: Report, more: Partial<Told> = {}, baseline: Partial<Baseline> = {}): Told {
  const against: Baseline = {
    report: base,
    branch: 'main',
    behind: 0,
    runUrl: 'https://github.test/run/1',
    ...baseline
  }
  return told(report, { baseline: against, comparison: compareReports(report, base), ...more })
}

const base = (files?: SampleFile[]): Report =>
  sampleReport(report => {
    report.source.commit = 'a'.repeat(40)
    report.createdAt = '2026-11-21T10:00:00.000Z'
  }, files)

describe('the headline', () => {
  const verdict = (change: Partial<Report['verdict']>): string =>
    headline(told(sampleReport(draft => void Object.assign(draft.verdict, change))))
  it.each([
    [{}, 'Within the limit: 271.4 MB of 300.0 MB (90.5 %), 28.6 MB left'],
    [{ compressed: 300_000_000 }, 'Within the limit: 300.0 MB of 300.0 MB (100.0 %), 0 bytes left'],
    [
      { compressed: 320_000_000, withinLimit: false },
      'Over the limit: 320.0 MB of 300.0 MB (106.7 %), 20.0 MB too much'
    ],
    [
      { problem: 'ffmpeg does not start' },
      'Not fit to ship: ffmpeg does not start. Size: 271.4 MB of 300.0 MB (90.5 %), 28.6 MB left'
    ]
  ])('%j', (change, text) => expect(verdict(change)).toBe(text))

  const grown = sampleReport(() => {}, [['a.so', 'source', 271_400_000]])
  const small = base([['a.so', 'source', 268_200_000]])

  it('names the change and what it is against', () =>
    expect(headline(compared(grown, small))).toBe(
      'Within the limit: 271.4 MB of 300.0 MB (90.5 %), +3.2 MB against main at aaaaaaaa, 28.6 MB left'
    ))

  it('says so where it has grown by more than is accepted', () =>
    expect(headline(compared(grown, small, { maxGrowth: { bytes: 3_000_000 } }))).toMatch(
      /^Grown by more than 3 MB: 271\.4 MB .* \+3\.2 MB against/
    ))

  it('is no green one where the streaming app’s slug is over the limit', () => {
    const report = sampleReport(draft => (draft.streaming = { compressed: 310_000_000, raw: 2, files: 3 }))
    expect(headline(told(report))).toBe(
      "Over the limit: the streaming app's slug, 310.0 MB (103.3 %), 10.0 MB too much; the main one: 271.4 MB of 300.0 MB (90.5 %), 28.6 MB left"
    )
    const lines = renderMarkdown(compared(report, base([['a', 'source', 5_000_000]]))).split('\n')
    expect(lines.find(line => line.startsWith('| **streaming app**'))).toMatch(
      /\| \*\*too large\*\* \| \*\*310\.0 MB\*\* \|/
    )
    expect(lines.find(line => line.startsWith('| with ffmpeg'))).toBeDefined()
    expect(lines.some(line => line.startsWith('<details open><summary>What changed'))).toBe(true)
  })

  it('does not show a stranger’s own words for a problem', () =>
    expect(
      headline(
        told(
          sampleReport(draft => (draft.verdict.problem = 'call 555-0199')),
          { measuredBy: 7 }
        )
      )
    ).toMatch(/^Not fit to ship: its ffmpeg does not work\./))
})

describe('a change in size', () => {
  it.each([
    [0, 'no change'],
    [1, '+1 bytes'],
    [-999, '−999 bytes'],
    [12_345, '+12.3 kB'],
    [-3_200_000, '−3.2 MB']
  ])('%d reads %s', (bytes, text) => expect(signedSize(bytes)).toBe(text))
})

describe('the report as Markdown', () => {
  it('begins with the verdict, and has a row a variant', () => {
    const lines = renderMarkdown(told(sampleReport())).split('\n')
    expect(lines[0]).toBe('## Within the limit: 271.4 MB of 300.0 MB (90.5 %), 28.6 MB left')
    expect(lines).toContain('| with ffmpeg | fits, chosen | 271.4 MB | 300.0 MB | 90.5 % |')
    expect(lines).toContain('| without ffmpeg | fits | 200.0 MB | 300.0 MB | 66.7 % |')
  })

  it('shows each size with its change, and the streaming app’s', () => {
    const report = sampleReport(draft => (draft.streaming = { compressed: 60_000_000, raw: 2, files: 3 }))
    const before = base()
    before.streaming = { compressed: 59_000_000, raw: 2, files: 3 }
    before.variants[1]!.compressed -= 1_000_000
    const lines = renderMarkdown(compared(report, before)).split('\n')
    expect(lines).toContain('| with ffmpeg | fits, chosen | 271.4 MB | no change | 300.0 MB | 90.5 % |')
    expect(lines).toContain('| without ffmpeg | fits | 200.0 MB | +1.0 MB (+0.5 %) | 300.0 MB | 66.7 % |')
    expect(lines).toContain('| streaming app | fits | 60.0 MB | +1.0 MB (+1.7 %) | 300.0 MB | 20.0 % |')
  })

  it('prints the row that breaks a rule in bold', () => {
    const report = sampleReport(() => {}, [['a', 'source', 310_000_000, 200_000_000]])
    const lines = renderMarkdown(told(report)).split('\n')
    expect(lines.find(line => line.startsWith('| **with ffmpeg**'))).toMatch(
      /^\| \*\*with ffmpeg\*\* \| \*\*too large, chosen\*\* \| \*\*310\.0 MB\*\*/
    )
    expect(lines.find(line => line.startsWith('| without ffmpeg'))).toBeDefined()
    const grown = sampleReport(() => {}, [['a', 'source', 20_000_000, 5]])
    const text = renderMarkdown(compared(grown, base([['a', 'source', 10_000_000, 5]]), { maxGrowth: { percent: 50 } }))
    expect(text).toContain('**+10.0 MB (+100.0 %)**')
    expect(text).toContain('**fits, grown too much, chosen**')
  })

  it('says with what it is compared, how old that is, and links to it', () => {
    const text = renderMarkdown(compared(sampleReport(), base(), { repositoryUrl: 'https://github.test/o/r' }))
    expect(text).toContain(
      `Compared with [\`aaaaaaaa\`](https://github.test/o/r/commit/${'a'.repeat(40)}) of \`main\`, [built](https://github.test/run/1) on 2026-11-21, 2 days before.`
    )
    expect(text).not.toContain('nearest ancestor')
  })

  it('ends with commit, stack, image, version, buildpacks and the run', () => {
    const text = renderMarkdown(told(sampleReport(), { runUrl: 'https://github.test/run/2' }))
    expect(text.trimEnd().split('\n').at(-1)).toBe(
      '<sub>Mastodon 4.7.6, commit `bbbbbbbb` (`main`), stack `heroku-24`, built in a container of `heroku/heroku:24-build` by mastodon-on-heroku 0.1.0, 2026-11-23T10:00:00.000Z. Buildpacks: `heroku/ruby` aaaaaaaa. MB = 10<sup>6</sup> bytes. [The run](https://github.test/run/2) keeps the whole report, with a page to look into it.</sub>'
    )
  })

  it('says that the base is stale, is only an ancestor, had another variant or stack', () => {
    const old = base()
    old.createdAt = '2026-09-01T10:00:00.000Z'
    old.stack = 'heroku-22'
    Object.assign(old.verdict, { chosen: 'without', compressed: 200_000_000 })
    const text = renderMarkdown(compared(sampleReport(), old, {}, { behind: 3, wanted: 'c'.repeat(40) }))
    expect(text).toContain(
      'The base is `cccccccc`, of which there is no report: this is the nearest ancestor with one, 3 commits back.'
    )
    expect(text).toContain('**That is long ago**')
    expect(text).toContain('There the slug **without ffmpeg** was chosen; here it is the one with ffmpeg.')
    expect(text).toContain("Its stack was `heroku-22`; this one's is `heroku-24`.")
  })

  it('says why there is nothing to compare with, and when the base lacks the variant', () => {
    expect(renderMarkdown(told(sampleReport(), { noBaseline: 'nobody built it.' }))).toContain(
      'There is nothing to compare with: nobody built it.'
    )
    const without = base()
    without.variants.shift()
    Object.assign(without.verdict, { chosen: 'without', compressed: 200_000_000 })
    const text = renderMarkdown(compared(sampleReport(), without))
    expect(text).toContain('It has no slug with ffmpeg, so the change is not known.')
    expect(text.split('\n')[0]).not.toContain('against')
  })

  it('shows what runs now as a second comparison', () => {
    const live = { app: 'my-mastodon', version: 42, commit: 'd'.repeat(40), bytes: 268_000_000 }
    expect(renderMarkdown(told(sampleReport(), { live }))).toContain(
      '`my-mastodon` runs release v42, commit `dddddddd`, with a slug of 268.0 MB. This one would be +3.4 MB.'
    )
  })

  it('names what brought the growth: gems and packages with their versions, buildpacks, Mastodon', () => {
    const files = (rails: string, size: number): SampleFile[] => [
      [`vendor/bundle/ruby/4.0.0/gems/rails-${rails}/a.rb`, 'heroku/ruby', size],
      ['node_modules/react/index.js', 'heroku/ruby', 5_000_000]
    ]
    const head = sampleReport(
      report => {
        report.dependencies = {
          gems: [['rails', '8.2.0']],
          packages: [
            ['left-pad', '1.3.0'],
            ['react', '19.2.0']
          ]
        }
        report.layers[1]!.buildpack!.version = 'f'.repeat(40)
      },
      [...files('8.2.0', 9_000_000), ['node_modules/left-pad/index.js', 'heroku/ruby', 2_000_000]]
    )
    const before = base(files('8.1.1', 1_000_000))
    before.source.mastodonVersion = '4.6.5'
    const text = renderMarkdown(compared(head, before))
    expect(text).toContain('<details><summary>What changed: +10.0 MB</summary>')
    expect(text).toContain(
      'Most of what was added: gem `rails` 8.1.1 → 8.2.0 (+8.0 MB); npm package `left-pad` 1.3.0 (new, +2.0 MB).'
    )
    expect(text).toContain(
      'Other versions: Mastodon 4.6.5 → 4.7.6; buildpack `heroku/ruby` aaaaaaaaaaaa → ffffffffffff.'
    )
    expect(text).toContain('| gem `rails` 8.1.1 → 8.2.0 | grown | +8.0 MB |')
    expect(text).toContain('| `node_modules/left-pad/index.js` | new | +2.0 MB | 2.0 MB |')
  })

  it.each([
    [['1.0', '2.0'], ['1.0', '2.1'], '2.0 → 2.1'],
    [['1.0'], ['1.0', '2.0'], '1.0 → 1.0, 2.0'],
    [['1.0'], ['1.0'], '1.0'],
    [[], Array.from({ length: 900 }, (_, i) => `${i}.0`), '0.0, 1.0, 2.0, 3.0 and 896 more'],
    [['1.0'], [], '1.0']
  ])('tells of the versions %j and %j: %s', (from, to, text) => {
    const of = (versions: string[]) => versions.map((version): [string, string] => ['lru-cache', version])
    const file = (size: number): SampleFile => ['node_modules/lru-cache/index.js', 'heroku/nodejs', size]
    const head = sampleReport(report => (report.dependencies.packages = of(to)), to.length > 0 ? [file(90_000)] : [])
    const before = base(from.length > 0 ? [file(50_000)] : [])
    before.dependencies.packages = of(from)
    expect(renderMarkdown(compared(head, before))).toContain(`| npm package \`lru-cache\` ${text} | `)
  })

  it('reads as a whole like this', () => {
    const gem = (version: string, size: number): SampleFile => [
      `vendor/bundle/ruby/4.0.0/gems/rails-${version}/lib/rails.rb`,
      'heroku/ruby',
      size
    ]
    const head = sampleReport(
      report => {
        report.dependencies.gems = [['rails', '8.2.0']]
        report.streaming = { compressed: 60_000_000, raw: 140_000_000, files: 2_000 }
      },
      [gem('8.2.0', 200_000_000), ['bin/ffmpeg', 'heroku/ruby', 71_400_000, null], ['new/tool', 'source', 3_000_000]]
    )
    const before = base([gem('8.1.1', 190_000_000), ['bin/ffmpeg', 'heroku/ruby', 71_400_000, null]])
    const point = {
      commit: '9'.repeat(40),
      at: '2026-11-20T00:00:00.000Z',
      mastodonVersion: '4.7.5',
      with: 261_000_000
    }
    const text = renderMarkdown(
      compared(head, before, {
        app: 'my-mastodon',
        live: { app: 'my-mastodon', version: 42, commit: 'd'.repeat(40), bytes: 268_000_000 },
        history: [{ ...point, chosen: 'with' }],
        repositoryUrl: 'https://github.test/o/r',
        runUrl: 'https://github.test/run/2'
      })
    )
    expect(text).toMatchSnapshot()
  })

  it('folds what changed, but for where it breaks a rule', () => {
    const head = sampleReport(() => {}, [['a', 'source', 310_000_000]])
    expect(renderMarkdown(compared(head, base([['a', 'source', 300_000_000]])))).toContain(
      '<details open><summary>What changed'
    )
  })

  it('shows the last sizes of the base and this one', () => {
    const point = (day: number, size: number): HistoryPoint => ({
      commit: `${day}`.padStart(40, '0'),
      at: `2026-11-${day}T00:00:00.000Z`,
      mastodonVersion: '4.7.5',
      with: size,
      chosen: 'with'
    })
    const history = Array.from({ length: 12 }, (_, i) => point(10 + i, 250_000_000 + i * 1_000_000))
    const text = renderMarkdown(told(sampleReport(), { history }))
    const trend = text.slice(text.indexOf('<summary>Trend'), text.indexOf('<summary>Layers'))
    expect(trend.match(/^\|.*$/gm)!.slice(2)).toHaveLength(11)
    expect(trend).toContain('| `00000000` | 2026-11-21 | 4.7.5 | 261.0 MB | +1.0 MB |')
    expect(trend).toContain('| this one | 2026-11-23 | 4.7.6 | 271.4 MB | +10.4 MB |')
  })

  it('says loudly what an instance without ffmpeg cannot do, and why it has none', () => {
    const report = sampleReport(({ verdict, ffmpeg, variants }) => {
      Object.assign(verdict, { chosen: 'without', compressed: 200_000_000 })
      ffmpeg.givenUp = true
      variants[0]!.compressed = 374_100_000
    })
    const text = renderMarkdown(told(report))
    expect(text).toContain('> [!WARNING]')
    expect(text).toContain('with it the slug would be 374.1 MB, 74.1 MB over the limit')
    expect(text).toContain('uploads of video, audio and animated GIFs fail')
    expect(text).toContain('| **with ffmpeg** | **too large** | **374.1 MB** |')
  })

  it('says loudly that the slug does not verify its Redis', () => {
    const shown = (redisTls?: 'no-verify'): string =>
      renderMarkdown(told(sampleReport(report => void (report.redisTls = redisTls))))
    expect(shown('no-verify')).toContain('> [!WARNING]\n> Redis certificate not verified')
    expect(shown()).not.toContain('Redis')
  })

  it('lists the ways back under the limit, the cheapest first', () => {
    const report = sampleReport(({ verdict, variants, trim }) => {
      Object.assign(verdict, { compressed: 320_000_000, withinLimit: false })
      variants[0]!.compressed = 320_000_000
      Object.assign(trim, { applied: false, before: 320_000_000, after: 305_000_000, possible: POSSIBLE })
    })
    const ways = (measuredBy?: number): string[] => {
      const text = renderMarkdown({ ...told(report), measuredBy })
      return text.slice(text.indexOf('### Ways back'), text.indexOf('<summary>Layers')).match(/^\d\. .*$/gm)!
    }
    expect(ways()).toEqual([
      '1. `slug.trim: safe` saves 15.0 MB; still 5.0 MB over.',
      expect.stringMatching(/^2\. `ffmpeg: auto` or `without` saves 120\.0 MB; it fits then\./),
      '3. `streaming-app: NAME` saves 52.0 MB; it fits then. It costs one dyno.',
      '4. `slug.trim: [safe, "tmp/cache/bootsnap"]` saves 4.0 MB; still 1.0 MB over. Slower boots.',
      expect.stringMatching(/^5\. A higher `slug\.limit`/)
    ])
    // Another's report: its texts are anyone's.
    expect(ways(7).slice(2, 4)).toEqual([
      '3. `streaming-app` saves 52.0 MB; it fits then.',
      '4. `bootsnap` saves 4.0 MB; still 1.0 MB over.'
    ])
  })

  it('tells what trimming left in and why, and what could go on top, the largest first', () => {
    const report = sampleReport(({ trim }) =>
      Object.assign(trim, {
        possible: POSSIBLE,
        leftIn: [{ name: 'node-modules', why: 'lib/x.rb:3 names node_modules' }]
      })
    )
    const text = renderMarkdown(told(report))
    expect(text).toContain('- `node-modules` was left in: lib/x.rb')
    const rows = text.slice(text.indexOf('What could go on top')).match(/^\| `.*$/gm)!
    expect(rows.slice(0, 3).map(row => row.replace(/ +/g, ' '))).toEqual([
      '| `streaming-app` | 200 | 120.0 MB | 52.0 MB | It costs one dyno. | `streaming-app: NAME` |',
      '| `bootsnap` | 20 | 12.0 MB | 4.0 MB | Slower boots. | `slug.trim: [safe, "tmp/cache/bootsnap"]` |',
      '| `gem-tests` | 5 | 0.1 MB | 20.0 kB | Tests. | `slug.trim: [safe, "x"]` |'
    ])
    expect(renderMarkdown({ ...told(report), measuredBy: 7 })).not.toContain('lib/x.rb')
  })
})

const POSSIBLE = [
  { name: 'gem-tests', why: 'Tests.', setting: 'slug.trim: [safe, "x"]', files: 5, raw: 100_000, saves: 20_000 },
  {
    name: 'bootsnap',
    why: 'Slower boots.',
    setting: 'slug.trim: [safe, "tmp/cache/bootsnap"]',
    files: 20,
    raw: 12_000_000,
    saves: 4_000_000
  },
  {
    name: 'streaming-app',
    why: 'It costs one dyno.',
    setting: 'streaming-app: NAME',
    files: 200,
    raw: 120_000_000,
    saves: 52_000_000
  }
]

const EVIL =
  '|`</code><img src=x onerror=1> @team #1 GH-1 [a](https://x) www.x.test **b** __b__ ::error::x <!-- --> $x$ \u202eabc'

function evilReport(): Report {
  const name = EVIL.replace('\u202e', '')
  return sampleReport(
    report => {
      report.warnings = [EVIL]
      report.source.ref = EVIL
      report.source.mastodonVersion = EVIL
      report.stack = EVIL
      report.tool.version = EVIL
      report.place.buildImage = EVIL
      for (const layer of report.variants[0]!.layers) layer.name = EVIL
      report.layers[1]!.name = EVIL
      report.layers[1]!.buildpack!.version = EVIL
      report.processTypes = { web: EVIL }
      report.trim.rules[0]!.name = report.trim.rules[0]!.why = EVIL
      report.trim.possible = [{ ...report.trim.rules[0]!, setting: EVIL }]
      report.trim.leftIn = [{ name: EVIL, why: EVIL }]
      report.ffmpeg.check!.version = EVIL
      report.ffmpeg.providers = [EVIL]
      report.verdict.problem = EVIL
    },
    [
      [`${name}/x.rb`, EVIL, 40_000_000],
      [`node_modules/${name}`, EVIL, 40_000_000]
    ]
  )
}

describe('text of others', () => {
  it.each([undefined, 7])('never acts as markup (measured by pull request: %s)', measuredBy => {
    const text = renderMarkdown(
      compared(evilReport(), base(), {
        measuredBy,
        history: [{ ...base().history[0]!, commit: 'a'.repeat(40), at: '2026', chosen: 'with', mastodonVersion: EVIL }]
      })
    )
    expect(text).not.toMatch(
      /<img|@team|#1 |GH-1|\]\(https:\/\/x|https:\/\/x|www\.x|\*\*b|__b|`<|::error|<!--|\u202e|\$x\$/
    )
    const columns = text
      .split('\n\n')
      .filter(block => block.startsWith('|'))
      .map(block => new Set(block.split('\n').map(line => line.split('|').length)).size)
    expect(columns.length).toBeGreaterThan(4)
    expect(new Set(columns)).toEqual(new Set([1]))
  })

  it('is not shown at all where a stranger’s build wrote it, but for names', () => {
    const report = sampleReport(draft => {
      draft.warnings = ['Call 555-0199']
      draft.processTypes = { web: 'Call 555-0199' }
      draft.ffmpeg.check!.version = 'Call 555-0199'
      draft.source.ref = 'Call 555-0199'
      draft.trim.rules[0]!.why = 'Call 555-0199'
      draft.verdict.problem = 'Call 555-0199'
    })
    const text = renderMarkdown(told(report, { measuredBy: 7 }))
    expect(text).not.toContain('555-0199')
    expect(text).toContain("Pull request 7's own build measured this")
    expect(renderMarkdown(told(report))).toContain('555-0199')
  })

  it('keeps what is harmless readable', () =>
    expect(escape("It can't: 1.5 MB (a_b) - ok/ü!")).toBe("It can't: 1.5 MB (a_b) - ok/ü!"))

  it.each([
    'node_modules/@scope/a_b/index.js',
    'https://github.com/a/b#v1',
    '.apt/usr/lib/libx265.so.199',
    'c++',
    '@team'
  ])('shows the plain name %s as code that an e-mail shows as it is', name => expect(code(name)).toBe(`\`${name}\``))

  it.each(['a`b', 'a|b', 'a b', '<b>', 'a\\b', 'a*b', '&amp;', '[a](b)', 'ü', 'a\n', '$x$', '', '!a'])(
    'shows %j escaped, since it could be more than a name',
    name => expect(code(name)).toMatch(/^<code>[^`|<>*[\\\n]*<\/code>$/)
  )
})

describe('a report that is too long', () => {
  const long = '<&>"'.repeat(490)
  const report = sampleReport(
    () => {},
    Array.from({ length: 400 }, (_, i): SampleFile => [`${i}${long}/${i}${long}`, 'source', 1_000_000 - i])
  )
  const whole = compared(report, base(), { runUrl: 'https://github.test/run/2' })

  it.each([65_536, 20_000, 8_000])('is cut to %d characters, says what is left out and where it is', longest => {
    const text = renderMarkdown(whole, longest)
    expect(text.length).toBeLessThanOrEqual(longest)
    expect(text).toMatch(/^## /)
    expect(text).toMatch(/<sub>.*MB = 10<sup>6<\/sup> bytes/)
    expect(text.match(/<details/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0)
    if (longest < 65_536) {
      expect(text).toMatch(/Left out, since a comment is too short for it: .*the largest files/)
      expect(text).toContain('[summary of the job](https://github.test/run/2)')
    }
  })

  it('is cut also where its warnings are without end', () => {
    const warned = sampleReport(draft => (draft.warnings = Array(200).fill('<'.repeat(5_000)) as string[]))
    const text = renderMarkdown(told(warned), 60_000)
    expect(text.length).toBeLessThanOrEqual(60_000)
    expect(text).toContain('- 190 more are in the log.')
  })

  it('keeps the more important', () => {
    const text = renderMarkdown(whole, 30_000)
    expect(text).toContain('<summary>What changed')
    expect(text).not.toContain('<summary>Largest files')
  })
})
