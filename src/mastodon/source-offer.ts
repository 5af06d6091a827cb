import { shellWord } from '../runtime/index.ts'

/** Where the source of a deployed commit is, as the AGPL wants it offered to every user of the instance. */
export interface SourceOffer {
  /** `owner/name` on GitHub. */
  readonly repository: string
  /** The full SHA of the commit. */
  readonly commit: string
  /** The tag that was deployed, if one was. */
  readonly tag?: string
}

/** A shell script for the slug, sourced by every dyno as it starts. */
export interface ProfileScript {
  readonly path: '.profile.d/mastodon-on-heroku.sh'
  readonly text: string
}

/**
 * Makes the instance say which commit it runs and where its source is: `/api/v2/instance` then shows `version`
 * (`4.7.0+1234567`) and `source_url`. A config var of the same name wins, unless it is empty.
 * Mastodon reads the three names in config/mastodon.yml (4.7), or in lib/mastodon/version.rb (4.2).
 */
export function sourceOffer(source: SourceOffer): ProfileScript {
  const variables = {
    GITHUB_REPOSITORY: source.repository,
    SOURCE_TAG: source.tag !== undefined && isPlainTag(source.tag) ? source.tag : source.commit,
    MASTODON_VERSION_METADATA: source.commit.slice(0, 7)
  }
  const lines = Object.entries(variables).map(
    ([name, value]) => `if [ -z "\${${name}:-}" ]; then export ${name}=${shellWord(value)}; fi\n`
  )
  return { path: '.profile.d/mastodon-on-heroku.sh', text: lines.join('') }
}

/**
 * config/mastodon.yml pastes SOURCE_TAG into YAML without quotes: `{x` would keep Rails from booting, `4.10` would
 * become 4.1 and `2026-11-22` a date. Such a tag is not worth it; the commit names the same tree.
 */
function isPlainTag(tag: string): boolean {
  const isWord = /^(?:[A-Za-z]|\d+\.\d+\.\d)[\w.+/-]*$/.test(tag)
  return isWord && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(tag)
}
