import { followOutput } from '../heroku/index.ts'
import { LateError, within } from '../net/index.ts'
import { UserError } from '../runtime/index.ts'
import { Tail, waitFor, type Tools } from './tools.ts'

/** A release or a build. */
interface Underway {
  readonly status: string
  readonly output_stream_url?: string | null
}

export interface Followed<Thing> {
  /** As it is when it is over. */
  readonly latest: Thing
  /** Its last lines, for an error. */
  readonly tail: Tail
  /** The end of its output. */
  readonly output: string
}

const KEPT_OUTPUT = 200_000

/**
 * Follows a release or a build to its end: its output goes to the log, and it is read again until it is no longer
 * pending. Rejects with a `UserError` if that takes longer than the tools' timeout.
 * @param what for people: `Release v12`
 */
export async function followToEnd<Thing extends Underway>(
  first: Thing,
  read: () => Promise<Thing>,
  { what, next }: { readonly what: string; readonly next: string },
  tools: Tools
): Promise<Followed<Thing>> {
  const { story, log, clock, timeout } = tools
  const tail = new Tail()
  let output = ''
  let latest = first
  const until = clock.now() + timeout
  const isOver = async (): Promise<boolean> => {
    if (latest.status === 'pending') latest = await read()
    if (latest.status === 'pending' && clock.now() > until)
      throw new UserError(`${what} is still pending after ${Math.round(timeout / 60_000)} minutes`, next)
    return latest.status !== 'pending'
  }
  if (first.output_stream_url) {
    const fence = log.fence()
    const write = (chunk: Buffer): void => {
      fence.write(chunk)
      tail.add(chunk)
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT)
    }
    try {
      if (!(await isWhole(first.output_stream_url, write, isOver, tools)))
        story.warn(`${what}: its output could not be read to its end`)
    } finally {
      fence.close()
    }
  }
  await waitFor(tools, { what, next }, async () => (await isOver()) || undefined)
  return { latest, tail, output }
}

/** Whether the output was followed to its end. It was not if its server still sends when the time is over. */
async function isWhole(
  url: string,
  write: (chunk: Buffer) => void,
  isOver: () => Promise<boolean>,
  { clock, signal, timeout }: Tools
): Promise<boolean> {
  try {
    const { whole } = await within({ clock, signal }, timeout, 'its end did not come', inner =>
      followOutput({ url, write, isOver, clock, signal: inner })
    )
    return whole
  } catch (error) {
    if (error instanceof LateError && !signal.aborted) return false
    throw error
  }
}
