import { randomBytes } from 'node:crypto'
import { LIMITS } from '../knowledge/index.ts'
import { LateError, poll, within } from '../net/index.ts'
import { CancelledError, shellWord, UserError, type Clock } from '../runtime/index.ts'
import { type HerokuApp } from './app.ts'
import { attach, type RendezvousOptions } from './rendezvous.ts'
import { type Dyno } from './shapes.ts'

export interface OneOff {
  /** For a shell. */
  readonly command: string
  /** What it is for, in a word: part of the marker by which a later job knows its dynos. */
  readonly purpose: string
  /** Dyno size, as Heroku names it; the app's own without it. */
  readonly size?: string
  /** Milliseconds after which Heroku ends it. */
  readonly timeout: number
  /** Is handed its output, which is hostile text. */
  readonly write: (chunk: Buffer) => void
  /** Is told how far it has come. */
  readonly told?: (step: OneOffStep) => void
}

/** Heroku starts it, the rendezvous server knows us, the connection is lost: then it is only waited for. */
export type OneOffStep = { readonly step: 'created'; readonly dyno: Dyno } | { readonly step: 'met' | 'lost' }

export interface OneOffOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Certificate authority of the rendezvous server, where it is none that Node trusts. */
  readonly ca?: string
}

/** How it ended, or that this is not known: then the dyno is gone, and the command may have done its work or not. */
export type OneOffResult = { readonly dyno: string; readonly exitCode: number | undefined }

const MARK = 'mastodon-on-heroku'
/** Bytes without a line end that are held back, as they may become the exit line. */
const LONGEST_HELD = 1_000_000
/** Milliseconds. Heroku sends SIGHUP when the client is gone, and SIGKILL after 30 s (Dev Center: one-off-dynos). */
const GONE_WITHIN = 120_000
const STOPPED_WITHIN = 60_000
const CLEARING_AWAY = 6_000

/**
 * Runs a command in a one-off dyno and hands its output over while it runs. The Platform API has no exit status, so the
 * shell prints it on a line of its own, under a name that no one could know before. Where the job is cancelled the dyno
 * is stopped; where the connection is lost, it is waited for, and how it ended is not known.
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

/** Stops what an earlier job, killed meanwhile, may have left running for the same purpose. Returns their names. */
export async function endLeftovers(app: HerokuApp, purpose: string, options: OneOffOptions): Promise<string[]> {
  const left = (await app.dynos()).filter(({ command }) => command.includes(`${MARK}:${purpose}:`))
  for (const { id } of left) {
    await app.stopDyno(id)
    await waitUntilGone(app, id, options)
  }
  return left.map(({ name }) => name)
}

/**
 * The command in a shell of its own, so that `exit` or `exec` in it cannot skip the line. The first word must be no
 * process type, or Heroku runs that type's command instead.
 */
function wrap(command: string, marker: string, exitName: string): string {
  return `bash -c ${shellWord(command)} ${marker}; printf '\\n%s %s\\n' ${exitName} "$?"`
}

/** Attaches for as long as Heroku lets the dyno live. A server that goes on after that is taken for a lost connection. */
async function attachFor(timeout: number, rendezvous: RendezvousOptions): Promise<void> {
  try {
    await within(rendezvous, timeout + GONE_WITHIN, 'the one-off dyno did not end', signal =>
      attach({ ...rendezvous, signal })
    )
  } catch (error) {
    if (!(error instanceof LateError) || rendezvous.signal.aborted) throw error
  }
}

/** Waits for its end, and asks for it where it does not come. Rejects where it goes on all the same. */
async function waitUntilGone(app: HerokuApp, id: string, tools: OneOffOptions): Promise<void> {
  for (const timeout of [GONE_WITHIN, STOPPED_WITHIN]) {
    const isGone = async (): Promise<true | undefined> => (await app.dyno(id)) === undefined || undefined
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

/** The job is going down: what can be done in the seconds that are left. Fails silently; `time_to_live` is the net below. */
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

/** Passes output on and takes the exit line out of it, wherever the packets are cut. The last one counts. */
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
    // latin1 keeps every byte, also half a letter at the edge of a packet.
    const text = this.#held + chunk.toString('latin1')
    const end = text.lastIndexOf('\n') + 1
    this.#held = text.slice(end)
    for (const line of text.slice(0, end).match(/[^\n]*\n/g) ?? []) this.#line(line)
    // Ours begins on a line of its own, so what is longer than any of ours goes on.
    if (this.#held.length > LONGEST_HELD) {
      this.#line(this.#held)
      this.#held = ''
    }
    this.#flush()
  }

  /** Hands over what is held back. Returns the exit code, or undefined where none came. */
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
      // The empty line before it is ours, too: it parts the exit line from output without a line end.
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
