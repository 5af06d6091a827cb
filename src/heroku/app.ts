import * as v from 'valibot'
import { type Clock } from '../runtime/index.ts'
import { type HerokuClient } from './client.ts'
import { HerokuError, isNotFound, mayHaveHappened } from './errors.ts'
import { scaleFormation, type Scale } from './formation.ts'
import { written } from './look.ts'
import * as shapes from './shapes.ts'
import {
  type Addon,
  type App,
  type Attachment,
  type Build,
  type Dyno,
  type Formation,
  type Release,
  type Slug
} from './shapes.ts'

interface NewSlug {
  readonly processTypes: Readonly<Record<string, string>>
  /** Hexadecimal SHA-256 of the .tgz. */
  readonly sha256: string
  readonly commit: string
  /** Holds the fingerprint by which the slug is found again. */
  readonly description: string
  readonly stack: string
}

interface NewSource {
  /** Where Heroku fetches the tarball. */
  readonly url: string
  /** The commit. */
  readonly version: string
  /**
   * Holds the fingerprint by which the build is found again (Schema: build.source_blob.version_description; undocumented
   * is that the list of builds has it).
   */
  readonly description: string
  /** Hexadecimal SHA-256 of the tarball. */
  readonly sha256: string
}

interface NewDyno {
  readonly command: string
  readonly attach: boolean
  readonly size?: string
  /** Seconds after which Heroku ends it, 1 to 86,400. */
  readonly timeToLive: number
  /** Text in the command by which this dyno is found again. */
  readonly marker: string
}

/** Milliseconds for an answer that can be done without. */
const LITTLE_PATIENCE = 30_000
const SDK = 'application/vnd.heroku+json; version=3.sdk'

/**
 * One app on Heroku. A method sends one request; it sends more only if an answer is lost, or if it says so. All reject with
 * a `HerokuError`.
 */
export class HerokuApp {
  readonly name: string
  readonly #client: HerokuClient
  readonly #clock: Clock
  readonly #signal: AbortSignal | undefined
  readonly #path: string

  constructor(client: HerokuClient, name: string, clock: Clock, signal?: AbortSignal) {
    this.name = name
    this.#client = client
    this.#clock = clock
    this.#signal = signal
    this.#path = `/apps/${encodeURIComponent(name)}`
  }

