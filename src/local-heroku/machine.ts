import { randomUUID } from 'node:crypto'
import type { Clock } from '../runtime/index.ts'
import { LocalDyno, type Times } from './dyno.ts'
import { type DynoHost } from './dyno-host.ts'
import { AppLog } from './logs.ts'
import { OneOffDyno } from './one-off.ts'
import { type OutputFiles } from './outputs.ts'
import { type Meet, type Rendezvous } from './rendezvous.ts'
import { Router } from './router.ts'
import { type AppState, type ReleaseState, type SlugState, type Store } from './store.ts'

/** May change how a one-off dyno of an app meets its client. If it returns undefined, the client waits for ever. */
export type Attaching = (app: string, meet: Meet) => Meet | undefined

interface MachineParts {
  readonly store: Store
  readonly host: DynoHost
  readonly outputs: OutputFiles
  readonly rendezvous: Rendezvous
  readonly clock: Clock
  readonly times: Times
  readonly attaching: Attaching
}

interface NewRelease {
  /** Whether config vars are what is new: if it fails, they are what they were. */
  readonly changesConfig?: boolean
  /** It stays pending until it is settled from outside; its release command does not run. */
  readonly held?: boolean
}

interface NewOneOff {
  readonly command: string
  readonly type?: string
  readonly size: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeToLive?: number
  readonly attach: boolean
}

/** A running app: its releases, the change-over between them, its dynos, its router. */
export class AppMachine {
  readonly app: AppState
  readonly log: AppLog
  readonly oneOffs = new Map<OneOffDyno, string | undefined>()
  router!: Router
  /** New dynos stay asleep until a request comes, or stay down since the account has no eco hours left. */
  eco: 'asleep' | 'used up' | undefined
  readonly #parts: MachineParts
  /** The formation's dynos, of every release that still runs. */
  #dynos: LocalDyno[] = []
  /** Version of the release whose web dynos get the requests. With preboot it is not the current one for a while. */
  #routed = 0
  #changeOver = 0
  #busy = 0
  #undoPreboot: () => void = () => {}
  #closed = false

  private constructor(app: AppState, parts: MachineParts) {
    this.app = app
    this.#parts = parts
    this.log = new AppLog(() => parts.clock.now())
  }

