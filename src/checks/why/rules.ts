import { errorIn, type Share } from '../../heroku/index.ts'
import { largerSize, POSTGRES, REDIS } from '../../knowledge/index.ts'
import { counted, roughDuration, wholeShareText } from '../../runtime/index.ts'
import { mayRunSidekiq } from '../dynos.ts'
import { fullness } from '../findings.ts'
import { changeText, changesOf, clockText, type Change, type Naming } from './changes.ts'
import { type Found, type Sighting } from './seen.ts'
import { isAnswer, symptomsOf, type Ill, type Symptom } from './symptoms.ts'

/** A cause that fits a symptom. */
interface Fit {
  /** A clause: `that config change`; undefined if the symptom names it. */
  readonly cause: string | undefined
  /** What proves it, or speaks for it: clauses. */
  readonly evidence: readonly string[]
  /** What to do, a sentence each. */
  readonly next: readonly string[]
  /** Whether it is seen as it is; else only the order of events, or names, speak for it. */
  readonly isSeen?: true
}

/** What is behind it if Heroku does not answer, by the cause's id. A dead key says it all itself. */
const REFUSALS: Readonly<Record<string, string>> = {
  'heroku-api': 'Heroku’s platform, as far as it can be seen from here',
  'heroku-way': 'the way from this machine to Heroku'
}

/** What a rule is handed. */
export interface Case {
  readonly seen: Sighting
  readonly symptom: Symptom
  readonly changes: readonly Change[]
  readonly naming: Naming
}

export interface CauseRule {
  readonly name: string
  readonly ills: readonly Ill[]
  fits(this: void, of: Case): Fit | undefined
}

/** Milliseconds after a change within which what begins is its doing: a slow boot, a change-over with preboot. */
const SOON = 15 * 60_000
/** Milliseconds for which a line of the app's counts, if nobody knows when what is wrong began. */
const RECENT = 3_600_000
/** Milliseconds for which a change whose names fit a symptom counts, if nobody knows when that began. */
const REMEMBERED = 7 * 86_400_000
/** Milliseconds by which a release may be dated after its effect: Heroku gives whole seconds. */
const SLACK = 2_000

/** Config vars that have to do with a symptom, by their names (mastodon: .env.production.sample; docs.joinmastodon.org: admin/config). */
const NAMES: Partial<Record<Ill, RegExp>> = {
  mail: /^(?:SMTP_|MAILGUN_|SENDGRID_|POSTMARK_)/,
  media: /^(?:S3_|AWS_|SWIFT_|AZURE_|PAPERCLIP_|CDN_HOST$|EXTRA_MEDIA_HOSTS$|FFMPEG_BINARY$)/,
  streaming: /^(?:STREAMING_|RUN_STREAMING$|PGSSLMODE$|DATABASE_URL$|NODE_)/,
  domain: /^(?:LOCAL_DOMAIN|WEB_DOMAIN|ALTERNATE_DOMAINS|LOCAL_HTTPS)$/,
  pages:
    /^(?:LOCAL_DOMAIN|WEB_DOMAIN|ALTERNATE_DOMAINS|DATABASE_URL|PGSSLMODE|DB_\w+|REDIS_\w+|CACHE_REDIS_\w+|CDN_HOST|RAILS_\w+|SECRET_KEY_BASE|OTP_SECRET|VAPID_\w+|STREAMING_\w+|ACTIVE_RECORD_ENCRYPTION_\w+|ES_\w+)$/,
  postgres: /^(?:DATABASE_URL|DB_\w+|PGSSLMODE|WEB_CONCURRENCY|MAX_THREADS|SIDEKIQ_CONCURRENCY|PREPARED_STATEMENTS)$/,
  redis: /^(?:REDIS_|CACHE_REDIS_|SIDEKIQ_REDIS_)/,
  memory:
    /^(?:WEB_CONCURRENCY|MAX_THREADS|SIDEKIQ_CONCURRENCY|MALLOC_ARENA_MAX|LD_PRELOAD|JEMALLOC_ENABLED|RUBYOPT|NODE_OPTIONS)$/,
  worker: /^(?:REDIS_|SIDEKIQ_|DATABASE_URL$|DB_)/
}

