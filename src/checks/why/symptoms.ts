import { errorIn, type LogLine } from '../../heroku/index.ts'
import { ERROR_CODES } from '../../knowledge/index.ts'
import { HEROKU_KEY } from '../causes.ts'
import { mayRunSidekiq } from '../dynos.ts'
import { changeOf, changeText, clockText, type Naming } from './changes.ts'
import { type DynoSighting, type Found, type Sighting } from './seen.ts'

/** What is wrong: the part of an instance that suffers. */
export type Ill =
  | 'heroku'
  | 'web'
  | 'domain'
  | 'pages'
  | 'worker'
  | 'memory'
  | 'postgres'
  | 'redis'
  | 'streaming'
  | 'media'
  | 'mail'
  | 'release'

export interface Symptom {
  readonly ill: Ill
  /** A clause: `my-app is down`. */
  readonly text: string
  /** What is seen of it in detail. */
  readonly detail?: string
  /** The first sign of it, in what seems to be one go. */
  readonly began?: Sign
  /** What the check advises. */
  readonly remedy?: string
  /** It is how the app is set up, and says all itself: only a change of that can be behind it. */
  readonly isSetting?: true
  /** Codes of Heroku's errors among its signs. */
  readonly codes: readonly string[]
}

/** A line of the log, or a dyno's state, that shows that something is wrong. */
interface Sign {
  readonly at: number
  /** A clause, to be followed by a time: `H10 (App crashed) began`, `web.1 crashed`. */
  readonly text: string
  /** Heroku's code, if it has one. */
  readonly code?: string
  /** Whether the log reaches back before it; else it may have begun earlier. */
  readonly isFirst: boolean
}

/** Milliseconds without a sign after which a later one is another story, if all was well in between. */
const ONE_STORY = 30 * 60_000
/** Milliseconds that a dyno must have been up to have been well. */
const WELL = 5 * 60_000

/** Checks whose failure is a symptom, and of what. Others say themselves what is wrong: `heroku-key`, `stack`. */
const BY_CHECK: Readonly<Record<string, Ill>> = {
  names: 'domain',
  certificates: 'domain',
  https: 'domain',
  instance: 'pages',
  assets: 'pages',
  federation: 'pages',
  worker: 'worker',
  queues: 'worker',
  scheduler: 'worker',
  memory: 'memory',
  postgres: 'postgres',
  redis: 'redis',
  streaming: 'streaming',
  media: 'media',
  'object-storage': 'media',
  'gif-upload': 'media',
  smtp: 'mail'
}

/** What is wrong, the worst first. Pure. */
export function symptomsOf(seen: Sighting, naming: Naming): Symptom[] {
  const web = webOf(seen)
  const own = [refusalOf(seen), web, workerOf(seen), memoryOf(seen), releaseOf(seen, naming)]
  // What `names` tells of a domain is more than that it is not reached.
  const order = Object.keys(BY_CHECK)
  const checked = seen.found
    .filter(({ level }) => level === 'fail')
    .sort((a, b) => order.indexOf(a.check) - order.indexOf(b.check))
    .flatMap(one => {
      const ill = illOf(one, web !== undefined)
      return ill === undefined ? [] : [fromCheck(ill, one, seen)]
    })
  const all = [...own, ...checked].filter(symptom => symptom !== undefined)
  return ORDER.flatMap(ill => {
    const ofIt = all.filter(symptom => symptom.ill === ill)
    const settings = ofIt.filter(({ isSetting }) => isSetting)
    return [...ofIt.filter(({ isSetting }) => !isSetting).slice(0, 1), ...settings]
  })
}

/** From the worst on. */
const ORDER: readonly Ill[] = [
  'heroku',
  'web',
  'domain',
  'pages',
  'worker',
  'memory',
  'release',
  'postgres',
  'redis',
  'streaming',
  'media',
  'mail'
]

