import * as v from 'valibot'
import { compareVersions, seriesOf } from './versions.ts'

/** A newer version, by Mastodon's update server. */
export interface Update {
  /** `4.7.6` */
  readonly version: string
  /** Whether it closes a security hole. */
  readonly urgent: boolean
  readonly type: 'major' | 'minor' | 'patch'
}

/** The update server's answer for a version. */
export interface UpstreamNews {
  readonly updates: readonly Update[]
  /** Milliseconds since 1970: when support of the version's line ends, if the server tells. */
  readonly endOfSupport: number | undefined
}

/** mastodon: app/services/software_update_check_service.rb; config `software_update_url`. */
export const UPDATE_SERVER = 'https://api.joinmastodon.org/update-check'
/** Mastodon's repository; each version is a tag: `v4.7.6`. */
export const UPSTREAM = 'https://github.com/mastodon/mastodon'
/** mastodon: SECURITY.md, its table of supported versions. */
export const SUPPORT_TABLE = 'https://raw.githubusercontent.com/mastodon/mastodon/main/SECURITY.md'

const versionShape = v.pipe(v.string(), v.regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}(?:[-.][\w.-]{1,30})?$/))
const date = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}/),
  v.transform(text => Date.parse(text.slice(0, 10))),
  v.finite()
)

/** A row of the table of supported versions: perhaps `< `, a version, and its support. */
const ROW = /^\| {0,9}(< {0,9})?(\d{1,4}\.\d{1,4})[.\w]{0,9} {0,40}\| {0,40}([^|\n]{1,60}?) {0,40}\|$/gm

/** `endOfSupport` since 4.7 (mastodon/mastodon#39732, #39734). */
const shape = v.looseObject({
  updatesAvailable: v.pipe(
    v.array(
      v.looseObject({ version: versionShape, urgent: v.boolean(), type: v.picklist(['major', 'minor', 'patch']) })
    ),
    v.maxLength(200)
  ),
  currentVersion: v.nullish(v.looseObject({ endOfSupport: v.nullish(date) }))
})

/** Reads the update server's answer; undefined if it has another shape. */
export function readUpdates(body: string): UpstreamNews | undefined {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), shape), body)
  if (!success) return undefined
  const { updatesAvailable, currentVersion } = output
  return {
    updates: updatesAvailable.map(({ version, urgent, type }) => ({ version, urgent, type })),
    endOfSupport: currentVersion?.endOfSupport ?? undefined
  }
}

/** Support of a line: `yes` without an end, until a time (milliseconds since 1970), or `no` longer. */
export type Support = 'yes' | 'no' | number

/**
 * The support of a version's line (`4.7`), by Mastodon's table of supported versions; undefined if that does not name it.
 * Its rows: `| 4.7.0 | Yes |`, `| 4.5.x | Until 2027-02-20 |`, `| < 4.4 | No |`.
 */
export function readSupport(table: string, version: string): Support | undefined {
  const line = seriesOf(version)
  for (const [, below, name, said] of table.matchAll(ROW)) {
    if (below ? compareVersions(line, name!) >= 0 : name !== line) continue
    const until = /^until (\d{4}-\d{2}-\d{2})$/i.exec(said!)?.[1]
    if (until) return Number.isNaN(Date.parse(until)) ? undefined : Date.parse(until)
    if (/^(yes|no)$/i.test(said!)) return said!.toLowerCase() as Support
    return undefined
  }
  return undefined
}
