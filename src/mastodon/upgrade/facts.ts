import { lacking, storageOf, type Need } from '../../knowledge/index.ts'
import { instanceDomain } from '../place.ts'
import { type TreeProblem, type UpgradeTree } from './tree.ts'

/** All that an upgrade plan is made of, as plain values. */
export interface UpgradeFacts {
  /** Milliseconds since 1970: it decides what has ended. */
  readonly now: number
  /** The tree to deploy. */
  readonly tree: UpgradeTree
  /** The tree that runs now, or that this one is compared with. */
  readonly from?: UpgradeTree
  /** The stack of the slug. */
  readonly stack?: string
  /** Why the tree cannot be built at all: nothing says the stack, no buildpack is named. */
  readonly problems?: readonly TreeProblem[]
  /** The buildpacks of the build, in order: names, addresses or folders. */
  readonly buildpacks: readonly string[]
  /** Whether Heroku has the Ruby of Gemfile.lock for the stack; absent if that is not known. */
  readonly hasRuby?: boolean
  readonly strategy: 'zero-downtime' | 'maintenance' | 'off'
  /** `no-verify`: the slug is made to accept the self-signed certificate of Heroku's Redis. */
  readonly redisTls: 'verify' | 'no-verify'
  /** Whether the config names a streaming app. */
  readonly hasStreamingApp: boolean
  /** Names of findings that become notes. */
  readonly skip: readonly string[]
  /** What is known of the running app, if it was asked. */
  readonly live?: LiveFacts
}

/** What Heroku and the database say of the running app. */
export interface LiveFacts {
  readonly app: string
  readonly stack: string
  readonly config: ConfigView
  /** Absent if they may not be read. */
  readonly addons?: readonly LiveAddon[]
  /** Empty before the first release. */
  readonly formation: readonly Dynos[]
  /** The commit that runs; absent if nothing runs, or its slug does not tell. */
  readonly commit?: string
  /** Whether any code runs. */
  readonly runs: boolean
  /** Whether maintenance mode is on. */
  readonly maintenance?: boolean
  /** `schema_migrations`; absent if the database was not asked. */
  readonly applied?: ReadonlySet<string>
  readonly streaming?: LiveStreaming
}

/** The dynos of one process type. */
export interface Dynos {
  readonly type: string
  readonly quantity: number
  /** `Basic`, `Standard-1X` */
  readonly size?: string | null
  /** The command that each runs now. */
  readonly command?: string | null
  /** Whether this deploy will start them: they do not run yet. */
  readonly planned?: boolean
}

export interface LiveAddon {
  /** `heroku-postgresql` */
  readonly service: string
  /** `heroku-postgresql:essential-0` */
  readonly plan?: string
  /** Its server's version: `16.4`. */
  readonly version?: string
}

interface LiveStreaming {
  readonly app: string
  readonly config: ConfigView
  /** Config vars that it needs and does not have. */
  readonly lacks: readonly string[]
  /** How to set them. */
  readonly remedy: string
  /** Its dynos for which the streaming slug has no process type. */
  readonly lost?: readonly Dynos[]
  readonly formation?: readonly Dynos[]
  /** Whether any code runs on it. */
  readonly runs?: boolean
  /** Whether its maintenance mode is on. */
  readonly maintenance?: boolean
}

/** The few config vars whose values may be read; none is a secret. Of the others only the names are seen. */
type AskedFor =
  'LOCAL_DOMAIN' | 'WEB_DOMAIN' | 'S3_ALIAS_HOST' | 'S3_CLOUDFRONT_HOST' | 'STREAMING_API_BASE_URL' | 'PGSSLMODE'

export interface Address {
  readonly scheme: string
  readonly host: string
  readonly sslmode?: string
}

/** An app's config vars, as far as the plan may see them. */
export class ConfigView {
  readonly #vars: ReadonlyMap<string, string>

  constructor(vars: Readonly<Record<string, string>>) {
    this.#vars = new Map(Object.entries(vars))
  }

  /** Whether it is set, even to nothing: for variables of which any value counts. */
  isSet(name: string): boolean {
    return this.#vars.has(name)
  }

  /** Whether it is set to something. */
  has(name: string): boolean {
    return (this.#vars.get(name) ?? '') !== ''
  }

  equals(name: string, value: string): boolean {
    return this.#vars.get(name) === value
  }

  /** Names of the config vars that are missing for what the app needs. */
  lacks(need: Need): string[] {
    return lacking(need, Object.fromEntries(this.#vars))
  }

  storage(): ReturnType<typeof storageOf> {
    return storageOf(Object.fromEntries(this.#vars))
  }

  /** The instance's name. */
  domain(): string | undefined {
    return instanceDomain(Object.fromEntries(this.#vars))
  }

  value(name: AskedFor): string | undefined {
    return this.#vars.get(name) || undefined
  }

  /** Scheme, host and `sslmode` of an address; never its user, password or path. */
  address(name: 'DATABASE_URL' | 'REDIS_URL'): Address | undefined {
    const text = this.#vars.get(name)
    if (text === undefined || !URL.canParse(text)) return undefined
    const { protocol, hostname, searchParams } = new URL(text)
    const sslmode = searchParams.get('sslmode') ?? undefined
    return { scheme: protocol.slice(0, -1), host: hostname, ...(sslmode !== undefined && { sslmode }) }
  }
}
