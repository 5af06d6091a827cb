import { errorCodes, logLines, type HerokuApp } from '../heroku/index.ts'
import { startDynos } from '../knowledge/index.ts'
import { Unverified, UserError } from '../runtime/index.ts'
import { askOnce, FRONT_PAGE, HealthError, instanceProbe, ownHealth, type Probe } from './health.ts'
import { type Target } from './target.ts'
import { type Tools } from './tools.ts'

/** How an app was just before its code was changed: what the new code is held against. */
export interface OldRelease {
  /** Version of the release that ran; undefined if none did, or if it ran the new code already. */
  readonly version: number | undefined
  /** Process types of which a dyno had crashed. */
  readonly crashed: ReadonlySet<string>
  /** What was wrong with the answer, by the probe's name; undefined if it was right. */
  readonly answers: ReadonlyMap<string, string | undefined>
}

/** If nothing is known of what ran before. */
export const NOT_KNOWN: OldRelease = { version: undefined, crashed: new Set(), answers: new Map() }

/** The new code is at fault, and the evidence: only this takes a release back. */
export class FaultOfTheCode extends UserError {}

/** Milliseconds between the two times that the old release is asked. */
const PAUSE = 3_000
/** Milliseconds before a release in which a crash counts as one of the code before. */
const JUST_BEFORE = 600_000

/** Looks at an app whose code is about to change. One right answer of two is right: it only has to be able to. */
export async function lookBefore(target: Target, probes: readonly Probe[], tools: Tools): Promise<OldRelease> {
  const { app, current } = target
  if (!current?.slug) return NOT_KNOWN
  const crashed = await crashedTypes(app, tools)
  const answers = new Map<string, string | undefined>()
  for (const probe of probes) {
    let { wrong } = await askOnce(probe, tools)
    if (wrong !== undefined) {
      await tools.clock.sleep(PAUSE, tools.signal)
      wrong = (await askOnce(probe, tools)).wrong
    }
    answers.set(probe.name, wrong)
    tools.story.note(`${probe.name} of v${current.version}: ${wrong ?? 'right'}`)
  }
  for (const type of crashed) tools.story.note(`A ${type} dyno of v${current.version} crashed`)
  return { version: current.version, crashed, answers }
}

/** Types of which a dyno is crashed, or did crash just before: Heroku starts it again, so it may be up at this moment. */
async function crashedTypes(app: HerokuApp, tools: Tools): Promise<Set<string>> {
  const dynos = await app.dynos()
  const since = tools.clock.now() - JUST_BEFORE
  const lines = await logLines(app, 'heroku', tools).catch(() => [])
  const logged = lines.filter(({ time, text }) => time >= since && /^State changed from \w+ to crashed$/.test(text))
  const types = new Map(dynos.map(({ name, type }) => [name, type]))
  return new Set([
    ...dynos.filter(({ state }) => state === 'crashed').map(({ type }) => type),
    ...logged.flatMap(({ dyno }) => types.get(dyno) ?? [])
  ])
}

/** The questions whose answers are compared with those of the release before. */
export function webProbes(target: Target): Probe[] {
  const instance = instanceProbe(target, undefined)
  return [ownHealth(target), ...(instance ? [instance] : [])]
}

interface LiveRelease {
  readonly app: HerokuApp
  readonly version: number
  /** It was gone back to: there is nothing to hold it against. */
  readonly isBack?: boolean
}

/** Errors of Heroku itself, not of the code (Dev Center: error-codes): hours used up, a degraded or a broken platform. */
const OF_THE_PLATFORM = ['H82', 'H83', 'H99']

/**
 * Does what asks a release for its health. If an answer stays wrong it rejects with whose fault that is: a
 * `FaultOfTheCode` or an `Unverified`.
 */
export async function blaming(
  live: LiveRelease,
  before: OldRelease,
  tools: Tools,
  work: () => Promise<void>
): Promise<void> {
  const since = tools.clock.now()
  try {
    await work()
  } catch (error) {
    throw error instanceof HealthError ? await blame(error, live, since, before, tools) : error
  }
}

/**
 * Whose fault a wrong answer is. The code's, if the release before answered rightly just before; else that is not known,
 * and nothing is taken back.
 * @param live the release that answers wrongly
 * @param since milliseconds since 1970: what the router logged before is of the old release
 */
async function blame(
  error: HealthError,
  live: LiveRelease,
  since: number,
  before: OldRelease,
  tools: Tools
): Promise<UserError> {
  const { message, probe, nextStep } = error
  const { app, version, isBack = false } = live
  const again = isBack
    ? 'Then run `command: rollback` again: it finishes this one, and goes no further back.'
    : 'Then deploy again: it goes on from there.'
  const unverified = (why: string, next = nextStep): Unverified =>
    new Unverified(
      `v${version} of ${app.name} is live, and could not be proved healthy: ${why}${isBack ? '' : '. Nothing was taken back'}`,
      `${next} ${again}`,
      { cause: error }
    )
  if ((await app.info()).maintenance) {
    return unverified(
      `${message}, and maintenance mode is on, in which the router answers every request so`,
      `Turn it off: \`heroku maintenance:off --app ${app.name}\`.`
    )
  }
  const hasWeb = (await app.formation()).some(({ type, quantity }) => type === 'web' && quantity > 0)
  if (!hasWeb) return unverified(`${message}, and web is scaled to 0`, `Run ${startDynos(app.name, ['web'])}.`)
  const router = (await logLines(app, 'heroku', tools).catch(() => [])).filter(
    ({ time, dyno }) => dyno === 'router' && time >= since
  )
  const codes = errorCodes(router)
  const platform = codes.filter(code => OF_THE_PLATFORM.includes(code))
  if (platform.length > 0) {
    return unverified(
      `${message}, and Heroku's router logs ${platform.join(', ')}, which is no fault of the code`,
      platform.includes('H82') ? hoursUsedUp(app.name) : 'Look at https://status.heroku.com.'
    )
  }
  // By its name an instance may have something in front of it: then only Heroku's router knows who failed.
  const byTheCode = error.byTheCode && (probe !== FRONT_PAGE || router.some(({ text }) => hasFailed(text)))
  if (!byTheCode) return unverified(`${message}${beforeToo(before, probe)}`)
  if (before.answers.has(probe) && before.answers.get(probe) === undefined) {
    const seen = codes.length > 0 ? ` (${codes.join(', ')} in its log)` : ''
    return new FaultOfTheCode(`${message}${seen}, and v${before.version} answered rightly just before`, nextStep, {
      cause: error
    })
  }
  if (before.answers.has(probe)) return unverified(`${message}${beforeToo(before, probe)}`)
  return unverified(isBack ? message : `${message}, and what the old release answered is not known`)
}

/** Whether a line of the router's is of a request that failed. What is quoted in it may be a visitor's. */
function hasFailed(text: string): boolean {
  return /\bstatus=5\d\d\b/.test(text.replace(/"[^"]*"/g, ''))
}

/** What to do if the app's account has no hours left (Dev Center: eco-dyno-hours). */
export function hoursUsedUp(app: string): string {
  return `The account's eco dyno hours of this month are used up: \`heroku ps:type basic --app ${app}\`, or wait for the next month.`
}

function beforeToo({ version, answers }: OldRelease, probe: string): string {
  const wrong = answers.get(probe)
  return wrong === undefined ? '' : `; v${version} did not answer rightly before, either (${wrong})`
}
