import { type UpgradeFacts } from './facts.ts'
import { finding, type Finding } from './findings.ts'

/** A host with an optional port, as Rails compares it with the Host header. */
const HOST = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?::\d+)?$/i

/** The names under which the instance and its media are reached. */
export function checkDomains({ tree, live }: UpgradeFacts): Finding[] {
  if (!live) return []
  const { app, config } = live
  const found: Finding[] = []
  if (!config.has('LOCAL_DOMAIN')) {
    found.push(
      finding(
        'local-domain',
        `${app} has no LOCAL_DOMAIN: it answers every visitor with 403 Blocked host`,
        `\`heroku config:set LOCAL_DOMAIN=example.com --app ${app}\`: the domain behind the @ of its accounts, for ever.`
      )
    )
  }
  for (const name of ['LOCAL_DOMAIN', 'WEB_DOMAIN'] as const) {
    const value = config.value(name)
    if (value === undefined || HOST.test(value)) continue
    found.push(
      finding(
        'domain-form',
        `${name} of ${app} is not the bare name of a host: every visitor would get 403 Blocked host`,
        `\`heroku config:set ${name}=${bare(value)} --app ${app}\`.`
      )
    )
  }
  for (const name of ['S3_ALIAS_HOST', 'S3_CLOUDFRONT_HOST'] as const) {
    const value = config.value(name)
    if (value === undefined || /^[^\s:/]+(?::\d+)?(?:\/[^\s:]*)?$/.test(value)) continue
    found.push(
      finding(
        's3-alias-host',
        `${name} of ${app} is not the name of a host (with a path, at most): media get addresses that lead nowhere`,
        `\`heroku config:set ${name}=${bare(value)} --app ${app}\`; the scheme is S3_PROTOCOL's matter.`
      )
    )
  }
  const known = ['S3_ALIAS_HOST', 'S3_CLOUDFRONT_HOST', 'S3_HOSTNAME', 'AZURE_ALIAS_HOST', 'EXTRA_MEDIA_HOSTS']
  if (tree.listsMediaHosts && config.equals('S3_ENABLED', 'true') && !known.some(name => config.has(name))) {
    found.push(
      finding(
        'csp-media-host',
        `${app} keeps media on S3 without naming their host, so the content security policy does not list it: browsers block pictures and videos`,
        `\`heroku config:set S3_ALIAS_HOST=files.example.com --app ${app}\` (or S3_HOSTNAME where there is no alias).`
      )
    )
  }
  return found
}

function bare(value: string): string {
  const host = value
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/\s].*$/, '')
  return HOST.test(host) ? host : 'example.com'
}
