/**
 * `report.ts make DIR` writes two reports of 60,000 files. `report.ts render DIR PAGE` (the folder with the page's script) reads, compares and renders them, as `build`
 * and `comment` do, and prints one line of JSON: seconds, those of `JSON.parse` alone, the process's largest memory in
 * bytes, bytes of the page and of a report.json.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  compareReports,
  mergeHistories,
  pageData,
  pageParts,
  parseReport,
  renderMarkdown,
  renderPage,
  reportJson,
  type Told
} from '../src/report/index.ts'
import { sampleReport, type SampleFile } from '../__tests__/report/sample.ts'

const FILES = 60_000

const [what, folder, parts] = process.argv.slice(2) as [string, string, string]
const [headFile, baseFile] = [path.join(folder, 'head.json'), path.join(folder, 'base.json')]
if (what === 'make') {
  writeFileSync(headFile, reportJson(reportOf('4.7.0', 'b', 1)))
  writeFileSync(baseFile, reportJson(reportOf('4.6.5', 'a', 0)))
} else await render()

async function render(): Promise<void> {
  const page = await pageParts(pathToFileURL(`${parts}/`))
  const texts = [headFile, baseFile].map(file => readFileSync(file, 'utf8'))
  let html = ''
  const seconds = timed(() => {
    const [report, base] = texts.map(parseReport) as [Told['report'], Told['report']]
    const told: Told = {
      report,
      baseline: { report: base, branch: 'main', behind: 0 },
      comparison: compareReports(report, base),
      history: mergeHistories([base])
    }
    renderMarkdown(told)
    renderMarkdown(told, 65_000)
    html = renderPage(pageData(told), page)
  })
  const maxRss = process.resourceUsage().maxRSS * 1024
  const plain = timed(() => texts.map(text => JSON.parse(text) as unknown))
  console.log(
    JSON.stringify({ seconds, plain, maxRss, page: Buffer.byteLength(html), json: Buffer.byteLength(texts[0]!) })
  )
}

function timed(work: () => unknown): number {
  const start = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - start) / 1e9
}

/** Files as they lie in a slug: gems, packages, bundles; a tenth of them is another one in each version. */
function reportOf(version: string, digit: string, seed: number) {
  const files = Array.from({ length: FILES }, (_, i): SampleFile => {
    const size = 200 + ((i * 7_919 + (i % 10 === 0 ? seed * 1_000 : 0)) % 9_000)
    const own = i % 10 === 0 ? `${seed}` : ''
    const kinds = [
      `vendor/bundle/ruby/4.0.0/gems/gem-${i % 300}-1.${own || 0}.2/lib/gem/${i % 17}/file_${i}.rb`,
      `node_modules/@scope/package-${i % 1_200}/dist/esm/${i % 13}/module-${i}.js`,
      `public/packs/assets/${i % 40}/bundle_${i}-${digit.repeat(4)}${1000 + (i % 9000)}.js`
    ]
    return [kinds[i % 3]!, i % 3 === 0 ? 'heroku/ruby' : 'heroku/nodejs', size, i % 50 === 0 ? null : size]
  })
  return sampleReport(report => {
    report.source.mastodonVersion = version
    report.source.commit = digit.repeat(40)
  }, files)
}
