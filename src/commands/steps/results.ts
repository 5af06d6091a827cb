import { GateError, type DeployProgress } from '../../deploy/index.ts'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { LONGEST_BODY } from '../../github/index.ts'
import {
  grownTooMuch,
  headline,
  pageData,
  pageParts,
  renderMarkdown,
  renderPage,
  reportJson,
  type Report,
  type Told
} from '../../report/index.ts'
import { type JobResults } from '../../inputs/index.ts'
import { amountText, sizeText, writeWhole, type Log, type Runtime } from '../../runtime/index.ts'
import { FFMPEG_BUILDPACK } from '../../slug/index.ts'
import { TAKE_IT_OUT } from './committed-ffmpeg.ts'
import { requireFit, type Gate } from './size-gate.ts'

/** Writes every file and output, the summary, and annotations. */
export async function tell(
  told: Told,
  outputDir: string,
  { log, page, redact }: Pick<Runtime, 'log' | 'page' | 'redact'>,
  results: JobResults
): Promise<void> {
  const { report } = told
  const at = (file: string): string => path.join(outputDir, file)
  const markdown = renderMarkdown(told)
  await writeWhole(at('report.json'), redact(reportJson(report)))
  await writeWhole(at('report.md'), redact(markdown))
  await writeWhole(at('report.html'), redact(renderPage(pageData(told), await pageParts(page))))

  const { verdict, variants, streaming } = report
  const sizeOf = (name: 'with' | 'without') => variants.find(variant => variant.name === name)?.compressed
  results.output('slug-path', at('slug.tgz'))
  results.output('slug-sha256', variants.find(({ name }) => name === verdict.chosen)!.sha256!)
  results.output('slug-size', verdict.compressed)
  results.output('slug-size-with-ffmpeg', sizeOf('with') ?? '')
  results.output('slug-size-without-ffmpeg', sizeOf('without') ?? '')
  if (streaming) results.output('slug-size-streaming', streaming.compressed)
  results.output('slug-limit', verdict.limit)
  results.output('within-limit', verdict.withinLimit)
  results.output('ffmpeg', verdict.chosen)
  results.output('report-path', at('report.json'))
  results.output('report-page-path', at('report.html'))
  results.output('comment-body', renderMarkdown(told, LONGEST_BODY))
  await results.summary(markdown)

  for (const warning of report.warnings) log.warning(warning)
  for (const { name, compressed } of variants) log.info(`${name} ffmpeg: ${sizeText(compressed)} (${compressed} bytes)`)
  if (streaming) log.info(`streaming: ${sizeText(streaming.compressed)} (${streaming.compressed} bytes)`)
  if (report.ffmpeg.givenUp)
    log.warning('This slug has no ffmpeg: uploads of video, audio and animated GIFs will fail on this instance')
  if (told.noBaseline !== undefined) log.info(`There is nothing to compare with: ${told.noBaseline}`)
  log.info(headline(told))
  const { size } = await stat(at('slug.tgz'))
  if (size !== verdict.compressed)
    throw new Error(`slug.tgz has ${size} bytes, and ${verdict.compressed} were measured`)
}

/** Throws a `GateError` if the slug must not be shipped. */
export function judge({ report }: Told, gate: Gate): void {
  const { verdict, streaming } = report
  if (verdict.problem !== undefined) {
    throw new GateError(`The slug is not fit to ship: ${verdict.problem}`, ffmpegRemedy(report))
  }
  const { compressed, limit } = verdict
  requireFit('slug', compressed, limit, gate, 'The report lists the ways back under it, the cheapest first.')
  if (streaming) {
    const hint = 'Look at what streaming/package.json depends on.'
    requireFit('streaming slug', streaming.compressed, limit, gate, hint)
  }
}

function ffmpegRemedy({ ffmpeg: { choice }, verdict: { chosen } }: Report): string {
  if (choice === 'without') return `${TAKE_IT_OUT}, or set \`ffmpeg: with\`.`
  if (chosen === 'without')
    return `Put ${FFMPEG_BUILDPACK} in front of \`slug.buildpacks\`, or set \`ffmpeg: auto\` to go without.`
  return 'Read the log group "ffmpeg", or set `ffmpeg: auto` to go without.'
}

/**
 * Throws a `GateError` if the slug has grown by more than that. Only for pull requests: elsewhere a failure would keep the
 * base's own report from being recorded, for ever.
 */
export function judgeGrowth({ comparison, maxGrowth }: Told, log: Log): void {
  if (comparison?.change === undefined) {
    log.warning('Whether the slug has grown too much is not known: there is nothing to compare it with')
    return
  }
  const [name] = maxGrowth ? grownTooMuch(comparison, maxGrowth) : []
  if (name === undefined) return
  const { head, base = 0 } = comparison.sizes.find(size => size.name === name)!
  throw new GateError(
    `The slug ${name === 'streaming' ? 'of the streaming app' : `${name} ffmpeg`} has grown by ${sizeText(head - base)}, from ${sizeText(base)}: more than ${amountText(maxGrowth!)}`,
    'The report says what brought it, under "What changed". Raise `max-growth` if it is worth it.'
  )
}

/** The outputs of the slug that is shipped. */
export function tellSlug(results: JobResults, { size, variant }: Parameters<DeployProgress['shipping']>[0]): void {
  if (size !== undefined) results.output('slug-size', size)
  const ffmpeg = /^(with|without) ffmpeg$/.exec(variant)?.[1]
  if (ffmpeg === 'with' || ffmpeg === 'without') results.output('ffmpeg', ffmpeg)
}
