import { randomBytes } from 'node:crypto'
import { LIMITS } from '../knowledge/index.ts'
import { LateError, poll, within } from '../net/index.ts'
import { CancelledError, shellWord, UserError, type Clock } from '../runtime/index.ts'
import { type HerokuApp } from './app.ts'
import { attach, type RendezvousOptions } from './rendezvous.ts'
import { type Dyno } from './shapes.ts'

interface OneOff {
  /** For a shell. */
  readonly command: string
  /** What it is for, in a word. A later job finds its dynos by it: it is part of their marker. */
  readonly purpose: string
  /** Dyno size, as Heroku names it; the app's own without it. */
  readonly size?: string
  /** Milliseconds after which Heroku ends it. */
  readonly timeout: number
  /** Called with its output, in whole lines. Hostile text. */
  readonly write: (chunk: Buffer) => void
  /** Called at each step. */
  readonly told?: (step: OneOffStep) => void
}

/** Heroku has made the dyno; the rendezvous server let us in; the connection was lost, so its end is only waited for. */
type OneOffStep = { readonly step: 'created'; readonly dyno: Dyno } | { readonly step: 'met' | 'lost' }

export interface OneOffOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Certificate authority of the rendezvous server, if Node does not trust it. */
  readonly ca?: string
}

/** How it ended. `exitCode` is undefined if that is not known: the dyno is gone, and the command may be done or not. */
export type OneOffResult = { readonly dyno: string; readonly exitCode: number | undefined }

const MARK = 'mastodon-on-heroku'
/** Bytes of an unfinished line that are held back: it may become the exit line. */
const LONGEST_HELD = 1_000_000
/** Milliseconds for a dyno to end. Without a client it gets SIGHUP, and SIGKILL after 30 s (Dev Center: one-off-dynos). */
const GONE_WITHIN = 120_000
const STOPPED_WITHIN = 60_000
const CLEARING_AWAY = 6_000

/**
 * Runs a command in a one-off dyno, and hands over its output while it runs. The Platform API tells no exit status, so the
 * shell prints it on a line of its own, behind a name that nobody can guess. If the job is cancelled, the dyno is stopped.
 * If the connection is lost, its end is waited for, and the exit status is not known. Rejects with a `UserError`.
 */
export async function runOneOff(app: HerokuApp, oneOff: OneOff, options: OneOffOptions): Promise<OneOffResult> {
  const marker = `${MARK}:${oneOff.purpose}:${randomBytes(8).toString('hex')}`
  const exitLine = new ExitLine(`${MARK}-exit:${randomBytes(16).toString('hex')}`, oneOff.write)
  const told = oneOff.told ?? (() => {})
  let dyno: string | undefined
  try {
    const created = await app.createDyno({
      command: wrap(oneOff.command, marker, exitLine.name),
      attach: true,
      size: oneOff.size,
      timeToLive: Math.min(LIMITS.oneOff, Math.max(1, Math.ceil(oneOff.timeout / 1000))),
      marker
    })
    const { id, name, attach_url: url } = created
    dyno = id
    told({ step: 'created', dyno: created })
    const met = (): void => told({ step: 'met' })
    if (url) await attachFor(oneOff.timeout, { url, write: chunk => exitLine.take(chunk), met, ...options })
    const exitCode = exitLine.end()
    if (exitCode === undefined) {
      told({ step: 'lost' })
      await waitUntilGone(app, id, options)
    }
    return { dyno: name, exitCode }
  } catch (error) {
    exitLine.end()
    await stopQuietly(app, dyno, marker, options.clock)
    throw options.signal.aborted ? new CancelledError('The command in the one-off dyno') : error
  }
}

/** Stops the one-off dynos that a killed job has left running for this purpose. Resolves with their names. */
export async function endLeftovers(app: HerokuApp, purpose: string, options: OneOffOptions): Promise<string[]> {
  const left = (await app.dynos()).filter(({ command }) => command.includes(`${MARK}:${purpose}:`))
  for (const { id } of left) {
    await app.stopDyno(id)
    await waitUntilGone(app, id, options)
  }
  return left.map(({ name }) => name)
}

/**
 * Runs the command in a shell of its own, so that an `exit` or `exec` in it cannot skip the exit line. The first word must
 * not be a process type: Heroku would run that type's command.
 */
