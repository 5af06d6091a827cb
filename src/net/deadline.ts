import { CancelledError, UserError, type Clock } from '../runtime/index.ts'

/** What all that waits is handed. */
export interface NetTools {
  readonly clock: Clock
  /** Ends the work early. */
  readonly signal?: AbortSignal
}

/** The time for a piece of work ran out. */
export class LateError extends UserError {
  constructor(message: string) {
    super(message, 'Run the job again. If it is so each time, look whether what did not answer is up.')
    this.name = 'LateError'
  }
}

/**
 * Does one piece of work within a time, whole: however slowly the other side answers, nothing renews it. Then the signal
 * that the work is handed is aborted. Rejects at that moment also if the work does not listen: with a `LateError`, or,
 * if the caller's signal was aborted, with its reason (a `CancelledError` if that says nothing).
 *
 * Our own: p-timeout rejects, but does not end what it waits for.
 * @param milliseconds for all of the work
 * @param late begins the error: `GitHub did not answer` gives "GitHub did not answer within 15 s"
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
 * The same for work that may take long, as long as something moves: each call of `heard` gives it the time anew. Beside
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

/** Gives something up if nothing is heard of it for some time. Call `stop` at the end: what is heard later counts no more. */
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

  /** @param milliseconds that it may be silent from here on; as before if not said otherwise */
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
