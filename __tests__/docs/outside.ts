/** What pages name of other people's: programs with their flags, and places on the web. Somebody has looked at each. */

/**
 * Commands of Heroku's own CLI that pages and errors name, with the flags that they take (npm heroku 11.10.0:
 * oclif.manifest.json; create, login, rollback, stack and stack:set are aliases there, and --dyno is one of --dyno-name).
 * A name that is not here is to be looked up first: `pg:upgrade` is a topic alone, and `builds` a plugin.
 */
export const HEROKU: Readonly<Record<string, readonly string[]>> = {
  access: ['app', 'json'],
  addons: ['all', 'app', 'json', 'no-wrap'],
  'addons:attach': ['app', 'as', 'confirm', 'credential'],
  'addons:create': ['app', 'as', 'confirm', 'name', 'wait'],
  'addons:info': ['app'],
  'addons:open': ['app', 'show-url'],
  apps: ['all', 'internal-routing', 'json', 'personal', 'space', 'team'],
  authorizations: ['json'],
  'authorizations:create': ['description', 'expires-in', 'json', 'scope', 'short'],
  'authorizations:revoke': [],
  buildpacks: ['app', 'json'],
  'buildpacks:search': ['description', 'name', 'namespace'],
  'buildpacks:set': ['app', 'index', 'json'],
  certs: ['app'],
  'certs:auto': ['app', 'wait'],
  'certs:auto:enable': ['app', 'wait'],
  config: ['app', 'json', 'shell'],
  'config:set': ['app'],
  'config:unset': ['app'],
  'container:push': ['app', 'arg', 'context-path', 'no-cache', 'recursive', 'verbose'],
  create: [
    'addons',
    'app',
    'buildpack',
    'features',
    'internal-routing',
    'json',
    'kernel',
    'locked',
    'manifest',
    'no-remote',
    'region',
    'space',
    'stack',
    'team'
  ],
  domains: ['app', 'columns', 'csv', 'extended', 'filter', 'json', 'no-wrap', 'sort'],
  'domains:add': ['app', 'cert', 'json', 'wait'],
  drains: ['app', 'json'],
  'features:enable': ['app'],
  login: ['browser', 'expires-in', 'interactive', 'sso'],
  logs: ['app', 'dyno', 'dyno-name', 'force-colors', 'no-color', 'num', 'process-type', 'ps', 'source', 'tail'],
  'maintenance:off': ['app'],
  'pg:backups:capture': ['app', 'verbose', 'wait-interval'],
  'pg:backups:schedule': ['app', 'at'],
  'pg:copy': ['app', 'confirm', 'verbose', 'wait-interval'],
  'pg:credentials:rotate': ['all', 'app', 'confirm', 'force', 'name'],
  'pg:info': ['app'],
  'pg:ps': ['app', 'verbose'],
  'pg:reset': ['app', 'confirm', 'extensions'],
  'pg:upgrade:prepare': ['app', 'confirm', 'version'],
  'pg:upgrade:run': ['app', 'confirm', 'version'],
  ps: ['app', 'extended', 'json', 'no-wrap'],
  'ps:restart': ['app', 'dyno-name', 'process-type'],
  'ps:scale': ['app'],
  'ps:stop': ['app', 'dyno-name', 'process-type'],
  'ps:type': ['app'],
  'redis:maxmemory': ['app', 'policy'],
  'redis:upgrade': ['app', 'confirm', 'version'],
  'redis:info': ['app', 'json'],
  releases: ['app', 'extended', 'json', 'num'],
  'releases:info': ['app', 'json', 'shell'],
  'releases:output': ['app'],
  rollback: ['app'],
  run: ['app', 'env', 'exit-code', 'listen', 'no-launcher', 'no-notify', 'no-tty', 'size', 'type'],
  stack: ['app'],
  'stack:set': ['app']
}

/** Commands of GitHub's CLI that are newer than Debian 12's (cli/cli: pkg/cmd/attestation, since 2.49). */
export const NEWER_GH: Readonly<Record<string, readonly string[]>> = {
  'attestation verify': ['repo']
}

/**
 * Pages of others that ours link to: when somebody looked, and where it was seen. A new link is to be looked at first, and
 * put here; nothing here asks the web, which would make a test red for a server's bad day.
 */
export const LINKS: Readonly<Record<string, readonly [date: string, seen: string]>> = {
  'https://devcenter.heroku.com/articles/connecting-heroku-redis': ['2026-11-25', 'cited by Heroku’s own sample apps'],
  'https://devcenter.heroku.com/articles/heroku-cli': ['2026-11-25', 'heroku/cli: README.md'],
  'https://elements.heroku.com/addons/heroku-postgresql': ['2026-11-25', 'the slug of heroku/cli: addons:create'],
  'https://elements.heroku.com/addons/heroku-redis': ['2026-11-25', 'likewise'],
  'https://github.com/AkhileshNS/heroku-deploy': ['2026-11-25', 'the repository: README.md, action.yml'],
  'https://github.com/heroku-reference-apps/github-heroku-flow-action': [
    '2026-11-25',
    'used and cited by others’ repositories'
  ],
  'https://github.com/mastodon/mastodon/blob/main/SECURITY.md': ['2026-11-25', 'the file, in forks of the repository'],
  'https://github.com/mastodon/mastodon/issues/19824': [
    '2026-11-25',
    'cited by others’ repositories, for the same reason'
  ],
  'https://github.com/mastodon/mastodon/issues/20591': ['2026-11-25', 'the issue itself'],
  'https://signup.heroku.com': ['2026-11-25', 'cited by others’ guides'],
  'https://www.heroku.com/pricing': ['2026-11-25', 'cited by Heroku’s documentation']
}
