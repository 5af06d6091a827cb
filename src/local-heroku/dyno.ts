import { randomUUID } from 'node:crypto'
import net from 'node:net'
import { dynoSize as herokuSize, DYNO_SIZES, errorLine, LIMITS } from '../knowledge/index.ts'
import type { Clock } from '../runtime/index.ts'
import { type DynoHost, type DynoSpec, type RunningDyno } from './dyno-host.ts'
import { freePort } from './free-port.ts'
import { type AppLog } from './logs.ts'
import { type ReleaseState } from './store.ts'

/** Times in milliseconds: Heroku's, unless a test or a demo shortens them. */
export interface Times {
  /** R10: a web process must bind to its port within this (Dev Center: error-codes). */
  readonly boot: number
  /** From SIGTERM to SIGKILL (Dev Center: dyno-shutdown). */
  readonly grace: number
  /** R13: a client must attach within this. */
  readonly attach: number
  /** How long both versions run with preboot before the router changes over. */
  preboot: number
  /** Wait before the second restart. The first comes at once; then the wait doubles (Dev Center: dyno-crash-restart-policy). */
  readonly coolOff: number
  /** How long the router holds a request while no dyno is up. */
  readonly hold: number
  /** From the end of a request to the first byte of its answer (H12). */
  readonly answer: number
  /** An answer that has begun, or a WebSocket, ends if no byte passes for so long (H15). */
  readonly idle: number
  /** Between two looks at a dyno's memory. */
  readonly memory: number
}

export const HEROKU_TIMES: Times = {
  boot: LIMITS.boot,
  grace: LIMITS.exit,
  attach: LIMITS.attach,
  preboot: 180_000,
  coolOff: 10_000,
  hold: LIMITS.request,
  answer: LIMITS.request,
  idle: LIMITS.idle,
  memory: 20_000
}

/** Dyno sizes outside of Private Spaces. */
export const SIZES: readonly string[] = DYNO_SIZES.filter(name => !herokuSize(name)!.isPrivate)

/** A dyno size by its right name, from a name in upper or lower case; undefined if there is none. */
export function dynoSize(name: string): string | undefined {
  return SIZES.find(size => size.toLowerCase() === name.toLowerCase())
}

type DynoState = 'starting' | 'up' | 'crashed' | 'down' | 'idle'

interface LocalDynoOptions {
  readonly name: string
  readonly type: string
  readonly size: string
  readonly command: string
  readonly release: ReleaseState
  readonly slug: DynoSpec['slug']
  readonly env: Readonly<Record<string, string>>
  readonly host: DynoHost
  readonly log: AppLog
  readonly clock: Clock
  readonly times: Times
  /** Called when its state changes. */
  readonly changed: () => void
}

/** A dyno of the formation. It is started again if it crashes. */
export class LocalDyno {
  readonly id = randomUUID()
  readonly createdAt: string
  readonly options: LocalDynoOptions
  state: DynoState = 'starting'
  updatedAt: string
  /** The port of its web process. */
  port: number | undefined
  #running: RunningDyno | undefined
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  #crashes = 0
  #undo: (() => void)[] = []

  constructor(options: LocalDynoOptions) {
    this.options = options
    this.createdAt = this.updatedAt = new Date(options.clock.now()).toISOString()
  }

