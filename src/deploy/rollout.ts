import { errorCodes, logLines, type Dyno, type Formation, type HerokuApp, type LogLine } from '../heroku/index.ts'
import { startDynos } from '../knowledge/index.ts'
import { fetchPage, poll } from '../net/index.ts'
import { shortened, Unverified, UserError } from '../runtime/index.ts'
import { FaultOfTheCode, hoursUsedUp, NOT_KNOWN, type OldRelease } from './fault.ts'
import { PAUSES, type Tools } from './tools.ts'

/** A dyno that is crashed in so many looks in a row is in a crash loop. Heroku starts it again at once, one time. */
const CRASHES = 2
/** Starts of one and the same dyno after which it is in a crash loop: the first, Heroku's at once, and one more. */
const STARTS = 3
/** Milliseconds for which a dyno has to stay up before it counts as one that works. */
const STAYS_UP = 60_000

/** Milliseconds by which this machine's clock and Heroku's may differ. */
const CLOCKS_DIFFER = 5_000

/** What was seen of one dyno, by its name. */
interface Sight {
  /** The dyno's id: another one of the same name begins anew. */
  readonly id: string
  /** Changes whenever its state does. */
  readonly key: string
  /** Milliseconds since 1970: when it was first seen so. */
  readonly since: number
  readonly starts: number
  /** Looks in a row in which it was crashed. */
  readonly crashed: number
  /** Its key when it was seen to work. */
  readonly proven?: string
}

/**
 * Waits until the dynos of the formation are up in this release (or a newer one) and none of an older one is left.
 * Rejects with what `RolloutWatch.up` does.
 */
export async function waitForDynos(app: HerokuApp, version: number, tools: Tools): Promise<void> {
  await new RolloutWatch(app, version, tools).up()
}

/**
 * Watches an app's dynos from a release on. What it sees decides: a dyno of the new code that keeps crashing is the code's
 * fault, unless its type had crashed before; a dyno that only does not come up proves nothing.
 */
export class RolloutWatch {
  readonly #app: HerokuApp
  readonly #version: number
  readonly #before: OldRelease
  readonly #tools: Tools
  readonly #since: number
  #seen: ReadonlyMap<string, Sight> = new Map()
  #last: Look = { formation: [], dynos: [], isNew: () => false }
  #downs = 0

  constructor(app: HerokuApp, version: number, tools: Tools, before: OldRelease = NOT_KNOWN) {
    this.#app = app
    this.#version = version
    this.#tools = tools
    this.#before = before
    this.#since = tools.clock.now()
  }

