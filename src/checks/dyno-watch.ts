import { Silence } from '../net/index.ts'
import { type Clock } from '../runtime/index.ts'
import { CouldNotLook } from './could-not-look.ts'

/** What a one-off dyno has to do, in this order. */
type Phase = 'asked' | 'starting' | 'booting' | 'answering' | 'ending'

/** What else is known of a dyno that says nothing. */
export interface Known {
  readonly app: string
  /** `run.1234`, if Heroku has started one. */
  readonly dyno: string | undefined
  /** Heroku's word: `starting`, `up`; or `gone`. */
  readonly state: string | undefined
  /** Whether the rendezvous server has let us in. */
  readonly met: boolean
}

/**
 * Milliseconds without a sign of life after which a dyno is given up. While it starts it can give none, and has the time
 * that the config allows. The lanes inside the dyno have less time each (`src/mastodon/inside.ts`).
 */
const SILENT_FOR = { asked: 10_000, booting: 12_000, answering: 12_000, ending: 3_000 }
/** Milliseconds after which even a dyno that shows life is given up: before the checks that wait for it are. */
export const LONGEST = 220_000

/** Gives up a dyno that shows no life for some time, or that takes longer than `LONGEST`. Call `stop` when it has ended. */
export class DynoWatch {
  #phase: Phase = 'asked'
  #since: number
  readonly #clock: Clock
  readonly #start: number
  readonly #begun: number
  readonly #silence: Silence
  readonly #stopLongest: () => void

  /** @param start milliseconds that it has from Heroku's answer to its first line */
  constructor(clock: Clock, start: number, giveUp: () => void) {
    this.#clock = clock
    this.#start = start
    this.#since = this.#begun = clock.now()
    this.#stopLongest = clock.after(LONGEST, giveUp)
    this.#silence = new Silence(clock, SILENT_FOR.asked, giveUp)
  }

  /** The dyno lives, and is in this phase now. */
  sign(phase: Phase): void {
    this.#phase = phase
    this.#since = this.#clock.now()
    this.#silence.heard(phase === 'starting' ? this.#start : SILENT_FOR[phase])
  }

  stop(): void {
    this.#silence.stop()
    this.#stopLongest()
  }

  /** Which phase it is stuck in, since when, and what to do. */
  stuck({ app, dyno = 'the one-off dyno', state, met }: Known): CouldNotLook {
    const since = `since ${new Date(this.#since).toISOString().slice(11, 19)} UTC`
    const seconds = `${Math.round((this.#clock.now() - this.#since) / 1_000)} s`
    switch (this.#phase) {
      case 'asked':
        return new CouldNotLook(
          `Heroku was asked for a one-off dyno and has not answered ${since}; given up after ${seconds}`,
          'Look at https://status.heroku.com, then run the checks again.'
        )
      case 'starting':
        return new CouldNotLook(
          `${dyno} has said nothing ${since}; given up after ${seconds}, when ${stateWords(state, met)}`,
          starting(app, state, met)
        )
    }
    if (this.#clock.now() - this.#begun >= LONGEST)
      return new CouldNotLook(
        `Rails boots in ${dyno} and has not come to its end; given up after ${LONGEST / 1_000} s in all`,
        'Give the checks a larger dyno: the input `dyno-size`.'
      )
    switch (this.#phase) {
      case 'booting':
        return new CouldNotLook(
          `Rails boots in ${dyno} and has come no further ${since}; given up after ${seconds}`,
          `Something at boot waits for a server, most likely Postgres or Redis: run \`heroku run --app ${app} bin/rails runner 1\` and see where it stops.`
        )
      default:
        return new CouldNotLook(
          `${dyno} has answered nothing more ${since}; given up after ${seconds}`,
          `Run the checks again; if it stays so, look at \`heroku logs --app ${app} --dyno ${dyno}\`.`
        )
    }
  }
}

function stateWords(state: string | undefined, met: boolean): string {
  if (state === undefined) return 'Heroku did not say how it is'
  if (state === 'gone') return 'Heroku knew it no more'
  return `Heroku called it \`${state.slice(0, 20)}\`${state === 'up' && !met ? ', and its rendezvous server had not let us in' : ''}`
}

function starting(app: string, state: string | undefined, met: boolean): string {
  if (state === 'gone') return `See why it ended: \`heroku logs --app ${app} --source heroku\`.`
  if (state !== 'up')
    return 'A large slug takes its time to start. If it is always so, raise `checks.thresholds.dyno-start` (seconds), or make the slug smaller (`trim: safe`).'
  return met
    ? `Its shell hangs before any command: look at \`.profile\` and \`.profile.d/\`, and try \`heroku run --app ${app} true\`.`
    : 'The runner must be allowed to connect to rendezvous.runtime.heroku.com, port 5000.'
}
