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
/** How Heroku calls what is over (Schema: release, build). An old release is `expired`, too. */
const ENDS = ['succeeded', 'failed']
const LONG_OVER = 'expired'
/** Milliseconds: a build has half an hour at most, and a release phase an hour (Dev Center: slug-compiler, release-phase). */
const SURELY_OVER = 24 * 3_600_000

/**
 * Whether somebody's release or build may still go on. One with a status that is not known here may, unless it is a day old.
 * @param now milliseconds since 1970
 */
export function mayGoOn({ status, created_at }: { status: string; created_at: string }, now: number): boolean {
  if (status === 'pending') return true
  return ![...ENDS, LONG_OVER].includes(status) && !(now - Date.parse(created_at) > SURELY_OVER)
}

/** Words for the status of what may go on: `pending`; one that is not known here as Heroku calls it. */
export function calledByHeroku(status: string): string {
  return status === 'pending' ? status : `called \`${status.slice(0, 40)}\` by Heroku`
}

/**
 * Follows a release or a build to its end: its output goes to the log, and it is read again until it has succeeded or
 * failed. A status that is not known here is told, and waited for. Rejects with a `UserError` if that takes longer than the tools' timeout.
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
  let isTold = false
  const late = (): UserError => {
    const minutes = Math.round(timeout / 60_000)
    return new UserError(`${what} is still ${calledByHeroku(latest.status)} after ${minutes} minutes`, next)
  }
  const isOver = async (): Promise<boolean> => {
    if (!ENDS.includes(latest.status)) latest = await read()
    if (ENDS.includes(latest.status)) return true
    if (latest.status !== 'pending' && !isTold) {
      story.warn(`${what} is ${calledByHeroku(latest.status)}, which is not known here; it is waited for`)
      isTold = true
    }
    if (clock.now() > until) throw late()
    return false
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
  await waitFor(tools, { what, next, fail: late }, async () => (await isOver()) || undefined)
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
