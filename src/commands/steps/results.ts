import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { headline, renderMarkdown, reportJson, type Report } from '../../report/index.ts'
import { megabytes, UserError } from '../../runtime/index.ts'
import type { Context } from '../context.ts'

const FILES = ['slug.tgz', 'slug-streaming.tgz', 'report.json', 'report.md', 'report.html']

/** Files of an earlier run must not be taken for this one's. */
export async function clearOutput(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const file of FILES) await rm(path.join(folder, file), { force: true })
}

/** Writes every file and output, the summary, and annotations. */
export async function tell({ inputs, runtime, results }: Context, report: Report): Promise<void> {
  const at = (file: string): string => path.join(inputs.outputDir, file)
  const markdown = renderMarkdown(report)
  await writeFile(at('report.json'), reportJson(report))
  await writeFile(at('report.md'), markdown)

  const { verdict, variants } = report
  const sizeOf = (name: 'with' | 'without') => variants.find(variant => variant.name === name)?.compressed
  results.output('slug-path', at('slug.tgz'))
  results.output('slug-sha256', variants.find(({ name }) => name === verdict.chosen)!.sha256!)
  results.output('slug-size', verdict.compressed)
  results.output('slug-size-with-ffmpeg', sizeOf('with') ?? '')
  results.output('slug-size-without-ffmpeg', sizeOf('without') ?? '')
  results.output('slug-limit', verdict.limit)
  results.output('within-limit', verdict.withinLimit)
  results.output('ffmpeg', verdict.chosen)
  results.output('report-path', at('report.json'))
  await results.summary(markdown)

  for (const warning of report.warnings) runtime.log.warning(warning)
  for (const { name, compressed } of variants)
    runtime.log.info(`${name} ffmpeg: ${megabytes(compressed)} (${compressed} bytes)`)
  if (report.ffmpeg.givenUp)
    runtime.log.warning('This slug has no ffmpeg: uploads of video, audio and animated GIFs will fail on this instance')
  runtime.log.info(headline(report))
  const { size } = await stat(at('slug.tgz'))
  if (size !== verdict.compressed)
    throw new Error(`slug.tgz has ${size} bytes, and ${verdict.compressed} were measured`)
}

/** Fails where the slug must not be shipped. */
export function judge(report: Report, failOn: 'limit' | 'never'): void {
  const { verdict } = report
  if (verdict.problem !== undefined) {
    throw new UserError(
      `The slug is not fit to ship: ${verdict.problem}`,
      'Read the log group "ffmpeg", or set `ffmpeg: auto` to go without.'
    )
  }
  if (verdict.withinLimit || failOn === 'never') return
  throw new UserError(
    `The slug is over its limit: ${megabytes(verdict.compressed)} of ${megabytes(verdict.limit)}`,
    'The report lists the ways back under it, the cheapest first.'
  )
}
