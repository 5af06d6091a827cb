import { amountText, signedSize, numberText, shareText, sizeText } from '../../runtime/index.ts'
import { code, escape, table, judgeSize, roomText, sizeOfLimit } from '../../verdict/index.ts'
import { judgedSizes, type Report, type ReportVariant } from '../data.ts'
import { grownTooMuch } from '../growth.ts'
import { changeCell, whatChanged } from './changes.ts'
import {
  commitLink,
  directoryTable,
  ffmpegLines,
  fileTable,
  folded,
  layerTable,
  processTypes,
  trendTable,
  trimTable,
  warningLines,
  waysBack,
  WITHOUT_FFMPEG
} from './sections.ts'
import { type Told } from './told.ts'
import { upgradeMarkdown } from './upgrade.ts'

export { type Baseline, type LiveSlug, type Told } from './told.ts'

/** A piece of the report. */
interface Block {
  readonly text: string
  /** What it is called if it had to be left out. A block without a name is never left out. */
  readonly name?: string
}

/**
 * The report as Markdown: the verdict with its figures first, then a table, then everything else, folded. Every text of
 * others is escaped.
 * @param longest characters; what does not fit is left out, the least important first, and the text says so
 */
export function renderMarkdown(told: Told, longest = Infinity): string {
  const blocks = blocksOf(told).filter(({ text }) => text !== '')
  const leftOut: string[] = []
  for (;;) {
    const text = assemble(blocks, leftOut, told.runUrl)
    if (text.length <= longest) return text
    const last = blocks.findLastIndex(({ name }) => name !== undefined)
    if (last < 0) throw new Error(`a report of ${text.length} characters cannot be made shorter`)
    leftOut.unshift(blocks.splice(last, 1)[0]!.name!)
  }
}

function assemble(blocks: readonly Block[], leftOut: readonly string[], runUrl: string | undefined): string {
  const texts = blocks.map(({ text }) => text)
  if (leftOut.length > 0) {
    const where = runUrl === undefined ? 'the summary of the job' : `the [summary of the job](${runUrl})`
    texts.splice(-1, 0, `Left out, since a comment is too short for it: ${leftOut.join(', ')}. It is in ${where}.`)
  }
  return `${texts.join('\n\n')}\n`
}

/** In the order in which they are read: the most important first. */
function blocksOf(told: Told): Block[] {
  const { report, measuredBy } = told
  const ours = measuredBy === undefined
  const tooMuch = grownBy(told).length > 0
  const open = !judgedSizes(report).fits || tooMuch
  return [
    { text: `## ${headline(told)}` },
    { text: origin(told) },
    { text: sizeTable(told) },
    { text: comparedWith(told) },
    { text: liveSlug(told) },
    { text: withoutFfmpeg(report) },
    { text: redisNote(report.redisTls) },
    { text: section('Ways back under the limit', waysBack(report, ours)) },
    { text: ours ? section('Worth a look', warningLines(report.warnings)) : '' },
    { text: report.upgrade ? upgradeMarkdown(report.upgrade, ours) : '', name: 'the upgrade plan' },
    { text: whatChanged(told, open), name: 'what changed' },
    { text: folded('Trend', trendTable(told)), name: 'the trend' },
    { text: folded('Layers', layerTable(told)), name: 'the layers' },
    { text: folded('What could go', trimTable(report.trim, ours)), name: 'what could go' },
    { text: folded('Largest directories', directoryTable(report)), name: 'the largest directories' },
    { text: folded('Largest files', fileTable(report)), name: 'the largest files' },
    { text: ours ? folded('ffmpeg', ffmpegLines(report)) : '', name: 'ffmpeg' },
    { text: ours ? folded('Process types', processTypes(report.processTypes)) : '', name: 'the process types' },
    { text: footer(told) }
  ]
}

