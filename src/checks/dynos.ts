import { errorIn, type Dyno, type Formation, type LogLine, type Release } from '../heroku/index.ts'
import { dynoSize } from '../knowledge/index.ts'
import { within } from '../net/index.ts'
import { counted, roughDuration } from '../runtime/index.ts'
import { type Finding, type Level, type World } from './check.ts'
import { type AppFacts } from './facts.ts'
import { lookAtPart } from './findings.ts'

/** Milliseconds that a change-over may take: dynos of an older release are still there, and new ones start. */
const CHANGE_OVER = 15 * 60_000
/** Milliseconds after which a dyno that still starts will not come up by itself: Heroku ends a web process after 60 s (R10). */
const STARTS_WITHIN = 5 * 60_000

const HOUR = 3_600_000
/** Crashes of a dyno within an hour that are no accident. */
const CRASHES = 2
/** Milliseconds for the log, which only adds to what is seen. */
const LOG_WITHIN = 8_000
/** Milliseconds for Heroku to tell of web dynos: it must not cost a check what others said. */
const WEB_WITHIN = 10_000
/** The part of a check that tells that an app is in maintenance mode, which explains what its other parts see. */
export const MAINTENANCE = 'maintenance'

/**
 * Whether dynos of a type may run Sidekiq, by their command. Without one nobody can tell; `worker` is the type of Mastodon's
 * own Procfile, and `console` and `rake` are those that heroku/ruby adds to every slug (heroku-buildpack-ruby:
 * lib/language_pack/rails2.rb).
 */
export function mayRunSidekiq({ type, command }: Pick<Formation, 'type' | 'command'>): boolean {
  if (type === 'web' || type === 'release') return false
  return command ? /sidekiq/i.test(command) || type === 'worker' : true
}

/** What is asked of the dynos of some process types. */
interface Wanted {
  /** Those that count, each at one dyno or more. */
  readonly types: readonly Formation[]
  /** `2 dynos beside web`: what they are together. */
  readonly what: string
  /** What does not work without: `nothing federates`. */
  readonly without: string
  /** Whether a visitor wakes them if they sleep, as Eco dynos do. */
  readonly woken: boolean
}

/** One thing that is wrong with dynos of a type. */
interface Trouble {
  readonly text: string
  readonly remedy: string
  /** It will be otherwise in minutes, one way or the other. */
  readonly passing?: boolean
}

/**
 * Whether the dynos that an app is scaled to are there, up and of the release that runs. It asks Heroku how they are: a
 * number in the formation is a wish. Rejects if Heroku does not say.
 */
export async function dynosFinding(app: AppFacts, wanted: Wanted, world: Around): Promise<Finding> {
  const [dynos, release, log] = await Promise.all([app.dynos(), app.release(), ownLog(app, world)])
  const seen = wanted.types.map(entry => ({ entry, found: dynos.filter(dyno => belongs(dyno, entry)) }))
  const scene = { app: app.name, release, now: world.clock.now(), woken: wanted.woken, log }
  const judged = seen.map(({ entry, found }) => judge(entry, found, scene))
  const troubles = judged.flatMap(({ troubles: of }) => of)
  const count = wanted.types.reduce((sum, { quantity }) => sum + quantity, 0)
  if (troubles.length === 0) {
    const version = release ? `, of v${release.version}` : ''
    const kinds = wanted.types.map(({ type, quantity, size }) => `${type} ${quantity}× ${size ?? ''}`.trim()).join(', ')
    const asleep = judged.some(({ idle }) => idle) ? '; Eco dynos among them sleep until somebody comes' : ''
    return { level: 'ok', figure: `${count}`, text: `${wanted.what}${version}: ${kinds}${asleep}` }
  }
  const up = judged.reduce((sum, one) => sum + one.serving, 0)
  const level = worstOf(judged.map(one => levelOf(one.serving, one.troubles)))
  const without = level === 'fail' ? `: ${wanted.without}` : ''
  return {
    level,
    figure: `${up} of ${count}`,
    text: `${troubles.map(({ text }) => text).join('; ')}${without}`,
    remedy: troubles[0]!.remedy
  }
}