  /**
   * Until each type of the formation has its dynos up and no older dyno is left. The formation is read at each look, for
   * an autoscaler may change it meanwhile. Rejects with a `FaultOfTheCode`, or with an `Unverified` when the time is over.
   * Source: heroku/cli `ps:wait` (state `up`, `release.version`).
   */
  async up(): Promise<void> {
    const { story } = this.#tools
    let ready: Look | undefined
    await this.#until('to run this release', async () => {
      const look = await this.#look()
      ready = isUp(look) ? look : undefined
      return ready
    })
    const types = wantedTypes(ready!)
    if (types.length === 0) {
      const start = startDynos(
        this.#app.name,
        ready!.formation.map(({ type }) => type)
      )
      return story.warn(`${this.#app.name} has no dynos: ${start ?? 'deploy first'}`)
    }
    const counts = types.map(([type, quantity]) => `${type} ${quantity}`).join(', ')
    story.note(`Up in v${this.#version}: ${counts}; no older dyno is left`)
  }

  /** Whether Sidekiq runs in a dyno of the formation, by its command. */
  get runsSidekiq(): boolean {
    return this.#last.formation.some(({ quantity, command }) => quantity > 0 && /\bsidekiq\b/.test(command ?? ''))
  }

  /**
   * Until each dyno has been up for a minute, or was seen to work and has not started anew since. The web dynos have
   * answered by the first time that this is called.
   * @param working names of dynos that were seen to work: `worker.1`
   */
  async stay(working: ReadonlySet<string>): Promise<void> {
    const { clock, story } = this.#tools
    const isProven = ({ name, type }: Dyno): boolean => {
      const sight = this.#seen.get(name)!
      return (type === 'web' || working.has(name)) && (sight.proven ?? sight.key) === sight.key
    }
    const hasStayed = (dyno: Dyno): boolean =>
      isProven(dyno) || clock.now() - this.#seen.get(dyno.name)!.since >= STAYS_UP
    const { formation, dynos } = await this.#until('to stay up', async () => {
      const look = await this.#look()
      return isUp(look) && look.dynos.every(hasStayed) ? look : undefined
    })
    if (formation.some(({ type, quantity }) => type === 'web' && quantity === 0))
      story.warn(`${this.#app.name} has web at 0 by now: ${startDynos(this.#app.name, ['web'])}`)
    const said = dynos.map(dyno => {
      if (!isProven(dyno)) return `${dyno.name} has been up for a minute`
      return dyno.type === 'web' ? `${dyno.name} is up` : `${dyno.name} is up, and Sidekiq works in it`
    })
    story.note(said.join('; '))
    const keys = new Map(dynos.filter(isProven).map(({ name }) => [name, this.#seen.get(name)!.key]))
    this.#seen = new Map([...this.#seen].map(([name, sight]) => [name, { ...sight, proven: keys.get(name) }]))
  }

  /** Asks until there is an answer; when the time is over, says what was seen of which dyno, since when. */
  async #until(what: string, ask: () => Promise<Look | undefined>): Promise<Look> {
    const { clock, signal, timeout } = this.#tools
    const answer = await poll({ clock, signal }, { ...PAUSES, timeout }, ask)
    if (answer !== undefined) return answer
    const next = `Look at \`heroku ps --app ${this.#app.name}\` and \`heroku logs --app ${this.#app.name}\`.`
    throw this.#unverified(
      `waited ${Math.round(timeout / 60_000)} minutes for the dynos ${what}, and ${this.#described()}`,
      next
    )
  }

  async #look(): Promise<Look> {
    const { clock } = this.#tools
    const formation = await this.#app.formation()
    // One-off dynos have other types, or that of a process type that is scaled to nothing (`console`).
    const types = new Set(formation.filter(({ quantity }) => quantity > 0).map(({ type }) => type))
    const dynos = (await this.#app.dynos()).filter(({ type }) => types.has(type))
    const isNew = ({ release }: Dyno): boolean => (release?.version ?? 0) >= this.#version
    this.#seen = new Map(
      dynos.filter(isNew).map(dyno => [dyno.name, seenAgain(this.#seen.get(dyno.name), dyno, clock.now())])
    )
    const look = { formation, dynos, isNew }
    this.#last = look
    if (dynos.some(({ state }) => state === 'idle')) await this.#wake()
    await this.#judge(look)
    return look
  }

  async #judge({ dynos, isNew }: Look): Promise<void> {
    const fresh = dynos.filter(isNew)
    const looping = fresh.filter(({ name }) => {
      const { crashed, starts } = this.#seen.get(name)!
      return crashed >= CRASHES || starts >= STARTS
    })
    if (looping.length > 0) throw await this.#crash(looping)
    const down = fresh.filter(({ state }) => state === 'down')
    this.#downs = down.length > 0 ? this.#downs + 1 : 0
    if (this.#downs < CRASHES) return
    // The router names the reason to whoever asks.
    await this.#wake()
    const codes = errorCodes(await this.#log())
    if (codes.includes('H82'))
      throw this.#unverified(`${this.#described()}, with H82 in Heroku's log`, hoursUsedUp(this.#app.name))
  }

  /** What Heroku logged since the watch began; nothing if that cannot be read. */
  async #log(): Promise<LogLine[]> {
    const lines = await logLines(this.#app, 'heroku', this.#tools).catch(() => [])
    return lines.filter(({ time }) => time >= this.#since - CLOCKS_DIFFER)
  }

  /** Whose fault a crash is, with Heroku's log. */
  async #crash(crashed: readonly Dyno[]): Promise<UserError> {
    const app = this.#app.name
    const names = crashed.map(({ name }) => name)
    const lines = (await this.#log()).filter(({ dyno }) => dyno === 'router' || names.includes(dyno))
    const known = errorCodes(lines)
    const about = lines.filter(({ dyno }) => dyno !== 'router').slice(-8)
    const what =
      `${names.join(', ')} of the new release keep${names.length === 1 ? 's' : ''} crashing` +
      (known.length > 0 ? ` (${known.join(', ')})` : '')
    const log = about.map(({ time, dyno, text }) => `  ${timeText(time)} ${dyno}: ${shortened(text, 300)}`)
    const quoted = log.length > 0 ? `. Heroku's log:\n${log.join('\n')}` : ''
    const next = `Look at \`heroku logs --app ${app}\` for what it printed. The codes: https://devcenter.heroku.com/articles/error-codes`
    const newer = crashed.find(({ release }) => release?.version !== this.#version)?.release?.version
    if (newer !== undefined)
      return this.#unverified(`v${newer} came after it, and ${names.join(', ')} of that crash${quoted}`, next)
    const alsoBefore = crashed.every(({ type }) => this.#before.crashed.has(type))
    if (!alsoBefore) return new FaultOfTheCode(what + quoted, next)
    return this.#unverified(`${what}, as those of v${this.#before.version} did before${quoted}`, next)
  }

  #unverified(why: string, next: string): Unverified {
    return new Unverified(
      `v${this.#version} of ${this.#app.name} is live, and its dynos could not be proved healthy: ${why}`,
      `${next} Nothing was taken back. When the dynos are up, run the job again: it goes on from there.`
    )
  }

  /** What was seen last: `web.1 is starting since 2026-11-29T12:00:00Z`, for each dyno that is not as it should be. */
  #described(): string {
    const { formation, dynos, isNew } = this.#last
    const old = dynos.filter(dyno => !isNew(dyno)).map(({ name, release }) => `${name} still runs v${release?.version}`)
    const notUp = dynos.filter(dyno => isNew(dyno) && dyno.state !== 'up')
    const since = ({ name }: Dyno): string => timeText(this.#seen.get(name)?.since ?? this.#tools.clock.now())
    const said = [...old, ...notUp.map(dyno => `${dyno.name} is \`${dyno.state}\` since ${since(dyno)}`)]
    if (said.length > 0) return said.join(', ')
    const wanted = formation.filter(({ quantity }) => quantity > 0).map(({ type, quantity }) => `${type} ${quantity}`)
    return `of ${wanted.join(', ')} only ${dynos.map(({ name }) => name).join(', ') || 'no dyno'} is there`
  }

  /** An eco dyno sleeps until somebody asks it (Dev Center: eco-dyno-hours). Any answer will do. */
  async #wake(): Promise<void> {
    const { web_url: url } = await this.#app.info()
    if (url) await fetchPage(new URL('/health', url).href, {}, this.#tools).catch(() => {})
    if (this.#tools.signal.aborted) throw this.#tools.signal.reason
  }
}

interface Look {
  readonly formation: readonly Formation[]
  /** Those of the formation. */
  readonly dynos: readonly Dyno[]
  readonly isNew: (dyno: Dyno) => boolean
}

function wantedTypes({ formation }: Look): [string, number][] {
  return formation.filter(({ quantity }) => quantity > 0).map(({ type, quantity }) => [type, quantity])
}

function isUp(look: Look): boolean {
  const { dynos, isNew } = look
  const up = (type: string): number =>
    dynos.filter(dyno => dyno.type === type && isNew(dyno) && dyno.state === 'up').length
  return wantedTypes(look).every(([type, quantity]) => up(type) >= quantity) && dynos.every(isNew)
}

/** What is known of a dyno after one more look. */
function seenAgain(known: Sight | undefined, dyno: Dyno, now: number): Sight {
  const { id, state, updated_at: changed } = dyno
  const key = `${id} ${state} ${changed}`
  const before = known?.id === id ? known : undefined
  const isSame = before?.key === key
  return {
    id,
    key,
    since: isSame ? before.since : now,
    starts: (before?.starts ?? 0) + (state === 'up' && !isSame ? 1 : 0),
    crashed: state === 'crashed' ? (before?.crashed ?? 0) + 1 : 0,
    proven: known?.proven
  }
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}