/** One line: the status in words, the size, the limit, the change, what is left. Texts of others are escaped. */
export function headline(told: Told): string {
  const { problem } = told.report.verdict
  const { main, streaming } = judgedSizes(told.report)
  const share = [sizeOfLimit(main), changeAgainst(told)].filter(Boolean).join(', ')
  const left = roomText(main)
  if (!main.fits) return `Over the limit: ${share}, ${left}`
  if (problem !== undefined)
    return `Not fit to ship: ${told.measuredBy === undefined ? escape(problem) : 'its ffmpeg does not work'}. Size: ${share}, ${left}`
  if (streaming?.fits === false) {
    const over = `${sizeText(streaming.bytes)} (${shareText(streaming.bytes, streaming.limit)}), ${roomText(streaming)}`
    return `Over the limit: the streaming app's slug, ${over}; the main one: ${share}, ${left}`
  }
  if (grownBy(told).length > 0) return `Grown by more than ${amountText(told.maxGrowth!)}: ${share}, ${left}`
  return `Within the limit: ${share}, ${left}`
}

function changeAgainst({ comparison, baseline }: Told): string {
  if (!baseline || comparison?.change === undefined) return ''
  const { report, branch } = baseline
  const against = `${branch === undefined ? '' : `${escape(branch)} at `}${report.source.commit.slice(0, 8)}`
  return `${signedSize(comparison.change)} against ${against}`
}

function grownBy({ comparison, maxGrowth }: Told): string[] {
  return comparison && maxGrowth ? grownTooMuch(comparison, maxGrowth) : []
}

/** Whose slug it is, and who measured it. */
function origin({ report, app, measuredBy }: Told): string {
  const of = app === undefined ? '' : ` of ${code(app)}`
  const { chosen } = report.verdict
  const { raw, files } = report.variants.find(({ name }) => name === chosen)!
  const slug = `This is the slug **${chosen} ffmpeg**${of}: ${numberText(files)} files, ${sizeText(raw)} unpacked.`
  return measuredBy === undefined
    ? slug
    : `${slug}\n\n> [!NOTE]\n> Pull request ${measuredBy}'s own build measured this: the figures and names are what that build says.`
}

function redisNote(redisTls: Report['redisTls']): string {
  return redisTls === undefined
    ? ''
    : '> [!WARNING]\n> Redis certificate not verified: this slug takes any certificate from its own Redis (`redis-tls: no-verify`). What it sends there is encrypted, but who answers is not proven.'
}

function withoutFfmpeg({ verdict, ffmpeg, variants }: Report): string {
  const withFfmpeg = variants.find(({ name }) => name === 'with')
  if (!ffmpeg.givenUp || !withFfmpeg) return ''
  const judged = judgeSize(withFfmpeg.compressed, verdict.limit)
  const why = !judged.fits
    ? `with it the slug would be ${sizeText(judged.bytes)}, ${sizeText(-judged.left)} over the limit`
    : 'the one in this build does not start'
  return (
    `> [!WARNING]\n> \`ffmpeg: auto\` left ffmpeg out, since ${why}. An instance without ffmpeg:\n` +
    WITHOUT_FFMPEG.map(line => `> - ${line}`).join('\n')
  )
}

/** One row for each slug. Those that break a rule are bold. */
function sizeTable(told: Told): string {
  const { report, comparison } = told
  const { variants, verdict, heroku, streaming } = report
  const tooMuch = grownBy(told)
  const row = (name: ReportVariant['name'] | 'streaming', size: { compressed: number }) => {
    const before = comparison?.sizes.find(known => known.name === name)?.base
    const { fits } = judgeSize(size.compressed, verdict.limit)
    const status = [
      fits ? 'fits' : 'too large',
      tooMuch.includes(name) ? 'grown too much' : '',
      name === verdict.chosen ? 'chosen' : ''
    ]
    const cells = [
      name === 'streaming' ? 'streaming app' : `${name} ffmpeg`,
      status.filter(Boolean).join(', '),
      sizeText(size.compressed),
      ...(comparison ? [changeCell(size.compressed, before)] : []),
      sizeText(verdict.limit),
      shareText(size.compressed, verdict.limit)
    ]
    return fits && !tooMuch.includes(name) ? cells : cells.map(cell => `**${cell}**`)
  }
  const rows = variants.map(variant => row(variant.name, variant))
  if (streaming) rows.push(row('streaming', streaming))
  const columns = ['Slug', 'Status', 'Compressed', ...(comparison ? ['Change'] : []), 'Limit', 'Of the limit']
  return (
    table(columns, rows, `--${'r'.repeat(columns.length - 2)}`) +
    `\n\nHeroku itself warns from ${heroku.warnsAt / 1e6} MB on and stops at ${heroku.stopsAt / 1e9} GB.`
  )
}

