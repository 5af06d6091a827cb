import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface SlugState {
  readonly id: string
  readonly blob: string
  readonly checksum: string | null
  readonly commit: string | null
  readonly commitDescription: string | null
  readonly processTypes: Readonly<Record<string, string>>
  readonly stack: string
  readonly createdAt: string
  /** Bytes; null until it is uploaded. */
  size: number | null
  deletedAt: string | null
}

export interface ReleaseState {
  readonly id: string
  readonly version: number
  readonly description: string
  readonly slugId: string | null
  readonly createdAt: string
  readonly configVars: Readonly<Record<string, string>>
  status: 'pending' | 'succeeded' | 'failed' | 'expired'
  /** Name of its output, where it has a release phase. */
  output: string | null
}

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

export interface AppState {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  /** Where the router serves it; kept, so that its address survives a restart. */
  port: number
  stack: string
  maintenance: boolean
  preboot: boolean
  /** Certificates are managed; undefined in older states. */
  acm?: boolean
  configVars: Record<string, string>
  formation: Record<string, { quantity: number; size: string }>
  readonly slugs: SlugState[]
  readonly releases: ReleaseState[]
  readonly builds: BuildState[]
  readonly domains: { readonly id: string; readonly hostname: string; readonly createdAt: string }[]
  readonly buildpacks: string[]
}

/** A key that was made beside the account's own. */
export interface AuthorizationState {
  readonly id: string
  readonly description: string
  readonly scope: readonly string[]
  readonly token: string
  readonly createdAt: string
  /** Milliseconds since 1970; null where it never ends. */
  readonly endsAt: number | null
}

interface State {
  apiKey: string
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
export class Store {
  readonly folder: string
  readonly state: State
  readonly #file: string

  constructor(folder: string) {
    this.folder = folder
    for (const name of ['blobs', 'outputs', 'dynos', 'slugs']) mkdirSync(path.join(folder, name), { recursive: true })
    this.#file = path.join(folder, 'state.json')
    this.state = existsSync(this.#file)
      ? { ...structuredClone(EMPTY), ...(JSON.parse(readFileSync(this.#file, 'utf8')) as State) }
      : { apiKey: `HRKU-${randomUUID()}`, ...structuredClone(EMPTY) }
    this.save()
  }

  save(): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.state), { mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
  }

  app(nameOrId: string): AppState | undefined {
    return this.state.apps.find(({ id, name }) => name === nameOrId || id === nameOrId)
  }

  /** A slug of any app. */
  slug(id: string): SlugState | undefined {
    return this.state.apps.flatMap(({ slugs }) => slugs).find(slug => slug.id === id)
  }

  blobFile(name: string): string {
    return path.join(this.folder, 'blobs', name)
  }

  outputFile(name: string): string {
    return path.join(this.folder, 'outputs', name)
  }

  /** A name that cannot be guessed: it is all that an address without a key has. */
  secretName(): string {
    return randomBytes(20).toString('hex')
  }
}
