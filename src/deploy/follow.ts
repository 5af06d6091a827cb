import { followOutput } from '../heroku/index.ts'
import { UserError } from '../runtime/index.ts'
import { poll, Tail, type Tools } from './tools.ts'

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
 * pending. Rejects with a `UserError` where that takes longer than the tools' timeout.
 * @param what for people: `Release v12`
 */
export async function followToEnd<Thing extends Underway>(
  first: Thing,
  read: () => Promise<Thing>,
  { what, next }: { readonly what: string; readonly next: string },
  tools: Tools
): Promise<Followed<Thing>> {
  const { story, log, clock, signal, timeout } = tools
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
      const { whole } = await followOutput({ url: first.output_stream_url, write, isOver, clock, signal })
      if (!whole) story.warn(`${what}: its output could not be read to its end`)
    } finally {
      fence.close()
    }
  }
  await poll(tools, { what, next, first: 2_000, longest: 10_000, timeout }, async () =>
    (await isOver()) ? true : undefined
  )
  return { latest, tail, output }
}