/** The footer is never left out, so it must stay short. */
const MOST_BUILDPACKS = 10
const STALE_AFTER_DAYS = 30
const DAY = 86_400_000

/** What it is compared with, how old that is, and how far that fits. */
function comparedWith({ report, baseline, comparison, noBaseline, repositoryUrl }: Told): string {
  if (!baseline) return noBaseline === undefined ? '' : `There is nothing to compare with: ${escape(noBaseline)}`
  const { branch, wanted, behind, runUrl } = baseline
  const base = baseline.report
  const days = Math.round((Date.parse(report.createdAt) - Date.parse(base.createdAt)) / DAY)
  const built = runUrl === undefined ? 'built' : `[built](${runUrl})`
  const commit = commitLink(base.source.commit, repositoryUrl)
  const lines = [
    `Compared with ${commit}${branch === undefined ? '' : ` of ${code(branch)}`}, ${built} on ${base.createdAt.slice(0, 10)}, ${ageText(days)}.`
  ]
  if (behind > 0 && wanted !== undefined) {
    lines.push(
      `The base is ${commitLink(wanted, repositoryUrl)}, of which there is no report: this is the nearest ancestor with one, ${behind} ${behind === 1 ? 'commit' : 'commits'} back.`
    )
  }
  if (days > STALE_AFTER_DAYS)
    lines.push('**That is long ago**: buildpacks and packages may have changed of themselves since.')
  if (comparison?.change === undefined)
    lines.push(`It has no slug ${report.verdict.chosen} ffmpeg, so the change is not known.`)
  const chosen = base.verdict.chosen
  if (chosen !== report.verdict.chosen)
    lines.push(`There the slug **${chosen} ffmpeg** was chosen; here it is the one ${report.verdict.chosen} ffmpeg.`)
  if (base.stack !== report.stack) lines.push(`Its stack was ${code(base.stack)}; this one's is ${code(report.stack)}.`)
  return lines.join(' ')
}

function ageText(days: number): string {
  if (days <= 0) return 'the same day'
  return days === 1 ? 'a day before' : `${days} days before`
}

function liveSlug({ live, report }: Told): string {
  if (!live) return ''
  const change = report.verdict.compressed - live.bytes
  const against = change === 0 ? 'This one is as large' : `This one would be ${signedSize(change)}`
  const commit = live.commit === undefined ? '' : `, commit \`${live.commit.slice(0, 8)}\``
  return `${code(live.app)} runs release v${live.version}${commit}, with a slug of ${sizeText(live.bytes)}. ${against}.`
}

function footer({ report, measuredBy, runUrl, repositoryUrl }: Told): string {
  const { source, stack, place, tool, createdAt } = report
  const version = source.mastodonVersion ? `Mastodon ${escape(source.mastodonVersion)}, ` : ''
  const where =
    place.kind === 'container' ? `in a container of ${code(place.buildImage ?? '')}` : 'on the runner itself'
  const ref = measuredBy === undefined ? ` (${code(source.ref)})` : ''
  const lines = [
    `${version}commit ${commitLink(source.commit, repositoryUrl)}${ref}, stack ${code(stack)}, built ${where} by ${tool.name} ${escape(tool.version)}, ${createdAt}.`,
    `Buildpacks: ${buildpacks(report.layers)}.`,
    'MB = 10<sup>6</sup> bytes.',
    runUrl === undefined ? '' : `[The run](${runUrl}) keeps the whole report, with a page to look into it.`
  ]
  return `<sub>${lines.filter(Boolean).join(' ')}</sub>`
}

/** Each buildpack with its commit, or the digest of what was fetched. */
function buildpacks(layers: Report['layers']): string {
  const names = layers.flatMap(({ name, buildpack }) =>
    buildpack ? [`${code(name)} ${escape((buildpack.version ?? buildpack.sha256).slice(0, 8))}`] : []
  )
  return names.slice(0, MOST_BUILDPACKS).join(', ') || 'none'
}

function section(name: string, content: string): string {
  return content === '' ? '' : `### ${name}\n\n${content}`
}
