import { LateError, within, type NetTools } from './deadline.ts'

interface Polling {
  /** Milliseconds: the first pause, the longest pause, and the time for all of it. */
  readonly first: number
  readonly longest: number
  readonly timeout: number
}

/**
 * Asks until there is an answer, with pauses that grow by half. Resolves with undefined when the time is over, even while
 * it asks, or as soon as the next pause would end after it.
 * @param ask resolves with undefined if there is no answer yet; its signal is aborted when the time is over
 */
export async function poll<Answer>(
  tools: NetTools,
  { first, longest, timeout }: Polling,
  ask: (signal: AbortSignal) => Promise<Answer | undefined>
): Promise<Answer | undefined> {
  const { clock } = tools
  const until = clock.now() + timeout
  try {
    return await within(tools, timeout, 'no answer', async signal => {
      for (let pause = first; ; pause = Math.min(pause * 1.5, longest)) {
        const answer = await ask(signal)
        if (answer !== undefined || clock.now() + pause > until) return answer
        await clock.sleep(pause, signal)
      }
    })
  } catch (error) {
    if (error instanceof LateError && clock.now() >= until && !tools.signal?.aborted) return undefined
    throw error
  }
}
