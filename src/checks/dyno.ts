import { randomBytes } from 'node:crypto'
import { runOneOff, type HerokuApp, type OneOffOptions } from '../heroku/index.ts'
import { insideCommand, readInside, type Inside, type Part, type PartValue } from '../mastodon/index.ts'
import { once } from './facts.ts'

/** What one one-off dyno saw from inside the app. It starts when the first check asks, and once for all. */
export interface DynoFacts {
  /** Rejects with the reason where that part, or the whole dyno, said nothing. */
  part<Name extends Part>(this: void, name: Name): Promise<PartValue<Name>>
}

/** Milliseconds for a check that needs the dyno: it has to start, and Rails to boot. */
export const DYNO_DEADLINE = 240_000
/** Milliseconds after which it is given up, before its checks are: what they know otherwise they can still say. */
const PATIENCE = 220_000
/** Milliseconds after which Heroku ends it. */
const LIFETIME = 300_000
/** Bytes of output that are looked at. */
const MOST_OUTPUT = 1_000_000

export interface DynoOptions extends OneOffOptions {
  /** Dyno size; the app's own without it. */
  readonly size: string | undefined
}

/** `settled`: resolves when no dyno is left, at once where none was started. */
export function dynoFacts(app: HerokuApp, options: DynoOptions): DynoFacts & { settled: () => Promise<void> } {
  let started: Promise<unknown> = Promise.resolve()
  const inside = once(() => {
    const looking = lookInside(app, options)
    started = looking.catch(() => {})
    return looking
  })
  return {
    part: async name => {
      const said = (await inside())[name]
      if (said === undefined) throw new Error('the one-off dyno ended before it came to this')
      if ('error' in said) throw new Error(said.error)
      return said.value
    },
    settled: async () => void (await started)
  }
}

async function lookInside(app: HerokuApp, { size, ...options }: DynoOptions): Promise<Inside> {
  const late = new AbortController()
  const stopTimer = options.clock.after(PATIENCE, () => late.abort())
  const signal = AbortSignal.any([options.signal, late.signal])
  try {
    return await runInside(app.under(signal), { ...options, size, signal })
  } catch (error) {
    if (late.signal.aborted) throw new Error(`the one-off dyno did not end within ${PATIENCE / 1000} seconds`)
    throw error
  } finally {
    stopTimer()
  }
}

async function runInside(app: HerokuApp, { size, ...options }: DynoOptions): Promise<Inside> {
  const marker = `inside-${randomBytes(16).toString('hex')}`
  const chunks: Buffer[] = []
  let bytes = 0
  const write = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes <= MOST_OUTPUT) chunks.push(chunk)
  }
  const command = insideCommand(marker)
  const { exitCode } = await runOneOff(app, { command, purpose: 'check', size, timeout: LIFETIME, write }, options)
  const output = Buffer.concat(chunks).toString('utf8')
  const inside = readInside(output, marker)
  if (inside.boot !== undefined) return inside
  const how = exitCode === undefined ? 'the connection to it was lost' : `it ended with exit code ${exitCode}`
  throw new Error(`Rails did not boot in a one-off dyno: ${how}. ${complaint(output)}`.trim())
}

/** What a program that fails says is at its end; its own output may come after what it complains. Hostile text. */
function complaint(output: string): string {
  const lines = output.split(/\r?\n/).map(line => line.trim())
  const line = lines.findLast(line => /error|abort|fatal|cannot/i.test(line)) ?? lines.findLast(Boolean)
  return (line ?? '').replace(/\S+:\/\/\S+/g, '…').slice(0, 200)
}
