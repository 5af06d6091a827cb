/** Versions as Mastodon, Ruby, Node, Postgres and Redis write them: numbers with dots, perhaps a prerelease behind them. */

/** Negative if `a` is older than `b`, 0 if they are the same. `4.7` is `4.7.0`; `4.7.0-rc.1` is older than `4.7.0`. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [split(a), split(b)]
  for (let i = 0; i < Math.max(one.numbers.length, other.numbers.length); i++) {
    const difference = (one.numbers[i] ?? 0) - (other.numbers[i] ?? 0)
    if (difference !== 0) return difference
  }
  if (one.prerelease === other.prerelease) return 0
  if (one.prerelease === '') return 1
  if (other.prerelease === '') return -1
  return one.prerelease.localeCompare(other.prerelease, 'en', { numeric: true })
}

/** Whether a version is older than another; false if one of them is not known. */
export function isOlder(version: string | undefined, than: string | undefined): boolean {
  return version !== undefined && than !== undefined && compareVersions(version, than) < 0
}

/** `4.7.0-alpha.1` → `4.7`. */
export function seriesOf(version: string): string {
  return split(version).numbers.slice(0, 2).join('.')
}

/** The minor series of Mastodon that are known, oldest first. */
const SERIES = [
  ...numbered(1, 2, 6),
  ...numbered(2, 0, 9),
  ...numbered(3, 0, 5),
  ...numbered(4, 0, 8)
] as readonly string[]

/** The series that lie between those of two versions; empty if there is none, or none is known. */
export function seriesBetween(from: string, to: string): string[] {
  const [first, last] = [seriesOf(from), seriesOf(to)]
  return SERIES.filter(series => compareVersions(series, first) > 0 && compareVersions(series, last) < 0)
}

function numbered(major: number, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `${major}.${first + i}`)
}

function split(version: string): { numbers: number[]; prerelease: string } {
  const [, numbers = '', prerelease = ''] = /^v?(\d+(?:\.\d+)*)(?:[-.]?([A-Za-z][\w.-]*))?/.exec(version) ?? []
  return { numbers: numbers.split('.').map(Number), prerelease }
}