  /** The same app under another signal, for example to clear away after the job was cancelled. */
  under(signal: AbortSignal): HerokuApp {
    const client: HerokuClient = {
      usage: this.#client.usage,
      get: (path, shape, options) => this.#client.get(path, shape, { signal, ...options }),
      write: (method, path, shape, options) => this.#client.write(method, path, shape, { signal, ...options })
    }
    return new HerokuApp(client, this.name, this.#clock, signal)
  }

  /** The app. Asked with `version=3.sdk`, which adds the generation (Cedar or Fir). */
  info(): Promise<App> {
    return this.#client.get(this.#path, shapes.app, { accept: SDK })
  }

  /** All config vars with their values: secrets. */
  async configVars(): Promise<Record<string, string>> {
    const vars = await this.#client.get(`${this.#path}/config-vars`, shapes.configVars)
    return Object.fromEntries(Object.entries(vars).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
  }

  /** Sets config vars, all in one release. If the answer is lost, reads whether they are set. */
  async setConfigVars(vars: Readonly<Record<string, string>>): Promise<void> {
    await this.#written(
      () => this.#client.write('PATCH', `${this.#path}/config-vars`, shapes.configVars, { body: vars }),
      async () => {
        const now = await this.configVars()
        return Object.entries(vars).every(([name, value]) => now[name] === value) ? now : undefined
      }
    )
  }

  /** The newest releases, the newest first. */
  releases(most: number): Promise<Release[]> {
    const range = `version ..; order=desc, max=${most}`
    return this.#client.get(`${this.#path}/releases`, v.array(shapes.release), { range })
  }

  release(idOrVersion: string | number): Promise<Release> {
    return this.#client.get(`${this.#path}/releases/${idOrVersion}`, shapes.release)
  }

  /** A slug; undefined if Heroku has deleted it. */
  async slug(id: string): Promise<Slug | undefined> {
    try {
      const slug = await this.#client.get(`${this.#path}/slugs/${id}`, shapes.slug)
      return slug.deleted_at ? undefined : slug
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /** Makes a slug to upload to. If the answer is lost, another is made: Heroku deletes those without a release. */
  createSlug({ processTypes, sha256, commit, description, stack }: NewSlug): Promise<Slug> {
    const body = {
      process_types: processTypes,
      checksum: `SHA256:${sha256}`,
      commit,
      commit_description: description,
      stack
    }
    return this.#client.write('POST', `${this.#path}/slugs`, shapes.slug, { body, mayRepeat: true })
  }

  /**
   * Releases a slug. If the answer is lost, the release is looked for by its slug among those newer than `after`.
   * @param after version of the newest release before this one
   */
  createRelease(slugId: string, description: string, after: number): Promise<Release> {
    const body = { slug: slugId, description }
    return this.#written(
      () => this.#client.write('POST', `${this.#path}/releases`, shapes.release, { body }),
      async () => (await this.releases(10)).find(({ version, slug }) => version > after && slug?.id === slugId)
    )
  }

  async formation(): Promise<Formation[]> {
    const all = await this.#client.get(`${this.#path}/formation`, v.array(shapes.formation))
    // Heroku gives them in no order that means something.
    const rank = ({ type }: Formation): string => (type === 'web' ? '' : type)
    return all.sort((one, other) => (rank(one) < rank(other) ? -1 : 1))
  }

  /** Sets how many dynos run. If the answer is lost, reads whether that is so. */
  scale(wanted: readonly Scale[]): Promise<void> {
    return scaleFormation(this.#client, this.name, wanted, { clock: this.#clock, signal: this.#signal })
  }

  dynos(): Promise<Dyno[]> {
    return this.#client.get(`${this.#path}/dynos`, v.array(shapes.dyno))
  }

  /** The dyno; undefined if it has ended, for then Heroku no longer knows it. */
  async dyno(idOrName: string): Promise<Dyno | undefined> {
    try {
      return await this.#client.get(`${this.#path}/dynos/${idOrName}`, shapes.dyno)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /**
   * Starts a one-off dyno. If the answer is lost, it is looked for by its marker (undocumented: Heroku returns a dyno's
   * command as it was sent).
   */
  createDyno({ command, attach, size, timeToLive, marker }: NewDyno): Promise<Dyno> {
    const body = { command, attach, force_no_tty: true, type: 'run', size, time_to_live: timeToLive }
    return this.#written(
      () => this.#client.write('POST', `${this.#path}/dynos`, shapes.dyno, { body }),
      async () => (await this.dynos()).find(dyno => dyno.command.includes(marker))
    )
  }

  /** Stops a dyno, if it still runs. */
  async stopDyno(idOrName: string): Promise<void> {
    try {
      await this.#client.write('POST', `${this.#path}/dynos/${idOrName}/actions/stop`, shapes.anything)
    } catch (error) {
      // Not asked again: whoever waits for the dyno sees whether it ended.
      if (!isNotFound(error) && !mayHaveHappened(error)) throw error
    }
  }

  addons(): Promise<Addon[]> {
    return this.#client.get(`${this.#path}/addons`, v.array(shapes.addon))
  }

  attachments(): Promise<Attachment[]> {
    return this.#client.get(`${this.#path}/addon-attachments`, v.array(shapes.attachment))
  }

  /** Attaches another app's add-on under a name. If the answer is lost, reads whether it is attached. */
  async attach(addon: string, name: string): Promise<void> {
    const body = { addon, app: this.name, name, confirm: this.name }
    await this.#written(
      () => this.#client.write('POST', '/addon-attachments', shapes.attachment, { body }),
      async () => (await this.attachments()).find(attached => attached.name === name)
    )
  }

  /** Whether a feature, such as `preboot`, is on. */
  async hasFeature(name: string): Promise<boolean> {
    try {
      return (await this.#client.get(`${this.#path}/features/${name}`, shapes.feature)).enabled
    } catch (error) {
      if (isNotFound(error)) return false
      throw error
    }
  }

  /** Turns maintenance mode on or off. If the answer is lost, reads whether it is so. */
  async setMaintenance(on: boolean): Promise<void> {
    await this.#written(
      () => this.#client.write('PATCH', this.#path, shapes.app, { body: { maintenance: on } }),
      async () => {
        const now = await this.info()
        return now.maintenance === on ? now : undefined
      }
    )
  }

  /** The newest builds, the newest first. */
  builds(most: number): Promise<Build[]> {
    const range = `created_at ..; order=desc, max=${most}`
    return this.#client.get(`${this.#path}/builds`, v.array(shapes.build), { range })
  }

  build(id: string): Promise<Build> {
    return this.#client.get(`${this.#path}/builds/${id}`, shapes.build)
  }

  /**
   * Builds a source tarball on Heroku. If the answer is lost, the build is looked for by its source's description among
   * the builds that were not there before. Sends two requests.
   */
  async createBuild(source: NewSource, buildpacks: readonly string[]): Promise<Build> {
    const { url, version, description, sha256 } = source
    const body = {
      source_blob: { url, version, version_description: description, checksum: `SHA256:${sha256}` },
      buildpacks: buildpacks.map(nameOrUrl)
    }
    const known = new Set((await this.builds(10)).map(({ id }) => id))
    return this.#written(
      () => this.#client.write('POST', `${this.#path}/builds`, shapes.build, { body }),
      async () =>
        (await this.builds(10)).find(
          ({ id, source_blob }) => !known.has(id) && source_blob?.version_description === description
        )
    )
  }

  /**
   * Ends a build, if it still runs: "Cancel running build" (Schema: build, "Cancel", since January 2024). heroku-builds asks
   * with `version=3.cancel-build`, Heroku's MCP server with `3.sdk`; that plain `3` is taken, too, is to be checked.
   */
  async cancelBuild(id: string): Promise<void> {
    try {
      await this.#client.write('DELETE', `${this.#path}/builds/${id}`, shapes.anything)
    } catch (error) {
      if (!isNotFound(error) && !mayHaveHappened(error)) throw error
    }
  }

  /**
   * Addresses to upload a source tarball to, and to fetch it from (Schema: source; the one below `/apps` is deprecated). If
   * the answer is lost, others are made: they belong to nothing.
   */
  createSource(): Promise<v.InferOutput<typeof shapes.sources>> {
    return this.#client.write('POST', '/sources', shapes.sources, { mayRepeat: true })
  }

  /** An address with the last log lines: all of them, or those of one source. */
  async logUrl(lines: number, source?: 'heroku'): Promise<string> {
    const body = { lines, tail: false, ...(source === undefined ? {} : { source }) }
    const session = { body, mayRepeat: true, patience: LITTLE_PATIENCE }
    return (await this.#client.write('POST', `${this.#path}/log-sessions`, shapes.logSession, session)).logplex_url
  }

  #written<Found>(write: () => Promise<Found>, find: () => Promise<Found | undefined>): Promise<Found> {
    return written({ clock: this.#clock, signal: this.#signal }, write, find)
  }
}

function nameOrUrl(buildpack: string): { name: string } | { url: string } {
  return buildpack.includes('://') ? { url: buildpack } : { name: buildpack }
}

/** E-mail address of the account that the key is of. */
export async function whoAmI(client: HerokuClient): Promise<string> {
  return (await client.get('/account', shapes.account)).email
}

/** When a key ends. */
export interface KeyEnd {
  /** Seconds until then; undefined if it has no end. */
  readonly seconds: number | undefined
  /** How many keys of the account it may be: Heroku shows only how each begins and ends. That of them that ends first is told. */
  readonly alike: number
}

/** In place of the middle of a token (heroku/heroku-cli-command#352: `REDACTED_TOKEN_ASTERISKS`). */
const REDACTED = '*'.repeat(10)

/**
 * When the key ends; undefined if it may not say: only a key of scope `global` may list authorizations (heroku/cli:
 * auth:token reads the same), and some keys are in no list. Rejects with a `HerokuError` if Heroku does not answer.
 */
export async function keyEnd(client: HerokuClient, key: string): Promise<KeyEnd | undefined> {
  const all = await client
    .get('/oauth/authorizations', shapes.authorizations, { patience: LITTLE_PATIENCE })
    .catch((error: unknown) => {
      if (error instanceof HerokuError && error.status === 403) return []
      throw error
    })
  const alike = all.flatMap(({ access_token: of }) => (of?.token && isToken(of.token, key) ? [of] : []))
  if (alike.length === 0) return undefined
  const ends = alike.flatMap(({ expires_in: seconds }) => (typeof seconds === 'number' ? [seconds] : []))
  return { seconds: ends.length === 0 ? undefined : Math.min(...ends), alike: alike.length }
}

/** As `isCurrentOAuthToken` of Heroku's CLI compares (heroku/heroku-cli-command: src/login.ts). */
function isToken(listed: string, key: string): boolean {
  const at = listed.indexOf(REDACTED)
  if (at === -1) return listed === key
  const [start, end] = [listed.slice(0, at), listed.slice(at + REDACTED.length)]
  return key.length >= start.length + end.length && key.startsWith(start) && key.endsWith(end)
}