/**
 * What Heroku says of an app's web dynos, for a check that asks the app itself, too: as its part `dynos`, or `maintenance`.
 * It takes no longer than an answer of the app.
 * @param without what does not work without them
 */
export function webDynosFinding(app: AppFacts, without: string, world: Around): Promise<readonly Finding[]> {
  const about = 'dynos'
  return lookAtPart(about, () =>
    within(world, WEB_WITHIN, 'Heroku did not answer', async () => {
      // If Heroku does not say whether maintenance mode is on, its dynos are told all the same.
      const info = await app.info().catch(() => undefined)
      if (info?.maintenance) return [inMaintenance(app.name, without)]
      const formation = await app.formation()
      const web = formation.find(({ type }) => type === 'web')
      if (!web || web.quantity === 0) return [{ about, ...noWeb(app.name, web !== undefined, without) }]
      const what = `${counted(web.quantity, 'web dyno')} of ${app.name} ${web.quantity === 1 ? 'is' : 'are'} there`
      return [{ about, ...(await dynosFinding(app, { types: [web], what, without, woken: true }, world)) }]
    })
  )
}

function inMaintenance(app: string, without: string): Finding {
  const text = `Maintenance mode of ${app} is on: ${without}`
  return { level: 'fail', about: MAINTENANCE, text, remedy: `\`heroku maintenance:off --app ${app}\`` }
}

function noWeb(app: string, isType: boolean, without: string): Finding {
  return {
    level: 'fail',
    figure: '0',
    text: `${app} has no ${isType ? 'web dyno' : 'process type web, so no web dyno'}: ${without}`,
    remedy: isType
      ? `Run \`heroku ps:scale web=1 --app ${app}\`.`
      : 'Deploy: `command: deploy` releases a slug that has one.'
  }
}

/** One-off dynos of a scheduler may have the name of a process type, and a high number. */
function belongs({ name, type }: Dyno, { type: wanted, quantity }: Formation): boolean {
  const number = Number(name.split('.').at(-1))
  return type === wanted && !(number > quantity)
}

type Around = Pick<World, 'clock' | 'signal'>

/** The lines that Heroku itself wrote. None if they are not to be had: how dynos are now is known without. */
async function ownLog(app: AppFacts, world: Around): Promise<readonly LogLine[]> {
  const lines = await within(world, LOG_WITHIN, 'no log', () => app.platformLog()).catch(() => [])
  return lines.filter(({ source }) => source === 'heroku')
}

interface Scene {
  readonly app: string
  readonly release: Release | undefined
  readonly now: number
  readonly woken: boolean
  readonly log: readonly LogLine[]
}

interface Judged {
  /** How many do their work, or do it when a visitor comes. */
  readonly serving: number
  readonly idle: boolean
  readonly troubles: readonly Trouble[]
}

function judge({ type, quantity, size }: Formation, found: readonly Dyno[], scene: Scene): Judged {
  const { app, release, now, woken, log } = scene
  const hours = ecoHours(size ?? '', log)
  const missing = quantity - found.length
  return {
    serving: found.filter(({ state }) => state === 'up' || (state === 'idle' && woken)).length,
    idle: found.some(({ state }) => state === 'idle'),
    troubles: [
      ...found.flatMap(dyno => [...troubleOf(dyno, app, now, woken, hours), ...crashesOf(dyno, app, now, log)]),
      ...(missing > 0 ? [absent(type, quantity, missing, app, hours)] : []),
      ...older(found, release, app, now)
    ]
  }
}

/** Whether the account's Eco hours are used up: the log says so; it may be; the dynos need none. */
type EcoHours = 'gone' | 'perhaps' | 'none'

function ecoHours(size: string, log: readonly LogLine[]): EcoHours {
  if (log.some(({ text }) => errorIn(text)?.code === 'H82')) return 'gone'
  return dynoSize(size)?.name === 'Eco' ? 'perhaps' : 'none'
}

