import { compareVersions } from '../versions.ts'
import { type UpgradeFacts } from './facts.ts'
import { versionOf } from './versions.ts'

/** Something to do by hand, which a version between the old and the new one asks for. */
export interface UpgradeStep {
  /** The version that asks for it. */
  readonly version: string
  readonly when: 'before' | 'after'
  readonly text: string
  readonly command?: string
}

interface KnownStep extends UpgradeStep {
  readonly applies?: (facts: UpgradeFacts) => boolean
}

const hasSearch = ({ live }: UpgradeFacts): boolean => live === undefined || live.config.equals('ES_ENABLED', 'true')

/** By the release notes, oldest first. What a tree says itself is a finding. */
const KNOWN: readonly KnownStep[] = [
  {
    version: '1.4.3',
    when: 'before',
    text: 'Rows without an owner keep foreign keys from being added: take them away with the code of 1.4.3, before its migrations',
    command: 'bundle exec rake mastodon:maintenance:prepare_for_foreign_keys'
  },
  { version: '2.9.0', when: 'after', text: 'Clear the cache', command: 'bin/tootctl cache clear' },
  { version: '3.4.0', when: 'after', text: 'Clear the cache', command: 'bin/tootctl cache clear' },
  {
    version: '4.2.0',
    when: 'after',
    text: 'If full-text search is used, fill its indexes: people and public posts are in them now',
    command: 'bin/tootctl search deploy',
    applies: hasSearch
  },
  {
    version: '4.3.0',
    when: 'before',
    text: 'Leave OTP_SECRET as it is until this is deployed: a migration reads every two-factor secret with it'
  },
  {
    version: '4.3.0',
    when: 'before',
    text: 'ffmpeg comes from the buildpack activestorage-preview now, no longer from the Aptfile: put it in front of `slug.buildpacks` in the config',
    applies: ({ buildpacks }) => !buildpacks.some(name => /activestorage-preview|ffmpeg/i.test(name))
  },
  {
    version: '4.4.0',
    when: 'before',
    text: 'Keys in Redis must be without a namespace: follow github.com/mastodon/redis_namespace_migration, then unset REDIS_NAMESPACE',
    command: 'heroku config:unset REDIS_NAMESPACE --app APP',
    applies: ({ live }) => live === undefined || live.config.isSet('REDIS_NAMESPACE')
  },
  {
    version: '4.4.0',
    when: 'after',
    text: 'If full-text search is used, bring the settings of its indexes up to date',
    command: 'bin/tootctl search deploy --only-mapping',
    applies: hasSearch
  },
  {
    version: '4.4.0',
    when: 'after',
    text: 'OTP_SECRET is not read any more: unset it when no going back is planned',
    command: 'heroku config:unset OTP_SECRET --app APP',
    applies: ({ live }) => live === undefined || live.config.isSet('OTP_SECRET')
  },
  {
    version: '4.6.0',
    when: 'before',
    text: 'ImageMagick is gone: pictures are made with libvips alone, so MASTODON_USE_LIBVIPS has no effect any more',
    applies: ({ live }) => live === undefined || live.config.isSet('MASTODON_USE_LIBVIPS')
  }
]

/** The steps that the versions after the old one, up to the new one, ask for. */
export function upgradeSteps(facts: UpgradeFacts): UpgradeStep[] {
  const before = facts.from && versionOf(facts.from)
  const after = facts.tree.version
  if (before === undefined || after === undefined) return []
  return KNOWN.filter(
    ({ version, applies = () => true }) =>
      compareVersions(before, version) < 0 && compareVersions(after, `${version}-alpha`) >= 0 && applies(facts)
  ).map(({ version, when, text, command }) => ({
    version,
    when,
    text,
    ...(command !== undefined && { command: command.replace('--app APP', `--app ${facts.live?.app ?? 'APP'}`) })
  }))
}
