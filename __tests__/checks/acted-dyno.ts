import http from 'node:http'
import { type DynoHost } from '../rig/local-heroku/index.ts'
import { type InsidePart, type InsideValue } from '../../src/mastodon/index.ts'
import { type Clock } from '../../src/runtime/index.ts'

/** What a healthy instance looks like from inside. */
export const INSIDE: { readonly [Name in InsidePart]: InsideValue<Name> } = {
  boot: { ruby: '3.4.13', mastodon: '4.7.4', memory: 2e8 },
  ffmpeg: { ffmpeg: '7.1.3', ffprobe: '7.1.3', encoders: ['libx264', 'aac', 'libmp3lame'], problem: null },
  redis: { used: 1e7, most: 5e7, policy: 'noeviction', evicted: 0, up: 8_640_000, version: '7.2' },
  sidekiq: {
    processes: [{ queues: ['default', 'scheduler'], threads: 5, memory: 3e8, silent: 2 }],
    queues: [{ name: 'pull', size: 1, latency: 3 }],
    dead: 0,
    retries: 0
  },
  vacuum: { there: true, ago: 3_600 },
  retention: { media: 14, content: null, backups: 7 },
  postgres: { bytes: 1e8, connections: 5, most: 20, version: '16.4' },
  migrations: { pending: 0 }
}

/** One that plays a one-off dyno of the checks. */
interface Stage {
  /** Prints a line behind the marker. */
  say(this: void, line: string): void
  /** Prints a part's line; the one of a healthy instance without an answer of its own. */
  tell(this: void, part: InsidePart, said?: { readonly error: string }): void
  print(this: void, text: string): void
  /** Ends with exit code 0. */
  leave(this: void): void
  readonly clock: Clock
}
export type Act = (stage: Stage) => void

/** All is well. */
export const well: Act = ({ say, tell, leave }) => {
  say('up')
  for (const part of Object.keys(INSIDE) as InsidePart[]) tell(part)
  leave()
}

/**
 * Dynos within this process: what runs is acted, all around it is the local Heroku's. A web process answers `OK`.
 * @param alive is told of each one-off dyno that starts and ends
 */
export function actedDynos(clock: Clock, act: Act, alive: Set<string>): DynoHost {
  return {
    start: async ({ name, command, env, output }) => {
      let finish!: (code: number) => void
      const exited = new Promise<number>(resolve => (finish = resolve))
      const web = name.startsWith('web') ? http.createServer((_, response) => response.end('OK')) : undefined
      if (web) await new Promise<void>(resolve => web.listen(Number(env['PORT']), '127.0.0.1', resolve))
      const print = (text: string): void => {
        if (alive.has(name)) output(Buffer.from(text))
      }
      const end = (code: number): void => {
        alive.delete(name)
        web?.close()
        web?.closeAllConnections()
        finish(code)
      }
      const running = {
        exited,
        signal: (signal: NodeJS.Signals) => end(signal === 'SIGKILL' ? 137 : 143),
        memory: () => Promise.resolve(undefined)
      }
      if (!name.startsWith('run')) return running
      alive.add(name)
      const marker = /inside-[0-9a-f]{32}/.exec(command)![0]
      const exitLine = /mastodon-on-heroku-exit:[0-9a-f]{32}/.exec(command)![0]
      const say = (line: string): void => print(`\n${marker} ${line}\n`)
      // As a process does: after it was started.
      setImmediate(() =>
        act({
          say,
          tell: (part, said = { value: INSIDE[part] } as never) => say(JSON.stringify({ part, ...said })),
          print,
          leave: () => {
            print(`\n${exitLine} 0\n`)
            end(0)
          },
          clock
        })
      )
      return running
    }
  }
}
