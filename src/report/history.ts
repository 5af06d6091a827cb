import { type HistoryPoint, type Report } from './data.ts'

/** How many points a report passes on. */
const KEPT = 100

/** A report as a point in its branch's history. */
export function pointOf({ source, createdAt, variants, streaming, verdict }: Report): HistoryPoint {
  const size = (name: HistoryPoint['chosen']) => variants.find(variant => variant.name === name)?.compressed
  return {
    commit: source.commit,
    at: createdAt,
    mastodonVersion: source.mastodonVersion,
    with: size('with'),
    without: size('without'),
    streaming: streaming?.compressed,
    chosen: verdict.chosen
  }
}

/** The histories of several reports of one branch, and the reports themselves, as one: oldest first, one point for each commit. */
export function mergeHistories(reports: readonly Report[]): HistoryPoint[] {
  const points = new Map<string, HistoryPoint>()
  for (const report of reports)
    for (const point of [...report.history, pointOf(report)]) {
      const known = points.get(point.commit)
      if (!known || known.at < point.at) points.set(point.commit, point)
    }
  return [...points.values()].sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-KEPT)
}
