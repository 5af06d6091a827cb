import { compareVersions } from '../versions.ts'
import { type Address, type LiveAddon, type LiveFacts, type UpgradeFacts } from './facts.ts'
import { finding, type Finding } from './findings.ts'

const POSTGRES = 'heroku-postgresql'
const REDIS = 'heroku-redis'

/** Postgres and Redis: there, new enough, and reachable over TLS. */
export function checkServices(facts: UpgradeFacts): Finding[] {
  const { live } = facts
  if (!live) return []
  const addons = { DATABASE_URL: POSTGRES, REDIS_URL: REDIS }
  return [
    ...Object.entries(addons).flatMap(([name, service]) =>
      live.config.has(name)
        ? []
        : [
            finding(
              'add-on',
              `${live.app} has no ${name}`,
              `Add what brings it: \`heroku addons:create ${service} --app ${live.app}\`, or set it.`
            )
          ]
    ),
    ...versions(facts, live),
    ...redisTls(facts, live),
    ...postgresTls(live)
  ]
}

function versions({ tree: { minimums } }: UpgradeFacts, live: LiveFacts): Finding[] {
  const found: Finding[] = []
  const postgres = addonOf(live, POSTGRES)
  if (isTooOld(postgres?.version, minimums.postgres)) {
    found.push(
      finding(
        'postgres-version',
        `Postgres of ${live.app} is ${postgres!.version}, and this version takes ${minimums.postgres} or newer: its release phase would fail`,
        `\`heroku pg:upgrade:run DATABASE_URL --app ${live.app}\` after a backup; from the Standard plans on \`heroku pg:upgrade:prepare\` comes first (Heroku's docs: "Upgrading the Version of a Heroku Postgres Database").`
      )
    )
  }
  const redis = addonOf(live, REDIS)
  if (isTooOld(redis?.version, minimums.redis)) {
    found.push(
      finding(
        'redis-version',
        `Redis of ${live.app} is ${redis!.version}, and this version takes ${minimums.redis} or newer: Sidekiq stops as it starts`,
        `\`heroku redis:upgrade --app ${live.app}\`.`
      )
    )
  }
  return found
}

function isTooOld(version: string | undefined, minimum: string | undefined): boolean {
  return version !== undefined && minimum !== undefined && compareVersions(version, minimum) < 0
}

function addonOf({ addons }: LiveFacts, service: string): LiveAddon | undefined {
  return addons?.find(addon => addon.service === service)
}

function redisTls({ tree: { redis }, redisTls, hasStreamingApp }: UpgradeFacts, live: LiveFacts): Finding[] {
  const { app, config } = live
  const address = config.address('REDIS_URL')
  // The patch of `no-verify` brings the driver as well.
  if (address?.scheme !== 'rediss' || redisTls === 'no-verify') return []
  const found: Finding[] = []
  const isHiredis = redis.driver === 'hiredis' || (redis.driver === 'choice' && !config.equals('REDIS_DRIVER', 'ruby'))
  if (isHiredis && redis.hiredisLacksTls) {
    found.push(
      finding(
        'redis-tls-driver',
        `REDIS_URL of ${app} is a rediss:// address, and this version talks to it with hiredis, which has no TLS`,
        redis.driver === 'choice'
          ? `\`heroku config:set REDIS_DRIVER=ruby --app ${app}\`.`
          : 'This version cannot choose another driver: use a Redis without TLS, or a version from 4.3 on.'
      )
    )
  }
  const takes = redis.takesSelfSigned && (redis.streamingTakesSelfSigned || !hasStreamingApp)
  if (isHerokus(live, address) && !takes) {
    const what = redis.takesSelfSigned ? 'its streaming server (streaming/redis.js)' : 'this tree'
    found.push(
      finding(
        'redis-tls-verify',
        `Redis of ${app} is Heroku's own, whose certificate nobody vouches for, and ${what} does not take such a one`,
        'Set `redis-tls: no-verify` in the config, which makes the built tree take it; or add a Redis of another vendor.'
      )
    )
  }
  return found
}

function postgresTls({ app, config, streaming, addons }: LiveFacts): Finding[] {
  const found: Finding[] = []
  if (config.value('PGSSLMODE') === 'no-verify') {
    found.push(
      finding(
        'pgsslmode',
        `${app} has PGSSLMODE=no-verify: Ruby cannot connect to Postgres with it, only Node can`,
        `\`heroku config:unset PGSSLMODE --app ${app}\`; it belongs on the streaming app alone.`
      )
    )
  }
  if (!streaming) return found
  const address = streaming.config.address('DATABASE_URL')
  const mode = address?.sslmode ?? streaming.config.value('PGSSLMODE')
  const verifies = mode !== undefined && ['prefer', 'require', 'verify-ca', 'verify-full'].includes(mode)
  const isHeroku = addons?.some(({ service }) => service === POSTGRES) ?? isAmazon(address)
  if (verifies && isHeroku && !streaming.config.equals('NODE_TLS_REJECT_UNAUTHORIZED', '0')) {
    found.push(
      finding(
        'streaming-postgres-tls',
        `${streaming.app} connects to Postgres with sslmode ${mode}, with which Node verifies a certificate that nobody vouches for`,
        `\`heroku config:set PGSSLMODE=no-verify --app ${streaming.app}\`, and DATABASE_URL without \`sslmode\`.`
      )
    )
  }
  return found
}

/** By the add-on, else by where it runs. */
function isHerokus({ addons }: LiveFacts, address: Address): boolean {
  return (addons?.some(({ service }) => service === REDIS) ?? true) && isAmazon(address)
}

/** Heroku's data services have names like `ec2-1-2-3-4.compute-1.amazonaws.com`. */
function isAmazon(address: Address | undefined): boolean {
  return address?.host.endsWith('.amazonaws.com') ?? false
}