/** From what is seen as it is to what only the order of events speaks for. The first that fits counts. */
export const CAUSE_RULES: readonly CauseRule[] = [
  {
    name: 'heroku-refuses',
    ills: ['heroku'],
    fits: ({ seen: { refusal } }) =>
      refusal && {
        isSeen: true,
        cause: REFUSALS[refusal.id],
        evidence: [],
        next: refusal.remedy === undefined ? [] : [refusal.remedy]
      }
  },
  {
    name: 'maintenance',
    ills: ['web'],
    fits: ({ seen: { app, maintenance } }) =>
      maintenance
        ? {
            isSeen: true,
            cause: 'maintenance mode is on, by hand or left by a deploy that was killed',
            evidence: [],
            next: [`Turn it off: \`heroku maintenance:off --app ${app}\`.`]
          }
        : undefined
  },
  { name: 'scaled-to-0', ills: ['web', 'worker'], fits: scaledTo0 },
  { name: 'dyno-hours', ills: ['web', 'worker'], fits: hoursUsedUp },
  { name: 'postgres-closed', ills: ['web', 'pages', 'worker', 'postgres', 'streaming'], fits: postgresClosed },
  {
    name: 'redis-closed',
    ills: ['web', 'pages', 'worker', 'redis', 'streaming'],
    fits: of => addonClosed(of, REDIS, 'Redis')
  },
  {
    name: 'release-phase',
    ills: ['release'],
    fits: ({ seen: { app, releases = [] } }) => {
      const serving = releases.find(({ current, status }) => current || status === 'succeeded')
      const goesOn = serving ? [`v${serving.version} goes on serving`] : []
      return {
        isSeen: true,
        cause: 'its release phase, whose output says why',
        evidence: goesOn,
        next: [`Read it: \`heroku releases:output v${releases[0]!.version} --app ${app}\`.`]
      }
    }
  },
  { name: 'streaming-app', ills: ['streaming'], fits: streamingApp },
  { name: 'platform', ills: ['web', 'worker'], fits: platformFault },
  { name: 'change-before', ills: ['web', 'pages', 'worker', 'memory', 'streaming'], fits: changeBefore },
  { name: 'redis-full', ills: ['web', 'pages', 'worker', 'redis'], fits: redisFull },
  { name: 'postgres-full', ills: ['web', 'pages', 'worker', 'postgres', 'streaming'], fits: postgresFull },
  { name: 'memory', ills: ['web', 'worker', 'memory'], fits: memoryGrew },
  { name: 'domain', ills: ['domain'], fits: ofDomain },
  { name: 'change-by-name', ills: Object.keys(NAMES) as Ill[], fits: changeByName }
]

function scaledTo0({ seen: { app, formation }, symptom: { ill }, changes, naming }: Case): Fit | undefined {
  if (formation === undefined) return undefined
  const types = formation.filter(one => (ill === 'web' ? one.type === 'web' : mayRunSidekiq(one)))
  const first = types.find(({ type }) => type === 'worker') ?? types[0]
  if (!first && ill === 'web') return noWebProcess(app, formation.length === 0)
  if (!first || types.some(({ quantity }) => quantity > 0)) return undefined
  const by = changes.find(
    ({ kind, what }) => kind === 'scaling' && types.some(({ type }) => what.includes(`${type}@0`))
  )
  return {
    isSeen: true,
    cause: `${first.type} is scaled to 0`,
    evidence: by
      ? [`${changeText(by, naming)} at ${clockText(by.at)} UTC`]
      : ['the log does not tell who did it, or when'],
    next: [`Run \`heroku ps:scale ${first.type}=1 --app ${app}\`.`]
  }
}

/** The streaming app is an app like the main one: what takes its web down takes streaming down. */
function streamingApp({ seen, naming }: Case): Fit | undefined {
  if (seen.streaming === undefined) return undefined
  const own: Sighting = { ...seen.streaming, now: seen.now, found: [] }
  const symptom = symptomsOf(own, naming).find(({ ill }) => ill === 'web')
  if (!symptom) return undefined
  const fit = CAUSE_RULES.filter(({ ills }) => ills.includes('web'))
    .map(({ fits }) => fits(caseOf(own, symptom, naming)))
    .find(one => one !== undefined)
  const down = symptom.began ? `${symptom.text} since ${clockText(symptom.began.at)} UTC` : symptom.text
  return {
    isSeen: true,
    cause: 'its dynos have crashed',
    next: [`Look at \`heroku logs --app ${own.app}\`.`],
    ...fit,
    evidence: [down, ...(fit?.evidence ?? [])]
  }
}