function wrap(command: string, marker: string, exitName: string): string {
  return `bash -c ${shellWord(command)} ${marker}; printf '\\n%s %s\\n' ${exitName} "$?"`
}

/** Attaches for as long as Heroku lets the dyno live. If the connection goes on after that, it counts as lost. */
async function attachFor(timeout: number, rendezvous: RendezvousOptions): Promise<void> {
  try {
    await within(rendezvous, timeout + GONE_WITHIN, 'the one-off dyno did not end', signal =>
      attach({ ...rendezvous, signal })
    )
  } catch (error) {
    if (!(error instanceof LateError) || rendezvous.signal.aborted) throw error
  }
}

/** Waits for the dyno's end, and stops it if that does not come. Rejects if it goes on all the same. */
async function waitUntilGone(app: HerokuApp, id: string, tools: OneOffOptions): Promise<void> {
  for (const timeout of [GONE_WITHIN, STOPPED_WITHIN]) {
    const isGone = async (signal: AbortSignal): Promise<true | undefined> =>
      (await app.under(signal).dyno(id)) === undefined || undefined
    if (await poll(tools, { first: 1_000, longest: 10_000, timeout }, isGone)) return
    await app.stopDyno(id)
  }
  const name = (await app.dyno(id))?.name
  if (name === undefined) return
  throw new UserError(
    `The one-off dyno ${name} of ${app.name} goes on though it was stopped`,
    `End it (\`heroku ps:stop ${name} --app ${app.name}\`), then run the job again.`
  )
}

/** Stops the dyno in the few seconds that a cancelled job has. Never rejects: at worst, Heroku ends it by `time_to_live`. */
async function stopQuietly(app: HerokuApp, id: string | undefined, marker: string, clock: Clock): Promise<void> {
  try {
    await within({ clock }, CLEARING_AWAY, 'no answer', async signal => {
      const asked = app.under(signal)
      const dyno = id ?? (await asked.dynos()).find(({ command }) => command.includes(marker))?.id
      if (dyno !== undefined) await asked.stopDyno(dyno)
    })
  } catch {
    // Nothing more can be done.
  }
}

/** Passes output on without the exit line, wherever packets are cut. If there are several, the last one counts. */
class ExitLine {
  readonly name: string
  readonly #write: (chunk: Buffer) => void
  #held = ''
  #blank = ''
  #passed = ''
  #exitCode: number | undefined

  constructor(name: string, write: (chunk: Buffer) => void) {
    this.name = name
    this.#write = write
  }

  take(chunk: Buffer): void {
    // latin1 keeps every byte, even half a letter at the edge of a packet.
    const text = this.#held + chunk.toString('latin1')
    const end = text.lastIndexOf('\n') + 1
    this.#held = text.slice(end)
    for (const line of text.slice(0, end).match(/[^\n]*\n/g) ?? []) this.#line(line)
    // A line that is longer than any exit line is passed on.
    if (this.#held.length > LONGEST_HELD) {
      this.#line(this.#held)
      this.#held = ''
    }
    this.#flush()
  }

  /** Passes on what is held back. Returns the exit code; undefined if none came. */
  end(): number | undefined {
    if (this.#held !== '') this.#line(this.#held)
    this.#held = ''
    this.#passed += this.#blank
    this.#blank = ''
    this.#flush()
    return this.#exitCode
  }

  #line(line: string): void {
    const at = line.indexOf(this.name)
    const code = at < 0 ? undefined : /^ (\d+)\r?\n$/.exec(line.slice(at + this.name.length))?.[1]
    if (code !== undefined) {
      this.#exitCode = Number(code)
      // The empty line before it is ours, too: the output may not have ended its last line.
      this.#blank = ''
      if (at > 0) this.#passed += `${line.slice(0, at)}\n`
      return
    }
    this.#passed += this.#blank
    this.#blank = ''
    if (/^\r?\n$/.test(line)) this.#blank = line
    else this.#passed += line
  }

  #flush(): void {
    if (this.#passed !== '') this.#write(Buffer.from(this.#passed.replaceAll('\r\n', '\n'), 'latin1'))
    this.#passed = ''
  }
}
