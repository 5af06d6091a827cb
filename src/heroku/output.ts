import { bodyOf, moving, open } from '../net/index.ts'
import { CancelledError, type Clock } from '../runtime/index.ts'

export interface OutputOptions {
  readonly url: string
  readonly write: (chunk: Buffer) => void
  /** Asks Heroku whether the work is over: then no more output will come. */
  readonly isOver: () => Promise<boolean>
  readonly clock: Clock
  /** Ends it: it has no time limit of its own, as a release phase may run for long. */
  readonly signal: AbortSignal
}

/** Milliseconds without an answer or output after which the connection counts as lost. */
const SILENT_FOR = 30_000
/** Milliseconds. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 10_000
/** Times that an output which is over may still not be readable to its end. */
const LAST_TRIES = 5

/**
 * Follows the output of a release phase or a build, whole and in order, through lost connections (`Range`; Schema:
 * release.output_stream_url). Undocumented: it answers 404 until the dyno starts (heroku/cli: releases), and takes
 * `Range`; one that does not is read again and skipped. Its end says nothing of success: `isOver` is asked between the
 * connections. Resolves with the bytes read when the work is over and its output has been read.
 */
export async function followOutput(options: OutputOptions): Promise<{ bytes: number; whole: boolean }> {
  const { clock, signal, isOver } = options
  let bytes = 0
  let pause = FIRST_PAUSE
  let failures = 0
  for (;;) {
    // Asked before reading: what is read after the end is all there is.
    const over = await isOver()
    const piece = await readFrom(options, bytes)
    bytes += piece.bytes
    if (over && piece.ended) return { bytes, whole: true }
    if (over && ++failures === LAST_TRIES) return { bytes, whole: false }
    pause = piece.bytes > 0 ? FIRST_PAUSE : Math.min(pause * 1.5, LONGEST_PAUSE)
    await clock.sleep(pause, signal)
  }
}

/** Reads on from a byte. `ended`: the server had no more at that time. */
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
        // 404 at the start: it has not begun, or there never was any. 416: nothing beyond what is here.
        return (statusCode === 404 && from === 0) || statusCode === 416
      }
      // A server that ignores `Range` sends all again; what is here already is left out.
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
