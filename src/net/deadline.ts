import { CancelledError, WorkFailed, type Clock } from '../runtime/index.ts'

/** What everything that waits needs. */
export interface NetTools {
  readonly clock: Clock
  /** Ends the work early when it is aborted. */
  readonly signal?: AbortSignal
}

/** The time for a piece of work has run out. */
export class LateError extends WorkFailed {
  constructor(message: string) {
    super(message, 'Run the job again. If it is so each time, look whether what did not answer is up.')
    this.name = 'LateError'
  }
}

/**
 * Does one piece of work within a fixed time: nothing renews it, however slowly the other side answers. When the time is
 * over, the work's signal is aborted and this rejects, even if the work goes on: with a `LateError`. If the caller's
 * signal was aborted, it rejects with the reason of that, or with a `CancelledError` if there is none.
 *
 * Our own: p-timeout rejects, but does not end what it waits for.
 * @param milliseconds for all of the work
 * @param late begins the error's message: `GitHub did not answer` gives "GitHub did not answer within 15 s"
 */
export function within<Answer>(
  tools: NetTools,
  milliseconds: number,
  late: string,
  work: (signal: AbortSignal) => Promise<Answer>
): Promise<Answer> {
  return moving(tools, milliseconds, late, signal => work(signal))
}

/**
 * The same for work that may take long if something keeps moving: each call of `heard` renews the time. Use it inside of
 * `within`, never in its place, for one byte a minute moves, too.
 */
export async function moving<Answer>(
  { clock, signal }: NetTools,
  milliseconds: number,
  late: string,
  work: (signal: AbortSignal, heard: () => void) => Promise<Answer>
): Promise<Answer> {
  if (signal?.aborted) throw reasonOf(signal)
  const over = new AbortController()
  const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal
  let end = (): void => {}
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(reasonOf(either))
    either.addEventListener('abort', end, { once: true })
  })
  const tooLate = (): void => over.abort(new LateError(`${late} within ${seconds(milliseconds)}`))
  const silence = new Silence(clock, milliseconds, tooLate)
  try {
    return await Promise.race([work(either, () => silence.heard()), ended])
  } catch (error) {
    throw either.aborted ? reasonOf(either) : error
  } finally {
    silence.stop()
    either.removeEventListener('abort', end)
  }
}

/** Why a signal was aborted; an `abort()` without a reason says nothing. */
function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error && reason.name !== 'AbortError' ? reason : new CancelledError('The request')
}

/** `0.3 s`, `25 s` */
function seconds(milliseconds: number): string {
  return `${milliseconds < 10_000 ? Math.round(milliseconds / 100) / 10 : Math.round(milliseconds / 1_000)} s`
}

/** Calls `giveUp` if nothing is heard for some time. Call `stop` at the end; what is heard later does not count. */
export class Silence {
  readonly #clock: Clock
  readonly #giveUp: () => void
  #milliseconds: number
  #stopTimer = (): void => {}
  #over = false

  constructor(clock: Clock, milliseconds: number, giveUp: () => void) {
    this.#clock = clock
    this.#milliseconds = milliseconds
    this.#giveUp = giveUp
    this.heard()
  }

  /** @param milliseconds that it may be silent from now on; as before without it */
  heard(milliseconds = this.#milliseconds): void {
    if (this.#over) return
    this.#stopTimer()
    this.#milliseconds = milliseconds
    this.#stopTimer = this.#clock.after(milliseconds, this.#giveUp)
  }

  stop(): void {
    this.#over = true
    this.#stopTimer()
  }
}
