import { randomBytes } from 'node:crypto'
import { runOneOff, type HerokuApp, type OneOffOptions } from '../heroku/index.ts'
import {
  insideCommand,
  PARTS,
  readInside,
  showsLife,
  type Inside,
  type InsidePart,
  type InsideValue
} from '../mastodon/index.ts'
import { shortened } from '../runtime/index.ts'
import { noDyno, noServer } from './causes.ts'
import { DynoWatch, LONGEST, type Known } from './dyno-watch.ts'

/** What a one-off dyno saw from inside the app. One is started for all checks, when the first one asks. */
export interface DynoFacts {
  /** What it saw of one part. Rejects with the reason if that part, or the whole dyno, said nothing. */
  part<Name extends InsidePart>(this: void, name: Name): Promise<InsideValue<Name>>
}

/** Milliseconds for a check that needs the dyno, which may take long to boot. The dyno is given up before the check. */
export const DYNO_DEADLINE = LONGEST + 20_000
/** Milliseconds after which Heroku ends it if nobody else does. */
const LIFETIME = DYNO_DEADLINE
/** Characters of its last output that are searched for an error. */
const TAIL = 60_000
/** Heroku is asked for its state this many milliseconds before it is given up. */
const ASK_BEFORE = 4_000

interface InsideOptions extends OneOffOptions {
  /** Dyno size; the app's own without it. */
  readonly size: string | undefined
  /** Milliseconds that it may take to start. */
  readonly start: number
}

/**
 * What a one-off dyno of an app sees. `close` ends it, and resolves when it has ended or was told to stop; at once if none
 * was started.
 */
export function dynoFacts(app: HerokuApp, options: InsideOptions): DynoFacts & { close: () => Promise<void> } {
  const closed = new AbortController()
  const look = (): { answers: Answers; ended: Promise<void> } => {
    const answers = new Answers(app.name)
    const signal = AbortSignal.any([options.signal, closed.signal])
    return { answers, ended: lookInside(app, answers, { ...options, signal }) }
  }
  let looking: ReturnType<typeof look> | undefined
  return {
    part: name => (looking ??= look()).answers.part(name),
    close: async () => {
      // A dyno that has said all ends by itself.
      if (!looking?.answers.all) closed.abort()
      await looking?.ended
    }
  }
}

/** What the dyno has said so far. */
class Answers {
  readonly #app: string
  readonly #parts = new Map(PARTS.map(name => [name, new Later<unknown>()]))

  constructor(app: string) {
    this.#app = app
  }

  async part<Name extends InsidePart>(name: Name): Promise<InsideValue<Name>> {
    return (await this.#parts.get(name)!.promise) as InsideValue<Name>
  }

  add(inside: Inside): void {
    for (const [name, said] of Object.entries(inside) as [InsidePart, { value: unknown } | { error: string }][]) {
      if ('error' in said) this.#parts.get(name)!.reject(notAnswered(said.error, name, this.#app))
      else this.#parts.get(name)!.resolve(said.value)
    }
  }

  has(name: InsidePart): boolean {
    return this.#parts.get(name)!.settled
  }

  get all(): boolean {
    return PARTS.every(name => this.has(name))
  }

  get phase(): 'booting' | 'answering' | 'ending' {
    if (this.all) return 'ending'
    return this.has('boot') ? 'answering' : 'booting'
  }

  /** Nothing more comes: rejects what was not answered with the reason. */
  end(why: Error): void {
    const reason = noDyno(why, this.#app)
    for (const part of this.#parts.values()) part.reject(reason)
  }
}

/** A promise that is settled from outside. Nobody has to wait for it. */
class Later<Value> {
  readonly promise: Promise<Value>
  settled = false
  resolve!: (value: Value) => void
  reject!: (error: Error) => void

  constructor() {
    this.promise = new Promise<Value>((resolve, reject) => {
      this.resolve = value => resolve(((this.settled = true), value))
      this.reject = error => reject(((this.settled = true), error))
    })
    this.promise.catch(() => {})
  }
}

/** Starts a dyno and adds what it says to `answers`. Resolves when it has ended, or was given up and told to stop. */
async function lookInside(app: HerokuApp, answers: Answers, { size, start, ...options }: InsideOptions): Promise<void> {
  const { clock } = options
  const marker = `inside-${randomBytes(16).toString('hex')}`
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const bounded = app.under(signal)
  const known: { -readonly [Key in keyof Known]: Known[Key] } = {
    app: app.name,
    dyno: undefined,
    state: undefined,
    met: false
  }
  let tail = ''

  const giveUp = (why: Error): void => {
    answers.end(why)
    over.abort()
  }
  const unfinished = (how: string): Error =>
    answers.has('boot')
      ? new Error(`the one-off dyno did not come to this: ${how}`)
      : new Error(`Rails did not boot in a one-off dyno: ${how}. ${complaint(tail, marker)}`.trim())
  const watch = new DynoWatch(clock, start, () => giveUp(watch.stuck(known)))
  let stopAsking = (): void => {}
  const askState = (id: string): void => {
    bounded.dyno(id).then(
      dyno => (known.state = dyno?.state ?? 'gone'),
      () => {}
    )
  }
  try {
    const { exitCode } = await runOneOff(
      bounded,
      {
        command: insideCommand(marker),
        purpose: 'check',
        size,
        timeout: LIFETIME,
        // `runOneOff` hands over whole lines.
        write: chunk => {
          const text = chunk.toString('utf8')
          tail = (tail + text).slice(-TAIL)
          if (!showsLife(text, marker)) return
          answers.add(readInside(text, marker))
          watch.sign(answers.phase)
        },
        told: how => {
          if (how.step === 'lost') giveUp(unfinished('the connection to it was lost'))
          if (how.step === 'met') known.met = true
          if (how.step !== 'created') return
          known.dyno = how.dyno.name
          watch.sign('starting')
          stopAsking = clock.after(Math.max(0, start - ASK_BEFORE), () => askState(how.dyno.id))
        }
      },
      { ...options, signal }
    )
    answers.end(unfinished(`it ended with exit code ${exitCode}`))
  } catch (error) {
    answers.end(error as Error)
  } finally {
    stopAsking()
    watch.stop()
  }
}

/** The error that a failed program printed last, shortened; its other output may stand below it. Hostile text. */
function complaint(output: string, marker: string): string {
  const lines = output
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => !line.includes(marker))
  const last = lines.findLast(line => /error|abort|fatal|cannot/i.test(line)) ?? lines.findLast(Boolean)
  return shortened(shortened(last ?? '', 2_000).replace(/\S+:\/\/\S+/g, '…'), 200)
}

const REDIS = ['Redis', 'Look whether Redis answers, and how busy it is: `heroku redis:info'] as const
const POSTGRES = [
  'Postgres',
  'Look whether Postgres answers, and what locks or long queries it has: `heroku pg:ps'
] as const
/** The server that is asked for a part, and what to look at if it did not answer the dyno. */
const TO_LOOK_AT: { readonly [Name in InsidePart]?: typeof REDIS | typeof POSTGRES } = {
  redis: REDIS,
  sidekiq: REDIS,
  vacuum: REDIS,
  postgres: POSTGRES,
  migrations: POSTGRES,
  retention: POSTGRES
}

function notAnswered(error: string, name: InsidePart, app: string): Error {
  const hung = /no answer|timeout|timed out/i.test(error) ? TO_LOOK_AT[name] : undefined
  return hung === undefined ? new Error(error) : noServer(hung[0], error, `${hung[1]} --app ${app}\`.`)
}