  start(): void {
    this.#starting = this.#start().catch((error: unknown) => {
      this.#say(`Error: the slug could not be started: ${String(error)}`)
      this.#become('crashed')
    })
  }

  /** It is listed, and runs nothing: asleep, or without hours left (Dev Center: eco-dyno-hours). */
  hold(state: 'idle' | 'down'): void {
    this.#become(state)
  }

  /** Whether it was told to end: Heroku lists it no more. */
  get isEnding(): boolean {
    return this.#stopping !== undefined
  }

  /** Sends SIGTERM, and SIGKILL after the grace period. Resolves when all its processes have ended. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  kill(): void {
    this.#running?.signal('SIGKILL')
  }

  /** Bytes of memory of its processes; undefined if that is not known. */
  memory(): Promise<number | undefined> {
    return this.#running?.memory() ?? Promise.resolve(undefined)
  }

  async #start(): Promise<void> {
    const { name, type, slug, command, env, host, log } = this.options
    this.#become('starting')
    this.port = type === 'web' ? await freePort() : undefined
    this.#say(`Starting process with command \`${command}\``)
    const running = await host.start({
      name,
      slug,
      command,
      env: this.port === undefined ? env : { ...env, PORT: String(this.port) },
      output: chunk => log.write(`app[${name}]`, chunk.toString('utf8'))
    })
    this.#running = running
    void running.exited.then(status => this.#exited(running, status))
    if (this.#stopping) return running.signal('SIGKILL')
    this.#watchMemory(running)
    if (this.port === undefined) this.#become('up')
    else void this.#awaitPort(this.port, running)
  }

  /** It is up when something listens on its port. After the boot timeout it is ended (R10). */
  async #awaitPort(port: number, running: RunningDyno): Promise<void> {
    const { clock, times } = this.options
    const over = new AbortController()
    const giveUp = clock.after(times.boot, () => {
      over.abort()
      this.#say(
        `${errorLine('R10')} -> Web process failed to bind to $PORT within ${times.boot / 1000} seconds of launch`
      )
      this.#say('Stopping process with SIGKILL')
      running.signal('SIGKILL')
    })
    void running.exited.then(() => over.abort())
    if (await isListening(port, over.signal)) this.#become('up')
    giveUp()
  }

  #exited(running: RunningDyno, status: number): void {
    if (this.#running !== running) return
    this.#running = undefined
    this.#say(`Process exited with status ${status}`)
    if (this.#stopping) return
    this.#become('crashed')
    const wait = this.#crashes === 0 ? 0 : this.options.times.coolOff * 2 ** (this.#crashes - 1)
    this.#crashes++
    this.#undo.push(
      this.options.clock.after(wait, () => {
        if (!this.#stopping) this.start()
      })
    )
  }

  async #stop(): Promise<void> {
    const { clock, times } = this.options
    this.state = 'down'
    this.options.changed()
    await this.#starting
    for (const undo of this.#undo) undo()
    const running = this.#running
    if (!running) return
    this.#say('Stopping all processes with SIGTERM')
    running.signal('SIGTERM')
    const giveUp = clock.after(times.grace, () => {
      this.#say(
        `${errorLine('R12')} -> At least one process failed to exit within ${times.grace / 1000} seconds of SIGTERM`
      )
      this.#say('Stopping remaining processes with SIGKILL')
      running.signal('SIGKILL')
    })
    await running.exited
    giveUp()
    running.signal('SIGKILL')
  }

  #watchMemory(running: RunningDyno): void {
    const quota = herokuSize(this.options.size)!.memory
    const look = async (): Promise<void> => {
      if (this.#running !== running) return
      const used = await running.memory()
      if (used !== undefined && used > quota) {
        this.#say(`Process running mem=${(used / 1e6).toFixed(0)}M(${((used / quota) * 100).toFixed(1)}%)`)
        this.#say(errorLine('R14'))
      }
      this.#undo.push(this.options.clock.after(this.options.times.memory, () => void look()))
    }
    this.#undo.push(this.options.clock.after(this.options.times.memory, () => void look()))
  }

  #become(state: DynoState): void {
    if (this.#stopping) return
    if (this.state !== state) this.#say(`State changed from ${this.state} to ${state}`)
    this.state = state
    this.updatedAt = new Date(this.options.clock.now()).toISOString()
    this.options.changed()
  }

  #say(text: string): void {
    this.options.log.write(`heroku[${this.options.name}]`, text)
  }
}

/** Whether something listens on a port before the signal is aborted. */
async function isListening(port: number, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const open = await new Promise<boolean>(resolve => {
      const socket = net.connect(port, '127.0.0.1')
      socket.on('connect', () => resolve(true))
      socket.on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (open) return true
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  return false
}