function noWebProcess(app: string, isBlank: boolean): Fit {
  return {
    isSeen: true,
    cause: isBlank ? 'nothing was ever deployed' : 'the slug that runs has no process type `web`',
    evidence: [],
    next: [`Look at the Procfile, and at \`heroku ps --app ${app}\`; then deploy.`]
  }
}

function hoursUsedUp({ seen: { app, dynos = [], formation = [] }, symptom: { codes } }: Case): Fit | undefined {
  if (!codes.includes('H82')) return undefined
  const types = formation.filter(({ quantity }) => quantity > 0).map(({ type }) => `${type}=basic`)
  types.sort()
  return {
    isSeen: true,
    cause: 'the account’s hours of Eco dynos are used up',
    evidence: [downText(dynos)].filter(Boolean),
    next: [
      `Take dynos without such a limit, \`heroku ps:type ${types.join(' ') || 'web=basic'} --app ${app}\`, or wait for the first of the month.`
    ]
  }
}

function downText(dynos: NonNullable<Sighting['dynos']>): string {
  const down = dynos.filter(({ state }) => state === 'down').map(({ name }) => name)
  return down.length === 0 ? '' : `Heroku calls ${down.join(', ')} down`
}

function postgresClosed(of: Case): Fit | undefined {
  const { app, postgres } = of.seen
  const status = postgres?.status ?? ''
  if (!/action required|access restricted|suspend/i.test(status)) return addonClosed(of, POSTGRES, 'Postgres')
  return {
    isSeen: true,
    cause: 'Postgres takes no writes, or nothing at all, any more',
    evidence: [`Heroku says of it “${status}”`, ...fullText(of.seen.postgres)],
    next: [`Look at \`heroku pg:info --app ${app}\`, and move to a larger plan.`]
  }
}

/** The add-on is gone, or not as an add-on should be. */
function addonClosed({ seen, changes, naming }: Case, service: string, name: string): Fit | undefined {
  const { app, addons } = seen
  if (addons === undefined) return undefined
  const own = addons.filter(addon => addon.addon_service.name === service)
  const bad = own.find(({ state }) => state !== 'provisioned')
  if (bad)
    return {
      isSeen: true,
      cause: `the add-on of ${name} is not there as it should be`,
      evidence: [`Heroku calls ${bad.name} ${bad.state}`],
      next: [`Look at \`heroku addons:info ${bad.name} --app ${app}\`.`]
    }
  const gone = changes.find(
    ({ kind, what }) =>
      kind === 'add-on' && /^(?:Detach|Remove|Delete|Deprovision)/i.test(what) && ofService(service).test(what)
  )
  if (own.length > 0 || !gone) return undefined
  return {
    isSeen: true,
    cause: `the add-on of ${name} was taken away`,
    evidence: [`the app has none any more since ${changeText(gone, naming)} at ${clockText(gone.at)} UTC`],
    next: [`Look at \`heroku addons --app ${app}\`, and attach it again: \`heroku addons:attach ADDON --app ${app}\`.`]
  }
}

function ofService(service: string): RegExp {
  return service === POSTGRES ? /DATABASE|postgres/i : /REDIS/i
}

function platformFault({ seen: { now, app }, symptom: { codes, began }, changes }: Case): Fit | undefined {
  const fault = codes.find(code => code === 'H99' || code === 'R99')
  if (fault === undefined || isAfter(changes[0], began?.at ?? now)) return undefined
  return {
    cause: 'a fault of Heroku’s platform',
    evidence: [
      'Heroku itself calls it a fault of the platform',
      changes[0] ? `nothing of ${app} was changed within ${counted(SOON / 60_000, 'minute')} before` : ''
    ].filter(Boolean),
    next: ['Look at https://status.heroku.com; there is nothing to mend in the app.']
  }
}

/** Whether a change came so shortly before a time that it may be behind what began then. */
function isAfter(change: Change | undefined, began: number): change is Change {
  return change !== undefined && began - change.at <= SOON && change.at - began <= SLACK
}

