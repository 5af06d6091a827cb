import { configSet, configUnset, NEEDS, POSTGRES, REDIS, SERVICES } from '../../knowledge/index.ts'
import { compareVersions } from '../versions.ts'
import { type Address, type LiveFacts, type UpgradeFacts } from './facts.ts'
import { rule, seenIf } from './rule.ts'

type Facts = Pick<UpgradeFacts, 'tree' | 'live'>

/** Postgres and Redis: there, new enough, and reachable over TLS. */
export const SERVICE_RULES = [
  rule({
    name: 'add-on',
    level: 'block',
    holds: ({ live }: Facts) =>
      live
        ? Object.entries(SERVICES).flatMap(([service, { brings }]) =>
            seenIf(!live.config.has(brings), { app: live.app, service, brings })
          )
        : [],
    say: ({ app, service, brings }) => ({
      reason: `${app} has no ${brings}`,
      remedy: `Add what brings it: \`heroku addons:create ${service} --app ${app}\`, or set it.`
    }),
    examples: Object.entries(SERVICES).map(([service, { brings }]) => ({ app: 'APP', service, brings }))
  }),
  rule({
    name: 'postgres-version',
    level: 'block',
    holds: ({ tree, live }: Facts) => tooOld(live, POSTGRES, tree.minimums.postgres),
    say: ({ app, is, takes }) => ({
      reason: `Postgres of ${app} is ${is}, and this version takes ${takes} or newer: its release phase would fail`,
      remedy: `\`heroku pg:upgrade:run DATABASE_URL --app ${app}\` after a backup; from the Standard plans on \`heroku pg:upgrade:prepare DATABASE_URL --app ${app}\` comes first (Heroku's docs: "Upgrading the Version of a Heroku Postgres Database").`
    }),
    examples: [{ app: 'APP', is: '13.16', takes: '14' }]
  }),
  rule({
    name: 'redis-version',
    level: 'block',
    holds: ({ tree, live }: Facts) => tooOld(live, REDIS, tree.minimums.redis),
    say: ({ app, is, takes }) => ({
      reason: `Redis of ${app} is ${is}, and this version takes ${takes} or newer: Sidekiq stops as it starts`,
      remedy: `\`heroku redis:upgrade --app ${app}\`.`
    }),
    examples: [{ app: 'APP', is: '6.2.14', takes: '7.0' }]
  }),
  rule({
    name: 'redis-tls-driver',
    level: 'block',
    holds: ({ tree: { redis }, live, redisTls }: Facts & Pick<UpgradeFacts, 'redisTls'>) => {
      if (!live || !usesTls(live, redisTls)) return []
      const lacksDriver = live.config.lacks(NEEDS.redisDriver).length > 0
      const isHiredis = redis.driver === 'hiredis' || (redis.driver === 'choice' && lacksDriver)
      return seenIf(isHiredis && redis.hiredisLacksTls, { app: live.app, canChoose: redis.driver === 'choice' })
    },
    say: ({ app, canChoose }) => ({
      reason: `REDIS_URL of ${app} is a rediss:// address, and ${NEEDS.redisDriver.without}`,
      remedy: canChoose
        ? `${configSet(app, NEEDS.redisDriver.vars)}.`
        : 'This version cannot choose another driver: use a Redis without TLS, or a version from 4.3 on.'
    }),
    examples: [
      { app: 'APP', canChoose: true },
      { app: 'APP', canChoose: false }
    ]
  }),
  rule({
    name: 'redis-tls-verify',
    level: 'block',
    holds: ({
      tree: { redis },
      live,
      redisTls,
      hasStreamingApp
    }: Facts & Pick<UpgradeFacts, 'redisTls' | 'hasStreamingApp'>) => {
      if (!live || !usesTls(live, redisTls) || !isHerokus(live, live.config.address('REDIS_URL'))) return []
      const takes = redis.takesSelfSigned && (redis.streamingTakesSelfSigned || !hasStreamingApp)
      return seenIf(!takes, { app: live.app, isStreaming: redis.takesSelfSigned })
    },
    say: ({ app, isStreaming }) => ({
      reason: `Redis of ${app} is Heroku's own, whose certificate nobody vouches for, and ${isStreaming ? 'its streaming server (streaming/redis.js)' : 'this tree'} does not take such a one`,
      remedy:
        'Set `redis-tls: no-verify` in the config, which makes the built tree take it; or add a Redis of another vendor.'
    }),
    examples: [{ app: 'APP', isStreaming: false }]
  }),
  rule({
    name: 'pgsslmode',
    level: 'block',
    holds: ({ live }: Facts) => (live?.config.value('PGSSLMODE') === 'no-verify' ? [{ app: live.app }] : []),
    say: ({ app }) => ({
      reason: `${app} has PGSSLMODE=no-verify: Ruby cannot connect to Postgres with it, only Node can`,
      remedy: `${configUnset(app, 'PGSSLMODE')}; it belongs on the streaming app alone.`
    }),
    examples: [{ app: 'APP' }]
  }),
  rule({
    name: 'streaming-postgres-tls',
    level: 'block',
    holds: ({ live }: Facts) => (live ? verifiesPostgres(live) : []),
    say: ({ app, mode }) => ({
      reason: `${app} connects to Postgres with sslmode ${mode}, with which Node verifies a certificate that nobody vouches for`,
      remedy: `${configSet(app, { PGSSLMODE: NEEDS.streamingServer.vars.PGSSLMODE })}, and DATABASE_URL without \`sslmode\`.`
    }),
    examples: [{ app: 'STREAMING_APP', mode: 'require' }]
  })
]

interface OldServer {
  readonly app: string
  readonly is: string
  readonly takes: string
}

function tooOld(live: LiveFacts | undefined, service: string, takes: string | undefined): OldServer[] {
  const is = live?.addons?.find(addon => addon.service === service)?.version
  if (!live || is === undefined || takes === undefined) return []
  return seenIf(compareVersions(is, takes) < 0, { app: live.app, is, takes })
}

/** The patch of `no-verify` brings the driver as well. */
function usesTls({ config }: LiveFacts, redisTls: UpgradeFacts['redisTls']): boolean {
  return config.address('REDIS_URL')?.scheme === 'rediss' && redisTls !== 'no-verify'
}

function verifiesPostgres({ streaming, addons }: LiveFacts): { readonly app: string; readonly mode: string }[] {
  if (!streaming) return []
  const address = streaming.config.address('DATABASE_URL')
  const mode = address?.sslmode ?? streaming.config.value('PGSSLMODE')
  if (mode === undefined || !['prefer', 'require', 'verify-ca', 'verify-full'].includes(mode)) return []
  const isHeroku = addons?.some(({ service }) => service === POSTGRES) ?? isAmazon(address)
  return seenIf(isHeroku && !streaming.config.equals('NODE_TLS_REJECT_UNAUTHORIZED', '0'), { app: streaming.app, mode })
}

/** Whether a server is Heroku's: by the add-on, else by its address. */
function isHerokus({ addons }: LiveFacts, address: Address | undefined): boolean {
  return (addons?.some(({ service }) => service === REDIS) ?? true) && isAmazon(address)
}

/** Heroku's data services have names like `ec2-1-2-3-4.compute-1.amazonaws.com`. */
function isAmazon(address: Address | undefined): boolean {
  return address?.host.endsWith('.amazonaws.com') ?? false
}