const HOURS: Readonly<Record<EcoHours, string>> = {
  gone: ': the account’s Eco hours are used up (H82)',
  perhaps: ', as Eco dynos are if the account’s hours are used up (H82)',
  none: ''
}

function absent(type: string, quantity: number, missing: number, app: string, hours: EcoHours): Trouble {
  const none =
    missing === quantity
      ? 'no dyno of it is there'
      : `${counted(missing, 'dyno')} of it ${missing === 1 ? 'is' : 'are'} not there`
  return {
    text: `${type} is scaled to ${quantity}, and ${none}${hours === 'gone' ? HOURS.gone : ''}`,
    remedy:
      hours === 'gone'
        ? paid(app)
        : `Look at \`heroku ps --app ${app}\` and https://status.heroku.com, then \`heroku ps:restart --app ${app}\`.`
  }
}

function troubleOf(
  { name, state, updated_at }: Dyno,
  app: string,
  now: number,
  woken: boolean,
  hours: EcoHours
): Trouble[] {
  const long = now - Date.parse(updated_at)
  const text = `${name} is ${state.slice(0, 20)}${Number.isNaN(long) ? '' : `, for ${roughDuration(long / 1000)}`}`
  const remedy = seeWhy(app, name)
  switch (state) {
    case 'up':
      return []
    case 'idle':
      return woken ? [] : [{ text: `${text}: an Eco dyno sleeps if no visitor comes`, remedy: paid(app) }]
    case 'starting':
      return long > STARTS_WITHIN
        ? [{ text, remedy }]
        : [{ text, remedy: 'Run the checks again in a few minutes.', passing: true }]
    case 'down':
      return [
        {
          text: `${text}${HOURS[hours]}`,
          remedy: hours === 'none' ? `${remedy} Then \`heroku ps:restart --app ${app}\`.` : paid(app)
        }
      ]
    default:
      return [{ text, remedy }]
  }
}

/** A dyno that is up may be in a crash loop: Heroku logs each crash. */
function crashesOf({ name, state }: Dyno, app: string, now: number, log: readonly LogLine[]): Trouble[] {
  if (state !== 'up') return []
  const times = log
    .filter(
      ({ dyno, text, time }) => dyno === name && /^State changed from \w+ to crashed\b/.test(text) && now - time <= HOUR
    )
    .map(({ time }) => time)
  if (times.length < CRASHES) return []
  const last = roughDuration((now - Math.max(...times)) / 1000)
  return [
    {
      text: `${name} is up, and has crashed ${times.length} times within an hour, last ${last} ago`,
      remedy: seeWhy(app, name)
    }
  ]
}

function seeWhy(app: string, dyno: string): string {
  return `See why: \`heroku logs --app ${app} --dyno ${dyno}\`.`
}

function paid(app: string): string {
  return `Take a size that does not sleep: \`heroku ps:type basic --app ${app}\`.`
}

/** What is to be said of dynos that are still of an older release. */
function older(found: readonly Dyno[], release: Release | undefined, app: string, now: number): Trouble[] {
  const current = release?.version ?? 0
  const old = found.filter(({ release: of }) => of && of.version < current)
  if (!release || old.length === 0) return []
  const versions = [...new Set(old.map(dyno => `v${dyno.release!.version}`))].join(', ')
  const text = `${old.map(({ name }) => name).join(', ')} ${old.length === 1 ? 'runs' : 'run'} ${versions}, and v${current} is the release`
  return now - Date.parse(release.created_at) <= CHANGE_OVER
    ? [{ text: `${text}, a new one`, remedy: 'Run the checks again in a few minutes.', passing: true }]
    : [{ text, remedy: `\`heroku ps:restart --app ${app}\`` }]
}

function levelOf(serving: number, troubles: readonly Trouble[]): Level {
  if (troubles.length === 0) return 'ok'
  if (troubles.every(({ passing }) => passing)) return 'unknown'
  return serving === 0 ? 'fail' : 'warn'
}

const WORST: readonly Level[] = ['fail', 'warn', 'unknown', 'ok']

function worstOf(levels: readonly Level[]): Level {
  return WORST.find(level => levels.includes(level)) ?? 'ok'
}
