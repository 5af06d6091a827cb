import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Store, type AppState as RehearsedApp, type State as RehearsedState } from '../../../src/local-heroku/store.ts'

export { type ReleaseState, type SlugState } from '../../../src/local-heroku/store.ts'

export interface BuildState {
  readonly id: string
  readonly output: string
  readonly createdAt: string
  readonly version: string | null
  readonly description: string | null
  readonly buildpacks: readonly string[]
  readonly stack: string
  status: 'pending' | 'succeeded' | 'failed'
  slugId: string | null
  releaseId: string | null
}

export interface AddonState {
  readonly id: string
  readonly name: string
  readonly service: string
  plan: string
  /** Not there yet: without config vars and attachment. */
  provisioning?: boolean
  configVars: readonly string[]
  /** The app that owns it. */
  readonly app: string
  readonly createdAt: string
  /** What was set over the data API. */
  settings?: Readonly<Record<string, string | number>>
}

export interface AttachmentState {
  readonly id: string
  readonly name: string
  readonly addon: string
  readonly app: string
  /** Its config vars in the app. */
  readonly configVars: readonly string[]
}

export interface JobState {
  readonly id: string
  readonly app: string
  attributes: Record<string, unknown>
}

/** A job of Cron To Go, as its API shows it. */
export interface CronJobState {
  readonly Id: string
  /** The organization, which stands for the add-on of one app. */
  readonly organization: string
  fields: Record<string, unknown>
}

/** A trigger of Advanced Scheduler. */
export interface TriggerState {
  readonly uuid: string
  readonly app: string
  fields: Record<string, unknown>
  /** Milliseconds since 1970. */
  readonly madeAt: number
  ranAt?: number
}

export interface PipelineState {
  readonly id: string
  readonly name: string
  readonly createdAt: string
}

export interface CouplingState {
  readonly id: string
  /** Ids of both. */
  readonly app: string
  readonly pipeline: string
  readonly stage: string
  readonly createdAt: string
}

export interface PromotionState {
  readonly id: string
  readonly createdAt: string
  readonly pipeline: string
  readonly source: { readonly app: string; readonly release: string }
  readonly targets: readonly { readonly id: string; readonly app: string; readonly release: string }[]
}

export interface AppState extends RehearsedApp {
  /** Certificates are managed; undefined in older states. */
  acm?: boolean
  readonly builds: BuildState[]
  readonly domains: { readonly id: string; readonly hostname: string; readonly createdAt: string }[]
}

/** A key that was made beside the account's own. */
export interface AuthorizationState {
  readonly id: string
  readonly description: string
  readonly scope: readonly string[]
  readonly token: string
  readonly createdAt: string
  /** Milliseconds since 1970; null if it never ends. */
  readonly endsAt: number | null
}

interface State extends RehearsedState {
  readonly authorizations: AuthorizationState[]
  readonly apps: AppState[]
  readonly addons: AddonState[]
  readonly attachments: AttachmentState[]
  readonly jobs: JobState[]
  /** Id of the newest job that ever was. */
  lastJob: number
  readonly cronJobs: CronJobState[]
  readonly triggers: TriggerState[]
  readonly pipelines: PipelineState[]
  readonly couplings: CouplingState[]
  readonly promotions: PromotionState[]
}

const EMPTY: Omit<State, 'apiKey'> = {
  authorizations: [],
  apps: [],
  addons: [],
  attachments: [],
  jobs: [],
  lastJob: 100_000,
  cronJobs: [],
  triggers: [],
  pipelines: [],
  couplings: [],
  promotions: []
}

/** All that the local Heroku knows, in one file; written whole after each change. */
export class FileStore extends Store {
  declare readonly state: State
  readonly #file: string

  constructor(folder: string) {
    const file = path.join(folder, 'state.json')
    super(folder, {
      apiKey: `HRKU-${randomUUID()}`,
      ...structuredClone(EMPTY),
      ...(existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : {})
    })
    this.#file = file
    this.#giveUpPending()
    this.save()
  }

  override save(): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.state), { mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
  }

  override addApp(app: RehearsedApp): void {
    super.addApp(Object.assign(app, { builds: [], domains: [] }))
  }

  override app(nameOrId: string): AppState | undefined {
    return super.app(nameOrId) as AppState | undefined
  }

  /** What was under way when it was ended has failed. */
  #giveUpPending(): void {
    for (const app of this.state.apps) {
      const newest = app.releases.at(-1)
      if (newest?.status !== 'pending' || !newest.changesConfig) continue
      app.configVars = { ...app.releases.findLast(({ status }) => status === 'succeeded')?.configVars }
    }
    for (const thing of this.state.apps.flatMap(({ releases, builds }) => [...releases, ...builds])) {
      if (thing.status !== 'pending') continue
      thing.status = 'failed'
      if (thing.output !== null)
        appendFileSync(this.outputFile(thing.output), '\nThe local Heroku was ended meanwhile.\n')
    }
  }
}
