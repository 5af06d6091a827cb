import { errorCodes, herokuLog, type Dyno, type Formation, type HerokuApp } from '../heroku/index.ts'
import { startDynos } from '../knowledge/index.ts'
import { fetchPage, poll } from '../net/index.ts'
import { Unverified, UserError } from '../runtime/index.ts'
import { FaultOfTheCode, hoursUsedUp, NOT_KNOWN, type OldRelease } from './fault.ts'
import { PAUSES, type Tools } from './tools.ts'

/** A dyno that is crashed in so many looks in a row is in a crash loop. Heroku starts it again at once, one time. */
const CRASHES = 2
/** Starts of one dyno under watch after which it is in a crash loop: the first, Heroku's at once, and one more. */
const STARTS = 3
/** Milliseconds for which a dyno has to stay up before it counts as one that works. */
const STAYS_UP = 60_000

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
  /** Of each dyno by its name: since when it is as it is, how often it was seen to start. */
  readonly #seen = new Map<string, { key: string; state: string; since: number; starts: number }>()
  #last: Look = { formation: [], dynos: [], isNew: () => false }
  #crashes = 0
  #downs = 0

  constructor(app: HerokuApp, version: number, tools: Tools, before: OldRelease = NOT_KNOWN) {
    this.#app = app
    this.#version = version
    this.#tools = tools
    this.#before = before
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
      if (look.dynos.some(({ state }) => state === 'idle')) await this.#wake()
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
   * Until each dyno has been up for a minute, or was seen to work. The web dynos have answered by now.
   * @param working names of dynos that were seen to work: `worker.1`
   */
  async stay(working: ReadonlySet<string>): Promise<void> {
    const { clock, story } = this.#tools
    const waits = ({ name, type }: Dyno): boolean => type !== 'web' && !working.has(name)
    const hasStayed = ({ name, state }: Dyno): boolean =>
      state === 'up' && clock.now() - (this.#seen.get(name)?.since ?? Infinity) >= STAYS_UP
    const last = await this.#until('to stay up', async () => {
      const look = await this.#look()
      const stays = look.dynos.filter(waits).every(hasStayed)
      return isUp(look) && stays ? look : undefined
    })
    const said = last.dynos.map(dyno => {
      if (dyno.type === 'web') return `${dyno.name} is up`
      return working.has(dyno.name) ? `${dyno.name} is up, and Sidekiq works in it` : `${dyno.name} is up for a minute`
    })
    story.note(said.join('; '))
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
    const types = new Set(formation.map(({ type }) => type))
    // One-off dynos have types of their own.
    const dynos = (await this.#app.dynos()).filter(({ type }) => types.has(type))
    const isNew = ({ release }: Dyno): boolean => (release?.version ?? 0) >= this.#version
    for (const dyno of dynos.filter(isNew)) {
      const { name, state, id, updated_at: changed } = dyno
      const key = `${id} ${state} ${changed}`
      const known = this.#seen.get(name)
      if (known?.key === key) continue
      const starts = (known?.starts ?? 0) + (state === 'up' ? 1 : 0)
      this.#seen.set(name, { key, state, since: clock.now(), starts })
    }
    const look = { formation, dynos, isNew }
    this.#last = look
    await this.#judge(look)
    return look
  }

  async #judge({ dynos, isNew }: Look): Promise<void> {
    const fresh = dynos.filter(isNew)
    const crashed = fresh.filter(({ state }) => state === 'crashed')
    this.#crashes = crashed.length > 0 ? this.#crashes + 1 : 0
    const looping = fresh.filter(({ name }) => (this.#seen.get(name)?.starts ?? 0) >= STARTS)
    if (this.#crashes >= CRASHES) throw await this.#crash(crashed)
    if (looping.length > 0) throw await this.#crash(looping)
    const down = fresh.filter(({ state }) => state === 'down')
    this.#downs = down.length > 0 ? this.#downs + 1 : 0
    if (this.#downs < CRASHES) return
    // The router names the reason to whoever asks.
    await this.#wake()
    const codes = errorCodes(await herokuLog(this.#app, 100, this.#tools))
    if (codes.includes('H82'))
      throw this.#unverified(`${this.#described()}, with H82 in Heroku's log`, hoursUsedUp(this.#app.name))
  }

  /** Whose fault a crash is, with Heroku's log. */
  async #crash(crashed: readonly Dyno[]): Promise<UserError> {
    const app = this.#app.name
    const lines = await herokuLog(this.#app, 100, this.#tools)
    const names = crashed.map(({ name }) => name)
    const codes = errorCodes(lines.filter(line => names.some(name => line.includes(`heroku[${name}]`))))
    const router = errorCodes(lines.filter(line => line.includes('heroku[router]')))
    const known = [...new Set([...codes, ...router])]
    const about = lines.filter(line => names.some(name => line.includes(`[${name}]`))).slice(-8)
    const what =
      `${names.join(', ')} of the new release keep${names.length === 1 ? 's' : ''} crashing` +
      (known.length > 0 ? ` (${known.join(', ')})` : '')
    const log = about.length > 0 ? `. Heroku's log:\n${about.map(line => `  ${line.slice(0, 300)}`).join('\n')}` : ''
    const next = `Look at \`heroku logs --app ${app}\` for what it printed. The codes: https://devcenter.heroku.com/articles/error-codes`
    const alsoBefore = crashed.every(({ type }) => this.#before.crashed.has(type))
    if (!alsoBefore) return new FaultOfTheCode(what + log, next)
    return this.#unverified(`${what}, as those of v${this.#before.version} did before${log}`, next)
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

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}
