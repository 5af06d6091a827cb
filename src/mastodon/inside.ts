import * as v from 'valibot'
import { compact, programText, withArguments } from '../runtime/index.ts'

const SCRIPT = programText(new URL('./programs/inside.rb', import.meta.url))
const SHELL = programText(new URL('./programs/inside.sh', import.meta.url))

/** Seconds for each lane, which is all that one server is asked. */
const LANE = 8

/**
 * The command that looks at the app from inside a one-off dyno, for its `bash -c`. Post-deployment migrations count as
 * pending, too.
 * @param marker begins each line that counts; it must not be guessable
 * @param seconds for each server to answer all that it is asked
 */
export function insideCommand(marker: string, seconds = LANE): string {
  return withArguments(SHELL, marker, `${seconds}`, compact(SCRIPT))
}

/** Whether lines of output show life: one is the script's, or that of the look-out beside it. */
export function showsLife(output: string, marker: string): boolean {
  return output.split(/\r?\n/).some(text => text.startsWith(`${marker} `))
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const figure = v.pipe(v.number(), v.finite())
const word = v.pipe(v.string(), v.maxLength(200))

const shapes = {
  /** `memory`: bytes of this process, which has booted like web and worker. */
  boot: v.object({ ruby: word, mastodon: v.nullable(word), memory: count }),
  /** Versions; null if the program does not run. `problem`: what it said instead. */
  ffmpeg: v.object({
    ffmpeg: v.nullable(word),
    ffprobe: v.nullable(word),
    encoders: v.pipe(v.array(word), v.maxLength(10)),
    problem: v.nullable(word)
  }),
  /** Sidekiq's Redis. `used`, `most`: bytes; `most` is 0 if there is no limit. `up`: seconds since it started. */
  redis: v.object({ used: count, most: count, policy: word, evicted: count, up: v.nullable(count), version: word }),
  sidekiq: v.object({
    /** `silent`: seconds since its last heartbeat; `memory`: bytes, 0 if it does not say. */
    processes: v.pipe(
      v.array(
        v.object({ queues: v.pipe(v.array(word), v.maxLength(50)), threads: count, memory: count, silent: figure })
      ),
      v.maxLength(100)
    ),
    /** `latency`: seconds that the oldest job has waited. */
    queues: v.pipe(v.array(v.object({ name: word, size: count, latency: figure })), v.maxLength(50)),
    dead: count,
    retries: count
  }),
  /**
   * Mastodon's vacuum. `there`: this version has it (since 4.0). `ago`: seconds since sidekiq-scheduler last started it;
   * null if Redis knows of no start.
   */
  vacuum: v.object({ there: v.boolean(), ago: v.nullable(figure) }),
  /** Days; null if nothing is set. */
  retention: v.object({ media: v.nullable(count), content: v.nullable(count), backups: v.nullable(count) }),
  /** `bytes` of the database; open connections, and how many there may be at most. */
  postgres: v.object({ bytes: count, connections: count, most: count, version: word }),
  migrations: v.object({ pending: count })
}

export type InsidePart = keyof typeof shapes
export const PARTS = Object.keys(shapes) as readonly InsidePart[]
export type InsideValue<Name extends InsidePart> = v.InferOutput<(typeof shapes)[Name]>

/** What the script said: for each part that has come, a value or an error. */
export type Inside = {
  readonly [Name in InsidePart]?: { readonly value: InsideValue<Name> } | { readonly error: string }
}

const line = v.object({
  part: v.picklist(PARTS),
  value: v.optional(v.unknown()),
  error: v.optional(word)
})

/** Reads the script's lines in a dyno's output, which is hostile text. A value of another shape is an error of its part. */
export function readInside(output: string, marker: string): Inside {
  const found: Record<string, { value: unknown } | { error: string }> = {}
  for (const text of output.split(/\r?\n/)) {
    if (!text.startsWith(`${marker} `)) continue
    const said = v.safeParse(v.pipe(v.string(), v.parseJson(), line), text.slice(marker.length + 1))
    if (!said.success) continue
    const { part, value, error } = said.output
    const read = error === undefined ? v.safeParse(shapes[part], value) : undefined
    found[part] = read?.success ? { value: read.output } : { error: error ?? 'its answer has not the expected shape' }
  }
  return found
}
