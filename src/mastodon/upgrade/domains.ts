import { configSet, NEEDS } from '../../knowledge/index.ts'
import { type ConfigView, type LiveFacts, type UpgradeFacts } from './facts.ts'
import { rule, seenIf } from './rule.ts'

/** A host with an optional port, as Rails compares it with the Host header. */
const HOST = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?::\d+)?$/i
/** A host with an optional port and path. */
const ALIAS = /^[^\s:/]+(?::\d+)?(?:\/[^\s:]*)?$/
/** Each of these puts the media's host into the content security policy (mastodon: app/lib/content_security_policy.rb). */
const MEDIA_HOSTS = ['S3_ALIAS_HOST', 'S3_CLOUDFRONT_HOST', 'S3_HOSTNAME', 'AZURE_ALIAS_HOST', 'EXTRA_MEDIA_HOSTS']

type Live = Pick<UpgradeFacts, 'live'>

/** The names under which the instance and its media are reached. */
export const DOMAIN_RULES = [
  rule({
    name: 'local-domain',
    level: 'block',
    holds: ({ live }: Live) => (live && live.config.lacks(NEEDS.domain).length > 0 ? [{ app: live.app }] : []),
    say: ({ app }) => ({
      reason: `${app} has no LOCAL_DOMAIN: ${NEEDS.domain.without}`,
      remedy: `${configSet(app, { LOCAL_DOMAIN: 'example.com' })}. ${NEEDS.domain.note}.`
    }),
    examples: [{ app: 'APP' }]
  }),
  rule({
    name: 'domain-form',
    level: 'block',
    holds: ({ live }: Live) => ofOtherForm(live, ['LOCAL_DOMAIN', 'WEB_DOMAIN'], HOST),
    say: ({ app, name, value }) => ({
      reason: `${name} of ${app} is not the bare name of a host: every visitor would get 403 Blocked host`,
      remedy: `${configSet(app, { [name]: bare(value) })}.`
    }),
    examples: [{ app: 'APP', name: 'LOCAL_DOMAIN', value: 'https://example.com/' }]
  }),
  rule({
    name: 's3-alias-host',
    level: 'warn',
    holds: ({ live }: Live) => ofOtherForm(live, ['S3_ALIAS_HOST', 'S3_CLOUDFRONT_HOST'], ALIAS),
    say: ({ app, name, value }) => ({
      reason: `${name} of ${app} is not the name of a host (with a path, at most): media get addresses that lead nowhere`,
      remedy: `${configSet(app, { [name]: bare(value) })}; the scheme is S3_PROTOCOL's matter.`
    }),
    examples: [{ app: 'APP', name: 'S3_ALIAS_HOST', value: 'https://files.example.com' }]
  }),
  rule({
    name: 'csp-media-host',
    level: 'warn',
    holds: ({ tree, live }: Pick<UpgradeFacts, 'tree' | 'live'>) =>
      live && tree.listsMediaHosts && live.config.storage() === 's3' && !MEDIA_HOSTS.some(name => live.config.has(name))
        ? [{ app: live.app }]
        : [],
    say: ({ app }) => ({
      reason: `${app} keeps media on S3 without naming their host, so the content security policy does not list it: browsers block pictures and videos`,
      remedy: `${configSet(app, { S3_ALIAS_HOST: 'files.example.com' })} (or S3_HOSTNAME if there is no alias).`
    }),
    examples: [{ app: 'APP' }]
  })
]

interface WrongForm {
  readonly app: string
  readonly name: string
  readonly value: string
}

function ofOtherForm(
  live: LiveFacts | undefined,
  names: readonly Parameters<ConfigView['value']>[0][],
  form: RegExp
): WrongForm[] {
  if (!live) return []
  return names.flatMap(name => {
    const value = live.config.value(name)
    return value === undefined ? [] : seenIf(!form.test(value), { app: live.app, name, value })
  })
}

function bare(value: string): string {
  const host = value
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/\s].*$/, '')
  return HOST.test(host) ? host : 'example.com'
}
