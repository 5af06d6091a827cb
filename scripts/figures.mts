/**
 * Prints a built fork's figures as the tables of docs/benchmarks.md: `npm run figures -- FOLDER…`, each the output-dir
 * of a build. The first column of the first table is the folder's name.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseReport, type Report } from '../src/report/index.ts'

const MB = (bytes: number | undefined): string => (bytes === undefined ? '–' : `${(bytes / 1e6).toFixed(1)} MB`)

/** Tables of Markdown: the variants of each report, then layers, trim rules and what could go on top. */
export function figures(reports: readonly (readonly [name: string, report: Report])[]): string {
  const variantOf = ({ variants }: Report, name: string): number | undefined =>
    variants.find(variant => variant.name === name)?.compressed
  const sizes = reports.map(([name, report]) => [
    `${name}, ${report.source.mastodonVersion ?? 'no Mastodon'}`,
    MB(report.trim.before),
    MB(variantOf(report, 'with')),
    MB(variantOf(report, 'without')),
    MB(report.streaming?.compressed)
  ])
  const rows = (pick: (report: Report) => readonly (readonly [name: string, bytes: number])[]): string[][] => {
    const each = reports.map(([, report]) => new Map(pick(report)))
    const names = [...new Set(each.flatMap(map => [...map.keys()]))]
    const sum = (name: string): number => Math.max(...each.map(map => map.get(name) ?? 0))
    return names.sort((a, b) => sum(b) - sum(a)).map(name => [name, ...each.map(map => MB(map.get(name)))])
  }
  const heads = reports.map(([name]) => name)
  return [
    table(['tree', 'chosen slug, untrimmed', 'with ffmpeg', 'without', 'streaming app'], sizes),
    table(
      ['layer of the chosen slug', ...heads],
      rows(({ variants, verdict }) =>
        variants.find(({ name }) => name === verdict.chosen)!.layers.map(layer => [layer.name, layer.compressed])
      )
    ),
    table(
      ['rule of `safe`', ...heads],
      rows(({ trim }) => trim.rules.map(({ name, saves }) => [`\`${name}\``, saves]))
    ),
    table(
      ['on top', ...heads],
      rows(({ trim }) => (trim.possible ?? []).map(({ name, saves }) => [`\`${name}\``, saves]))
    )
  ].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...rows].map(row => `| ${row.join(' | ')} |\n`).join('')
}

if (process.argv[1] === import.meta.filename) {
  const read = (folder: string): Report => parseReport(readFileSync(path.join(folder, 'report.json'), 'utf8'))
  console.log(figures(process.argv.slice(2).map(folder => [path.basename(path.resolve(folder)), read(folder)])))
}
