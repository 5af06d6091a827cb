import { shellWord } from '../runtime/index.ts'

/** Where the source of the deployed commit is: the AGPL wants it offered to every user of the instance. */
interface SourceOffer {
  /** `owner/name` on GitHub. */
  readonly repository: string
  /** The full SHA of the commit. */
  readonly commit: string
  /** The tag that was deployed, if one was. */
  readonly tag?: string
}

/** A shell script in the slug that every dyno sources as it starts. */
interface ProfileScript {
  readonly path: '.profile.d/mastodon-on-heroku.sh'
  readonly text: string
}

/**
 * The script that makes the instance say which commit it runs and where its source is: `/api/v2/instance` then shows
 * `version` (`4.7.0+1234567`) and `source_url`. A config var of the same name wins, unless it is empty. Mastodon reads the
 * three names in config/mastodon.yml (4.7), or in lib/mastodon/version.rb (4.2).
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
 * Whether a tag stays the same in YAML: config/mastodon.yml pastes SOURCE_TAG without quotes, so `{x` would keep Rails from
 * booting, `4.10` would become 4.1, and `2026-11-22` a date. In place of such a tag the commit is named.
 */
function isPlainTag(tag: string): boolean {
  const isWord = /^(?:[A-Za-z]|\d+\.\d+\.\d)[\w.+/-]*$/.test(tag)
  return isWord && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(tag)
}