function illOf({ check, about }: Found, isWebDown: boolean): Ill | undefined {
  if (check === 'health') return about === 'domain' && !isWebDown ? 'domain' : undefined
  return BY_CHECK[check]
}

function refusalOf({ app, refusal }: Sighting): Symptom | undefined {
  if (!refusal) return undefined
  const joint = refusal.id === HEROKU_KEY.id ? ', and' : ':'
  return { ill: 'heroku', text: `${refusal.text}${joint} whether ${app} is well is not known`, codes: [] }
}

function webOf(seen: Sighting): Symptom | undefined {
  if (!isDown(seen)) return undefined
  const { app, maintenance, health, dynos } = seen
  const isWeb = (line: LogLine): boolean => line.dyno === 'router' || line.dyno.startsWith('web.')
  // What clients do (H26 to H28, H31, H32) or may be idle (H15) takes no app down, nor does maintenance that is over (H80).
  const codesOfIt = maintenance
    ? /^(?:H(?!15|2[678]|3[12])\d\d|R1[057]|R99)$/
    : /^(?:H(?!15|2[678]|3[12]|80)\d\d|R1[057]|R99)$/
  const signs = storyOf(seen, isWeb, codesOfIt)
  const began = signs[0] ?? stateSign(dynos?.filter(({ type }) => type === 'web'))
  const codes = codesOf(signs)
  const others = codes.filter(code => code !== began?.code).map(codeText)
  const told = others.length === 0 ? [] : [`${others.join(', ')} ${others.length === 1 ? 'was' : 'were'} logged, too`]
  const answer = codes.length === 0 && health?.ok === false ? [health.text] : []
  const detail = [...told, ...answer].join(', ') || undefined
  return { ill: 'web', text: `${app} is down`, detail, began, codes }
}

/** Whether nobody reaches the app: an answer proves that somebody does. */
function isDown({ maintenance, health, dynos = [], formation, found }: Sighting): boolean {
  if (maintenance) return true
  if (health !== undefined) return !health.ok
  const isOff = formation !== undefined && formation.every(({ type, quantity }) => type !== 'web' || quantity === 0)
  if (isOff || areDead(dynos.filter(({ type }) => type === 'web'))) return true
  return found.some(({ check, about, level }) => check === 'health' && about !== 'domain' && level === 'fail')
}

function areDead(dynos: readonly DynoSighting[]): boolean {
  return dynos.length > 0 && dynos.every(({ state }) => ['crashed', 'down'].includes(state))
}

function workerOf(seen: Sighting): Symptom | undefined {
  const { app, dynos = [], formation = [] } = seen
  const types = formation.filter(mayRunSidekiq)
  const wanted = types.filter(({ quantity }) => quantity > 0)
  const ofWorker = dynos.filter(({ type }) => wanted.some(one => one.type === type))
  const isOff = types.length > 0 && wanted.length === 0
  if (!isOff && !areDead(ofWorker)) return undefined
  const signs = storyOf(seen, ({ dyno }) => wanted.some(({ type }) => dyno.startsWith(`${type}.`)), /^R1[57]$/)
  const text = `No worker of ${app} runs, so nothing federates and no mail goes out`
  return { ill: 'worker', text, began: signs[0] ?? stateSign(ofWorker), codes: codesOf(signs) }
}

function memoryOf(seen: Sighting): Symptom | undefined {
  const signs = storyOf(seen, () => true, /^R1[45]$/, false)
  if (!signs.some(({ code }) => code === 'R15')) return undefined
  return { ill: 'memory', text: `Dynos of ${seen.app} run out of memory`, began: signs[0], codes: codesOf(signs) }
}

/** Parts of checks that judge config vars or a setting. */
const SETTINGS = ['instance/web-push', 'instance/streaming-url', 'media/storage', 'media/host', 'redis/eviction']

