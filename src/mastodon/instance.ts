import * as v from 'valibot'

/** What an instance says of itself (mastodon: app/serializers/rest/instance_serializer.rb). Hostile text of bounded length. */
export interface Instance {
  /** `4.7.4+abc1234` */
  readonly version: string
  /** Where browsers look for the streaming server: `wss://…`. */
  readonly streaming: string | undefined
  /** Whether it has a key for web push. */
  readonly webPush: boolean
  /** Addresses of pictures that it shows. */
  readonly pictures: readonly string[]
}

const text = v.pipe(v.string(), v.maxLength(500))
const url = v.fallback(v.nullish(text), null)

const shape = v.looseObject({
  version: text,
  thumbnail: v.fallback(
    v.nullish(v.looseObject({ url, versions: v.fallback(v.nullish(v.looseObject({ '@1x': url, '@2x': url })), null) })),
    null
  ),
  contact: v.fallback(
    v.nullish(v.looseObject({ account: v.nullish(v.looseObject({ avatar: url, header: url })) })),
    null
  ),
  configuration: v.fallback(
    v.nullish(
      v.looseObject({
        urls: v.fallback(v.nullish(v.looseObject({ streaming: url })), null),
        vapid: v.fallback(v.nullish(v.looseObject({ public_key: url })), null)
      })
    ),
    null
  )
})

/** Reads the answer of `/api/v2/instance`; undefined if it is not Mastodon's. */
export function readInstance(body: string): Instance | undefined {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), shape), body)
  if (!success) return undefined
  const { version, thumbnail, contact, configuration } = output
  const account = contact?.account
  const versions = thumbnail?.versions
  return {
    version,
    streaming: configuration?.urls?.streaming || undefined,
    webPush: Boolean(configuration?.vapid?.public_key),
    pictures: [thumbnail?.url, versions?.['@1x'], versions?.['@2x'], account?.avatar, account?.header].filter(isText)
  }
}

const initialState = v.looseObject({ meta: v.looseObject({ version: text }) })

/**
 * The version that made a page of the web interface, which is in its initial state; undefined if it has none (mastodon:
 * app/helpers/application_helper.rb, render_initial_state). Unlike the answers of the API it comes from no cache of Mastodon.
 */
export function versionOfPage(html: string): string | undefined {
  const [, json] = /<script id="initial-state"[^<>]{0,200}>([^<]*)<\/script>/.exec(html) ?? []
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), initialState), json)
  return success ? output.meta.version : undefined
}

/**
 * Whether the version that an instance tells may be that of a commit. The slug sets the part behind `+` to the commit
 * (`sourceOffer`), unless MASTODON_VERSION_METADATA is set. Before 4.3 there is none, and some forks have their own
 * (glitch-soc: `+glitch`), which says nothing of the commit.
 * @param commit full hash; undefined if it is not known
 * @param metadata value of MASTODON_VERSION_METADATA
 */
export function mayRun(version: string, commit: string | undefined, metadata: string | undefined): boolean {
  const short = commit?.slice(0, 7)
  if (metadata) return !version.includes('+') || version.includes(metadata) || Boolean(short && version.includes(short))
  return !tellsCommit(version) || version.includes(short ?? '')
}

/** Whether a version has the digits of a commit behind its `+`; a day, such as 20261130, is none. */
export function tellsCommit(version: string): boolean {
  const words = version.slice(version.indexOf('+') + 1).split(/[^0-9a-z]/i)
  return version.includes('+') && words.some(word => /^[0-9a-f]{7,40}$/.test(word) && !/^20\d{6}$/.test(word))
}

/** Assets of a page that are looked at. */
const MOST_ASSETS = 20

/**
 * The styles and scripts of a page of Mastodon, as its HTML has them: paths, or addresses below CDN_HOST (mastodon:
 * lib/vite/tags_helper.rb).
 */
export function assetsOf(html: string): string[] {
  const found = [...html.matchAll(/(?:href|src)="((?:https?:\/\/[\w.:-]{1,253})?\/packs\/[^"?#\s]{1,300})"/g)]
  return [...new Set(found.map(([, asset]) => asset!))].slice(0, MOST_ASSETS)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
