import { afterAll, beforeAll } from '@jest/globals'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startPostgres, type Postgres } from '../rig/postgres.ts'
import { runAction, type ActionResult } from '../rig/run-action.ts'
import { commitAll, git, makeSampleFork } from '../rig/sample-fork.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { openHeroku } from '../helpers/local-heroku.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { configWith } from './fork.ts'
import { herokuBuilder } from './heroku-builder.ts'

export const DOMAIN = 'sample.example'
export const SECRET = 'a-secret-that-nobody-may-see'

export let postgres: Postgres
export let heroku: LocalHeroku
export let temp: string
let number = 0

beforeAll(async () => {
  temp = lastingTemp()
  postgres = await startPostgres(path.join(temp, 'postgres'))
  ;({ heroku } = await openHeroku({ times: { preboot: 8_000 }, build: herokuBuilder }))
})
afterAll(async () => {
  await heroku.close()
  await postgres.stop()
})

/** An app with a database of its own, and a fork to deploy to it. */
export class Instance {
  readonly app = `app-${++number}`
  readonly database = `app_${number}`
  readonly fork: string
  jobFolder = lastingTemp()
  /** More environment of its jobs. */
  env: Record<string, string> = {}
  webUrl = ''

  constructor(change?: (folder: string) => void) {
    this.fork = path.join(temp, this.app)
    mkdirSync(this.fork)
    makeSampleFork(this.fork, change)
  }

  static async open(preboot = false, change?: (folder: string) => void): Promise<Instance> {
    const instance = new Instance(change)
    instance.webUrl = await instance.addApp(instance.app, preboot)
    return instance
  }

  /** Makes an app with a database of its own. Returns where it is reached. */
  async addApp(app: string, preboot = false, more: Record<string, string> = {}): Promise<string> {
    const database = app.replaceAll('-', '_')
    await postgres.createDatabase(database)
    const config = {
      DATABASE_URL: postgres.url(database),
      REDIS_URL: 'redis://127.0.0.1/0',
      LOCAL_DOMAIN: DOMAIN,
      RAILS_SERVE_STATIC_FILES: 'true',
      SECRET_KEY_BASE: SECRET,
      ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: `${SECRET}-1`,
      ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: `${SECRET}-2`,
      ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: `${SECRET}-3`,
      ...more
    }
    return (await heroku.addApp(app, { config, preboot })).webUrl
  }

  run(
    inputs: Record<string, string> = {},
    onOutput?: (chunk: Buffer) => void,
    onStart?: (pid: number) => void
  ): Promise<ActionResult> {
    return runAction({
      inputs: {
        command: 'deploy',
        path: this.fork,
        app: this.app,
        'build-in': 'host',
        'output-dir': path.join(temp, `${this.app}-output`),
        cache: path.join(temp, 'cache'),
        'heroku-api-key': heroku.apiKey,
        'heroku-api-url': heroku.apiUrl,
        'heroku-data-url': heroku.dataUrl,
        ...inputs
      },
      // Each job has its own folder. DEBUG: heroku-client would print config vars with it.
      env: {
        NODE_EXTRA_CA_CERTS: heroku.caFile,
        GITHUB_REPOSITORY: 'me/fork',
        RUNNER_TEMP: this.jobFolder,
        DEBUG: '*',
        ...this.env
      },
      onOutput,
      onStart
    })
  }

  commit(change: (folder: string) => void): string {
    change(this.fork)
    return commitAll(this.fork, 'A change')
  }

  get head(): string {
    return git(this.fork, 'rev-parse', 'HEAD')
  }

  get machine(): ReturnType<LocalHeroku['machine']> {
    return heroku.machine(this.app)
  }

  /** Commit of the current release. */
  get live(): string | null | undefined {
    return this.machine.slug(this.machine.current()?.slugId ?? null)?.commit
  }

  /** Releases that hold a slug of a commit. */
  releasesOf(commit: string): number {
    const { releases, slugs } = this.machine.app
    return releases.filter(({ slugId }) => slugs.find(({ id }) => id === slugId)?.commit === commit).length
  }
}

/** A build of what the dynos need, for a test that is not of ffmpeg and what else a buildpack may bring. */
export function lean(folder: string): void {
  writeFileSync(path.join(folder, '.github', 'mastodon-on-heroku.yml'), configWith(['nodejs', 'ruby']))
}

/** Adds a line to the fork's config. */
export function configure(folder: string, line: string): void {
  const file = path.join(folder, '.github', 'mastodon-on-heroku.yml')
  appendFileSync(file, `${line}\n`)
}
