import { bodyOf, moving, open } from '../net/index.ts'
import { CancelledError, type Clock } from '../runtime/index.ts'

interface OutputOptions {
  readonly url: string
  readonly write: (chunk: Buffer) => void
  /** Asks Heroku whether the work is over, so that no more output will come. */
  readonly isOver: () => Promise<boolean>
  readonly clock: Clock
  /** Ends it. There is no time limit: a release phase may take long. */
  readonly signal: AbortSignal
}

/** Milliseconds without an answer or output after which the connection counts as lost. */
const SILENT_FOR = 30_000
/** Milliseconds. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 10_000
/** Attempts to read an output to its end after the work is over. */
const LAST_TRIES = 5

/**
 * Follows the output of a release phase or a build, in order, and goes on after lost connections (Schema:
 * release.output_stream_url). Undocumented: it answers 404 until the dyno starts (heroku/cli: releases), and knows
 * `Range`; if not, what is known already is skipped. The end of a connection tells nothing, so `isOver` is asked between
 * two. Resolves when the work is over: with the bytes read, and whether that is the whole output.
 */
export async function followOutput(options: OutputOptions): Promise<{ bytes: number; whole: boolean }> {
  const { clock, signal, isOver } = options
  let bytes = 0
  let pause = FIRST_PAUSE
  let failures = 0
  for (;;) {
    // Asked before reading: what is read after the work is over is all there is.
    const over = await isOver()
    const piece = await readFrom(options, bytes)
    bytes += piece.bytes
    if (over && piece.ended) return { bytes, whole: true }
    if (over && ++failures === LAST_TRIES) return { bytes, whole: false }
    pause = piece.bytes > 0 ? FIRST_PAUSE : Math.min(pause * 1.5, LONGEST_PAUSE)
    await clock.sleep(pause, signal)
  }
}

/** Reads on from a byte. `ended`: the server had no more for now. */
async function readFrom({ url, write, clock, signal }: OutputOptions, from: number): Promise<Piece> {
  let bytes = 0
  const take = (news: Buffer): void => {
    bytes += news.length
    if (news.length > 0) write(news)
  }
  try {
    const ended = await moving({ clock, signal }, SILENT_FOR, 'nothing came', async (inner, heard) => {
      const headers = { accept: 'text/plain', ...(from > 0 ? { range: `bytes=${from}-` } : {}) }
      const response = await open(url, { headers }, inner)
      const { statusCode = 0 } = response
      if (statusCode !== 200 && statusCode !== 206) {
        response.destroy()
        // 404 at the start: there is no output yet, or none at all. 416: there is no more than was read.
        return (statusCode === 404 && from === 0) || statusCode === 416
      }
      // A server that ignores `Range` sends all of it again: what was read before is skipped.
      let known = statusCode === 200 ? from : 0
      for await (const chunk of bodyOf(response)) {
        heard()
        take(chunk.subarray(Math.min(known, chunk.length)))
        known -= Math.min(known, chunk.length)
      }
      return true
    })
    return { bytes, ended }
  } catch {
    if (signal.aborted) throw new CancelledError('Following the output')
    return { bytes, ended: false }
  }
}

interface Piece {
  readonly bytes: number
  readonly ended: boolean
}