  /** Starts an app and the dynos of its current release. */
  static async start(app: AppState, parts: MachineParts): Promise<AppMachine> {
    const machine: AppMachine = new AppMachine(app, parts)
    machine.router = await Router.start({
      port: app.port,
      dynos: () =>
        machine.#dynos.filter(
          ({ options, isEnding }) => machine.#takesRequests(options.type, options.release) && !isEnding
        ),
      awake: () => machine.#awake(),
      changing: () => machine.#busy > 0,
      maintenance: () => app.maintenance,
      log: machine.log,
      clock: parts.clock,
      times: parts.times
    })
    app.port = machine.router.port
    parts.store.save()
    const current = machine.current()
    if (current?.slugId) await machine.#rollOut(current)
    return machine
  }

  get dynos(): readonly LocalDyno[] {
    return this.#dynos
  }

  #takesRequests(type: string, release: ReleaseState): boolean {
    return type === 'web' && release.version === this.#routed
  }

  /** The current release: the newest that succeeded. */
  current(): ReleaseState | undefined {
    return this.app.releases.findLast(({ status }) => status === 'succeeded')
  }

  /**
   * The config vars that can be read. A change is not to be had before its release has succeeded (heroku/cli: config:set,
   * #3345: "this config change will not be available until the command succeeds").
   */
  configVars(): Readonly<Record<string, string>> {
    const changing = this.app.releases.some(({ status }) => status === 'pending')
    return (changing ? this.current()?.configVars : undefined) ?? this.app.configVars
  }

  slug(id: string | null): SlugState | undefined {
    return this.app.slugs.find(slug => slug.id === id)
  }

  /** Makes a release and returns it at once. Its release phase runs first, then the change-over. */
  release(
    slugId: string | null,
    description: string,
    { changesConfig = false, held = false }: NewRelease = {}
  ): ReleaseState {
    const { store, clock } = this.#parts
    const slug = this.slug(slugId)
    const command = slug?.processTypes['release']
    const isPending = held || command !== undefined
    const release: ReleaseState = {
      id: randomUUID(),
      version: (this.app.releases.at(-1)?.version ?? 0) + 1,
      description,
      slugId,
      createdAt: new Date(clock.now()).toISOString(),
      configVars: { ...this.app.configVars },
      changesConfig,
      status: isPending ? 'pending' : 'succeeded',
      output: command === undefined ? null : store.secretName()
    }
    this.app.releases.push(release)
    if (slug) this.#formationFor(slug)
    store.save()
    this.log.write('app[api]', `Release v${release.version} created by user`)
    if (held) return release
    if (slug && command !== undefined) void this.#releasePhase(release, slug, command)
    else void this.#rollOut(release)
    return release
  }

  /** Ends a pending release. If it failed, the old one goes on: no dyno is changed. */
  async settle(release: ReleaseState, status: 'succeeded' | 'failed'): Promise<void> {
    const { app } = this
    release.status = status
    const isNewest = app.releases.at(-1) === release
    if (status === 'failed' && release.changesConfig && isNewest) app.configVars = { ...this.current()?.configVars }
    this.#parts.store.save()
    if (status === 'succeeded' && this.current() === release) await this.#rollOut(release)
  }

  /** Makes a release of a slug. If that is another app's, both apps have it then. */
  releaseSlug(slug: SlugState, description: string): ReleaseState {
    if (!this.slug(slug.id)) this.app.slugs.push(slug)
    this.app.stack = slug.stack
    return this.release(slug.id, description)
  }

  /** Starts and stops dynos to match the formation. A dyno whose size changed is started again. */
  async scale(): Promise<void> {
    this.#parts.store.save()
    const current = this.current()
    if (!current) return
    const stopping = this.#dynos.filter(({ options }) => {
      const number = Number(options.name.split('.')[1])
      const { quantity = 0, size } = this.app.formation[options.type] ?? {}
      return options.release === current && (number > quantity || options.size !== size)
    })
    this.#startMissing(current)
    await this.#stopAll(stopping)
    this.#startMissing(current)
  }

  /** Restarts one dyno, or all. */
  async restart(dyno?: LocalDyno): Promise<void> {
    const turn = this.#changeOver
    await this.#stopAll(dyno ? [dyno] : [...this.#dynos])
    const current = this.current()
    if (current && turn === this.#changeOver) this.#startMissing(current)
  }

  runOneOff({ command, type = 'run', size, env, timeToLive, attach }: NewOneOff): OneOffDyno | undefined {
    const release = this.current()
    const slug = this.slug(release?.slugId ?? null)
    if (!release || !slug) return undefined
    const { store, rendezvous, attaching } = this.#parts
    const secret = attach ? store.secretName() : undefined
    const [first = '', ...rest] = command.split(' ')
    const own = slug.processTypes[first]
    const dyno: OneOffDyno = new OneOffDyno({
      ...this.#parts,
      type,
      size,
      command,
      program: own === undefined ? command : [own, ...rest].join(' '),
      release,
      slug: { id: slug.id, file: store.blobFile(slug.blob) },
      env: { ...release.configVars, ...env },
      timeToLive,
      log: this.log,
      invite: secret === undefined ? undefined : meet => rendezvous.invite(secret, attaching(this.app.name, meet)),
      ended: () => void this.oneOffs.delete(dyno)
    })
    this.oneOffs.set(dyno, secret === undefined ? undefined : `${rendezvous.url}/${secret}`)
    return dyno
  }

  /** Ends all dynos at once, and the router. */
  async close(): Promise<void> {
    this.#closed = true
    this.#undoPreboot()
    this.#changeOver++
    const dynos = [...this.#dynos]
    const oneOffs = [...this.oneOffs.keys()]
    const ended = [...dynos.map(dyno => dyno.stop()), ...oneOffs.map(dyno => dyno.done)]
    for (const dyno of [...dynos, ...oneOffs]) dyno.kill()
    await Promise.all(ended)
    await this.router.close()
  }

  /** At the first release of a slug, Heroku scales `web` alone (Dev Center: scaling). */
  #formationFor({ processTypes }: SlugState): void {
    // With `release`, which has a size alone (heroku/cli: releases:retry looks for it).
    const types = Object.keys(processTypes)
    const first = Object.keys(this.app.formation).every(type => type === 'release')
    const old = this.app.formation
    this.app.formation = Object.fromEntries(
      types.map(type => [type, old[type] ?? { quantity: first && type === 'web' ? 1 : 0, size: 'Basic' }])
    )
  }

  async #releasePhase(release: ReleaseState, slug: SlugState, command: string): Promise<void> {
    const { outputs, store } = this.#parts
    const output = release.output!
    outputs.begin(output)
    const dyno: OneOffDyno = new OneOffDyno({
      ...this.#parts,
      type: 'release',
      size: this.app.formation['release']!.size,
      command,
      program: command,
      release,
      slug: { id: slug.id, file: store.blobFile(slug.blob) },
      env: release.configVars,
      log: this.log,
      output: chunk => outputs.write(output, chunk),
      ended: () => void this.oneOffs.delete(dyno)
    })
    this.oneOffs.set(dyno, undefined)
    const status = await dyno.done
    if (this.#closed) return
    const settled = this.settle(release, status === 0 ? 'succeeded' : 'failed')
    outputs.end(output)
    await settled
  }

  /**
   * The change-over. Without preboot, the old dynos end before the new ones start, and the router holds requests. With
   * preboot, the new web dynos start beside the old ones, and get the requests after a fixed time, in whatever state they
   * are: Heroku does not hold back a release whose dynos crash (heroku/roadmap#139; Dev Center: preboot).
   */
  async #rollOut(release: ReleaseState): Promise<void> {
    const turn = ++this.#changeOver
    this.#undoPreboot()
    this.#busy++
    try {
      const serving = this.#dynos.filter(({ options }) => this.#takesRequests(options.type, options.release))
      const withPreboot = this.app.preboot && serving.some(({ state }) => state === 'up')
      const goesOn = withPreboot ? serving : []
      if (!withPreboot) this.#routed = release.version
      await this.#stopAll(this.#dynos.filter(dyno => !goesOn.includes(dyno)))
      if (turn !== this.#changeOver) return
      this.#startMissing(release)
      if (withPreboot) this.#switchLater(release, goesOn)
    } finally {
      this.#busy--
      this.router.wake()
    }
  }

  #switchLater(release: ReleaseState, old: LocalDyno[]): void {
    this.#undoPreboot = this.#parts.clock.after(this.#parts.times.preboot, () => {
      this.#routed = release.version
      this.router.wake()
      void this.#stopAll(old)
    })
  }

  #startMissing(release: ReleaseState): void {
    const slug = this.slug(release.slugId)
    if (!slug || this.#closed) return
    for (const [type, { quantity, size }] of Object.entries(this.app.formation)) {
      for (let number = 1; number <= quantity; number++) {
        const name = `${type}.${number}`
        if (this.#dynos.some(({ options }) => options.name === name && options.release === release)) continue
        const dyno = new LocalDyno({
          ...this.#parts,
          name,
          type,
          size,
          command: slug.processTypes[type]!,
          release,
          slug: { id: slug.id, file: this.#parts.store.blobFile(slug.blob) },
          env: release.configVars,
          log: this.log,
          changed: () => this.router.wake()
        })
        this.#dynos.push(dyno)
        if (this.eco === undefined) dyno.start()
        else dyno.hold(this.eco === 'asleep' ? 'idle' : 'down')
      }
    }
  }

  /** A request wakes all dynos of the app (Dev Center: eco-dyno-hours). */
  #awake(): void {
    if (this.eco !== 'asleep') return
    this.eco = undefined
    for (const dyno of this.#dynos) if (dyno.state === 'idle' && !dyno.isEnding) dyno.start()
  }

  async #stopAll(dynos: readonly LocalDyno[]): Promise<void> {
    await Promise.all(dynos.map(dyno => dyno.stop()))
    this.#dynos = this.#dynos.filter(dyno => !dynos.includes(dyno))
  }
}