/** The newest config change whose names have to do with what is wrong, if nobody knows when that began. */
function namedChange(
  { seen, symptom, changes }: Case,
  ill: Ill
): { change: Change; fitting: readonly string[] } | undefined {
  const names = NAMES[ill]
  if (names === undefined || symptom.began?.isFirst) return undefined
  const change = changes.find(
    ({ kind, at, vars }) => kind === 'config' && vars.some(name => names.test(name)) && seen.now - at <= REMEMBERED
  )
  return change && { change, fitting: change.vars.filter(name => names.test(name)) }
}

/** A clause about such a change; none if there is none. */
function namedText(of: Case, ill: Ill = of.symptom.ill): string[] {
  const named = namedChange(of, ill)
  if (!named) return []
  const ago = roughDuration((of.seen.now - named.change.at) / 1_000)
  const fitting = named.fitting.map(name => `\`${name}\``).join(', ')
  const have = named.fitting.length === 1 ? 'has' : 'have'
  return [`${changeText(named.change, of.naming)} came ${ago} ago, and ${fitting} ${have} to do with it`]
}

function changeByName(of: Case): Fit | undefined {
  const named = namedChange(of, of.symptom.ill)
  if (!named) return undefined
  return {
    cause: 'that config change',
    evidence: [...namedText(of), 'since when it is so is not known'],
    next: backFrom(named.change, of.seen)
  }
}

const CALLED: Readonly<Record<Change['kind'], string>> = {
  config: 'that config change',
  deploy: 'that deploy',
  rollback: 'that rollback',
  'add-on': 'that change of an add-on',
  scaling: 'that scaling',
  other: 'that release'
}

/** The newest change came right before the first sign. */
function changeBefore({ seen, symptom: { began }, changes, naming }: Case): Fit | undefined {
  if (began === undefined || !began.isFirst) return undefined
  const change = changes.find(({ at }) => at <= began.at + SLACK)
  if (!isAfter(change, began.at)) return undefined
  const after = Math.max(0, began.at - change.at)
  const answered = lastAnswer(seen, began.at)
  return {
    cause: CALLED[change.kind],
    evidence: [
      `${began.text} ${roughDuration(after / 1_000)} after ${changeText(change, naming)}`,
      ...(answered !== undefined && answered <= change.at + SOON ? [`it answered until ${clockText(answered)}`] : [])
    ],
    next: backFrom(change, seen)
  }
}

/** When the router last told of a whole answer before a time. */
function lastAnswer({ log = [] }: Sighting, before: number): number | undefined {
  return log.findLast(
    ({ time, source, dyno, text }) => time <= before && source === 'heroku' && dyno === 'router' && isAnswer(text)
  )?.time
}

/** How to look at a change, and how to take it back. */
function backFrom({ kind, version }: Change, { app, releases = [] }: Sighting): string[] {
  if (version === undefined) return [`Look at \`heroku ps --app ${app}\`.`]
  const look = `Look at it: \`heroku releases:info v${version} --app ${app}\`.`
  const before = releases.find(one => one.version < version && one.status === 'succeeded' && one.slug)
  if (!before) return [look]
  if (kind === 'deploy') return [look, 'Back: `command: rollback`, which refuses if migrations stand in its way.']
  return [look, `Back, with the config vars of then: \`heroku rollback v${before.version} --app ${app}\`.`]
}

/** What Redis says when it takes no more (redis.io: eviction; Sidekiq and Rails log it). */
const REDIS_FULL = /OOM command not allowed when used memory/
/** What Postgres says when it takes no more connections (postgresql.org: errcodes, 53300). */
const CONNECTIONS_FULL = /too many (?:connections|clients)|remaining connection slots/i

function redisFull(of: Case): Fit | undefined {
  const { seen } = of
  const full = failed(seen, 'redis')
  const said = appSaid(of, REDIS_FULL)
  if (!full && !said) return undefined
  return {
    // What a line says may be over.
    ...(full && { isSeen: true }),
    cause: 'Redis is full',
    evidence: [
      ...(full ? [full.text] : []),
      ...(said ? [`the app’s log says so in ${said}`] : []),
      ...namedText(of, 'redis')
    ],
    next: [`Look at \`heroku redis:info --app ${seen.app}\` and at \`/sidekiq\`, then move to a larger plan.`]
  }
}

function failed({ found }: Sighting, check: string): Found | undefined {
  return found.find(one => one.check === check && one.level === 'fail')
}