function fromCheck(ill: Ill, { check, about, text, remedy }: Found, { app }: Sighting): Symptom {
  const isSetting = SETTINGS.includes(`${check}/${about}`) || undefined
  const words: Partial<Record<Ill, string>> = {
    domain: `${app} is not to be had by its name`,
    pages: `${app} answers, and not as it should`,
    worker: `The jobs of ${app} do not get on`,
    memory: `Dynos of ${app} run out of memory`,
    postgres: `The Postgres of ${app} is at its end`,
    redis: `The Redis of ${app} is at its end`,
    streaming: `Timelines of ${app} do not move`,
    media: `Media of ${app} are not as they should be`,
    mail: `${app} sends no mail`
  }
  return { ill, text: words[ill]!, detail: text, remedy, isSetting, codes: [] }
}

/** The newest release, if it failed: what ran before goes on. */
function releaseOf({ app, releases = [] }: Sighting, naming: Naming): Symptom | undefined {
  const [newest] = releases
  const change = newest?.status === 'failed' ? changeOf(newest) : undefined
  if (!change) return undefined
  const made = `${changeText(change, naming)}, made at ${clockText(change.at)} UTC`
  return { ill: 'release', text: `The newest release of ${app} failed: ${made}`, codes: [] }
}

/** Heroku's errors and crashes that belong together and last until now or almost, oldest first. */
function storyOf(
  { log = [] }: Sighting,
  isOfIt: (line: LogLine) => boolean,
  codes: RegExp,
  withCrashes = true
): Sign[] {
  const own = log.filter(({ source }) => source === 'heroku')
  const signs = own.flatMap((line, at): Sign[] => {
    const sign = isOfIt(line) ? signOf(line, codes, withCrashes) : undefined
    return sign ? [{ ...sign, at: line.time, isFirst: at > 0 }] : []
  })
  const isOver = (from: number, to: number): boolean =>
    to - from > ONE_STORY && own.some(line => line.time > from && line.time < to && isOfIt(line) && wasWell(line, to))
  const start = signs.findLastIndex(({ at }, index) => index > 0 && isOver(signs[index - 1]!.at, at))
  return signs.slice(Math.max(0, start))
}

/** Whether a line shows that all was well for some time before the next sign (Dev Center: http-routing). */
function wasWell({ time, text }: LogLine, next: number): boolean {
  return isAnswer(text) || (/^State changed from \w+ to up$/.test(text) && next - time > WELL)
}

/** Whether the router tells of a whole answer: `at=info … status=200`. */
export function isAnswer(text: string): boolean {
  return /^at=info .*\bstatus=[23]\d\d\b/.test(text)
}

function signOf({ dyno, text }: LogLine, codes: RegExp, withCrashes: boolean): Pick<Sign, 'text' | 'code'> | undefined {
  const error = errorIn(text)
  if (error && codes.test(error.code)) return { text: `${codeText(error.code)} began`, code: error.code }
  if (withCrashes && /^State changed from \w+ to crashed$/.test(text)) return { text: `${dyno} crashed` }
  return undefined
}

/** `H10 (App crashed)`; the code alone if it is not a known one. */
function codeText(code: string): string {
  return code in ERROR_CODES ? `${code} (${ERROR_CODES[code as keyof typeof ERROR_CODES].title})` : code
}

/** `H10 (App crashed) began then`; what is only the oldest of its kind that is known did not begin with that. */
export function signText({ text, code, isFirst }: Sign): string {
  return isFirst || code === undefined ? `${text} then` : `the oldest ${codeText(code)} in the log is of then`
}

/** The oldest of the states in which dead dynos are. */
function stateSign(dynos: readonly DynoSighting[] | undefined): Sign | undefined {
  const dead = (dynos ?? []).filter(({ state, since }) => state === 'crashed' && since !== undefined)
  const [first] = dead.sort((a, b) => a.since! - b.since!)
  return first && { at: first.since!, text: `${first.name} crashed`, isFirst: false }
}

function codesOf(signs: readonly Sign[]): string[] {
  return [...new Set(signs.flatMap(({ code }) => code ?? []))]
}
