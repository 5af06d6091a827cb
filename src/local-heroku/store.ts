import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
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
  /** Whether it was made for its config vars: by a change of theirs, or a rollback. */
  readonly changesConfig: boolean
  status: 'pending' | 'succeeded' | 'failed' | 'expired'
  /** Name of its output; null without a release phase. */
  output: string | null
}

export interface AppState {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  /** The router's port, kept so that the app has the same address after a restart. */
  port: number
  stack: string
  /** Of its next builds, if it is another than that of its slug. */
  buildStack?: string
  maintenance: boolean
  preboot: boolean
  configVars: Record<string, string>
  formation: Record<string, { quantity: number; size: string }>
  readonly slugs: SlugState[]
  readonly releases: ReleaseState[]
}

export interface State {
  readonly apiKey: string
  readonly apps: AppState[]
}

/** All that the local Heroku knows. */
export class Store {
  readonly folder: string
  readonly state: State

  constructor(folder: string, state: State = { apiKey: `HRKU-${randomUUID()}`, apps: [] }) {
    this.folder = folder
    this.state = state
    for (const name of ['blobs', 'outputs', 'dynos', 'slugs']) mkdirSync(path.join(folder, name), { recursive: true })
  }

  /** Called after each change. Keeps nothing: a rehearsal ends with its job. */
  save(): void {}

  addApp(app: AppState): void {
    this.state.apps.push(app)
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

  /** A name that nobody can guess: it alone protects an address that wants no key. */
  secretName(): string {
    return randomBytes(20).toString('hex')
  }
}