/** How many of the app's own lines since it began have a text: `12 lines`. What they say besides is not repeated. */
function appSaid({ seen: { log = [], now }, symptom: { began } }: Case, words: RegExp): string | undefined {
  const from = began ? began.at - SOON : now - RECENT
  const lines = log.filter(
    ({ time, source, dyno, text }) =>
      time >= from && source === 'app' && dyno !== 'api' && words.test(text.slice(0, 2_000))
  )
  return lines.length === 0 ? undefined : counted(lines.length, 'line')
}

function postgresFull(of: Case): Fit | undefined {
  const { seen } = of
  const full = fullText(seen.postgres)
  const said = appSaid(of, CONNECTIONS_FULL)
  if (full.length === 0 && !said) return undefined
  return {
    ...(full.length > 0 && { isSeen: true }),
    cause: 'Postgres is at a limit of its plan',
    evidence: [
      ...full,
      ...(said ? [`the app’s log says in ${said} that it takes no more connections`] : []),
      ...namedText(of, 'postgres')
    ],
    next: [
      `Look at \`heroku pg:info --app ${seen.app}\`; lower \`WEB_CONCURRENCY\`, \`MAX_THREADS\` or \`SIDEKIQ_CONCURRENCY\`, or move to a larger plan.`
    ]
  }
}

/** What of Postgres is full. */
function fullText(postgres: Sighting['postgres']): string[] {
  const shares: readonly (readonly [string, Share | undefined])[] = [
    ['of its size', postgres?.size],
    ['of its connections', postgres?.connections],
    ['of its tables', postgres?.tables]
  ]
  return shares.flatMap(([of, share]) =>
    share && fullness(share.part, share.whole) === 'fail'
      ? [`${wholeShareText(share.part, share.whole)} ${of} are used`]
      : []
  )
}

function memoryGrew({ seen, symptom: { codes, began }, changes }: Case): Fit | undefined {
  if (!codes.includes('R15') || !began) return undefined
  const [last] = changes.filter(({ at }) => at <= began.at)
  return {
    cause: 'its memory grew past what the dyno has',
    evidence: [
      'Heroku ended dynos for it (R15)',
      last ? `the last change before was ${roughDuration((began.at - last.at) / 1_000)} earlier` : ''
    ].filter(Boolean),
    next: [
      `Lower \`WEB_CONCURRENCY\` or \`SIDEKIQ_CONCURRENCY\`, set \`MALLOC_ARENA_MAX=2\`, or take a larger dyno size${largerSizes(seen, began.at)}.`
    ]
  }
}

/** `: ` and the command that gives a larger size to the types whose dynos have run out of memory; empty if none is known. */
function largerSizes({ app, log = [], formation = [] }: Sighting, from: number): string {
  const short = log.filter(
    ({ time, source, text }) => time >= from && source === 'heroku' && /^R1[45]$/.test(errorIn(text)?.code ?? '')
  )
  const types = formation.flatMap(({ type, size }) => {
    const larger = largerSize(size ?? '')
    return larger !== undefined && short.some(({ dyno }) => dyno.startsWith(`${type}.`))
      ? [`${type}=${larger.toLowerCase()}`]
      : []
  })
  return types.length === 0 ? '' : `: \`heroku ps:type ${types.join(' ')} --app ${app}\``
}

/** The app answers at its own address: what is wrong lies between it and its name. */
function ofDomain(of: Case): Fit | undefined {
  const { health, found } = of.seen
  const own = (['names', 'certificates', 'health', 'https'] as const).flatMap(check =>
    found.filter(one => one.check === check && one.level === 'fail')
  )
  const [first] = own
  if (!first) return undefined
  const isDns = first.check === 'names' && first.about?.startsWith('acm') !== true
  const isReached = /its name is not in the DNS/.test(first.text)
  return {
    isSeen: true,
    cause: isDns || isReached ? 'the DNS of the domain' : 'the certificate, or what is in front of the app',
    evidence: [...(health?.ok ? ['at its own address the app answers'] : []), ...namedText(of)],
    next: first.remedy === undefined ? [] : [`${first.remedy.replace(/\.$/, '')}.`]
  }
}

/** The case of a symptom. */
export function caseOf(seen: Sighting, symptom: Symptom, naming: Naming): Case {
  return { seen, symptom, changes: changesOf(seen), naming }
}
