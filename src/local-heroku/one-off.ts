import { randomInt, randomUUID } from 'node:crypto'
import { errorLine } from '../knowledge/index.ts'
import type { Clock } from '../runtime/index.ts'
import { type Times } from './dyno.ts'
import { type DynoHost, type DynoSpec, type RunningDyno } from './dyno-host.ts'
import { type AppLog } from './logs.ts'
import { type Client, type Meet } from './rendezvous.ts'
import { type ReleaseState } from './store.ts'

interface LocalOneOffOptions {
  /** `run`, `release`, `scheduler`. */
  readonly type: string
  readonly size: string
  /** The command as it was sent. */
  readonly command: string
  /** What runs: if the command begins with a process type, that type's command. */
  readonly program: string
  readonly release: ReleaseState
  readonly slug: DynoSpec['slug']
  readonly env: Readonly<Record<string, string>>
  /** Seconds. */
  readonly timeToLive?: number
  readonly host: DynoHost
  readonly log: AppLog
  readonly clock: Clock
  readonly times: Times
  /** Gets its output in place of the log. */
  readonly output?: (chunk: Buffer) => void
  /** Waits for a client and hands it to `meet`. Returns a function that takes the invitation back. */
  readonly invite?: (meet: Meet) => () => void
  readonly ended: () => void
}

/** A one-off dyno. It runs once, and is gone when it ends. */
export class OneOffDyno {
  readonly id = randomUUID()
  readonly name: string
  readonly createdAt: string
  readonly options: LocalOneOffOptions
  state: 'starting' | 'up' = 'starting'
  /** Its exit status. */
  readonly done: Promise<number>
  #finish!: (status: number) => void
  #running: RunningDyno | undefined
  /** The signal that it gets as soon as its process is there. */
  #ending: NodeJS.Signals | undefined
  /** No client has attached yet, so there is no process. */
  #waiting = false
  #undo: (() => void)[] = []

  constructor(options: LocalOneOffOptions) {
    this.options = options
    this.name = `${options.type}.${randomInt(1000, 9999)}`
    this.createdAt = new Date(options.clock.now()).toISOString()
    this.done = new Promise(resolve => (this.#finish = resolve))
    const { invite, clock, timeToLive } = options
    if (timeToLive !== undefined) this.#undo.push(clock.after(timeToLive * 1000, () => this.stop()))
    if (invite) this.#await(invite)
    else void this.#run(undefined)
  }

  /** Sends SIGTERM, and SIGKILL after the grace period. */
  stop(): void {
    this.#hangUp('SIGTERM')
  }

  kill(): void {
    this.#hangUp('SIGKILL')
  }

  #await(invite: NonNullable<LocalOneOffOptions['invite']>): void {
    this.#waiting = true
    this.#say('Awaiting client')
    const uninvite = invite(client => {
      this.#waiting = false
      giveUp()
      void this.#run(client)
    })
    const giveUp = this.options.clock.after(this.options.times.attach, () => {
      this.#say(`${errorLine('R13')} -> Failed to attach to process`)
      this.#end(128)
    })
    this.#undo.push(uninvite, giveUp)
  }

  async #run(client: Client | undefined): Promise<void> {
    const { slug, program, env, host, log, output } = this.options
    this.#say(`Starting process with command \`${this.options.command}\``)
    const write = client ? (chunk: Buffer) => client.write(chunk) : (output ?? toLog(log, this.name))
    try {
      const running = await host.start({
        name: this.name,
        slug,
        command: program,
        env,
        output: write
      })
      this.#running = running
      if (this.#ending) this.#hangUp(this.#ending)
      this.state = 'up'
      this.#say('State changed from starting to up')
      // A dyno ends with its client (R16 if it ignores SIGHUP).
      client?.onClose(() => this.#hangUp('SIGHUP'))
      const status = await running.exited
      this.#say(`Process exited with status ${status}`)
      client?.end()
      this.#end(status)
    } catch (error) {
      write(Buffer.from(`${String(error)}\n`))
      client?.end()
      this.#end(1)
    }
  }

  #hangUp(signal: NodeJS.Signals): void {
    const running = this.#running
    this.#ending = signal
    if (this.#waiting) this.#end(143)
    if (!running) return
    running.signal(signal)
    if (signal === 'SIGKILL') return
    this.#undo.push(
      this.options.clock.after(this.options.times.grace, () => {
        if (signal === 'SIGHUP')
          this.#say(
            `${errorLine('R16')} -> An attached process is not responding to SIGHUP after its external connection was closed.`
          )
        running.signal('SIGKILL')
      })
    )
  }

  #end(status: number): void {
    this.#running = undefined
    this.#waiting = false
    for (const undo of this.#undo) undo()
    this.#say(`State changed from ${this.state} to complete`)
    this.#finish(status)
    this.options.ended()
  }

  #say(text: string): void {
    this.options.log.write(`heroku[${this.name}]`, text)
  }
}

function toLog(log: AppLog, name: string): (chunk: Buffer) => void {
  return chunk => log.write(`app[${name}]`, chunk.toString('utf8'))
}
