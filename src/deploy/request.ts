import { type HerokuApp, type Release } from '../heroku/index.ts'
import {
  type LiveAddon,
  type LiveFacts,
  type RanMigration,
  type TreeProcfile,
  type UpgradePlan,
  type Migration
} from '../mastodon/index.ts'
import { UserError } from '../runtime/index.ts'
import { type BuildRecipe, type BuiltSlug } from './builds.ts'
import { type ProbeResult } from './health.ts'
import { type Target } from './target.ts'
import { type Provisioning } from './provision.ts'
import { type MadeSlug, type ShippedSlug } from './slugs.ts'
import { type StreamingSetup } from './streaming.ts'

/** What is known of the code, from the checkout. */
export interface Trees {
  /** Migrations of the commit that runs now. */
  readonly migrations: readonly Migration[]
  /** Versions that a commit knows, or undefined if the checkout does not have that commit. */
  readonly versionsAt: (commit: string) => Promise<ReadonlySet<string> | undefined>
}

/** What is to be deployed, once the app's stack is known. */
export interface Deployable {
  readonly commit: string
  readonly stack: string
  readonly fingerprint: string
  readonly trees: Trees
  /** Versions of the tree's migrations, both phases. */
  readonly versions: ReadonlySet<string>
  readonly supply: Supply
  /** The commit's, to say why a slug lacks a process type. */
  readonly procfile: TreeProcfile
  /** Dynos may go because the slug lacks their process type: somebody has looked at it. */
  readonly mayLoseTypes: boolean
  /** Plans the upgrade of an app; absent if the app was made for this job alone. */
  readonly plan?: (live: LiveFacts) => Promise<UpgradePlan>
}

/** How slugs come about that Heroku does not hold already. */
type Supply = RunnerSupply | HerokuSupply

export interface RunnerSupply {
  readonly by: 'runner'
  /** Rejects if a slug is over the limit: nothing is sent then. */
  readonly build: () => Promise<readonly MadeSlug[]>
}

export interface HerokuSupply {
  readonly by: 'heroku'
  /** In order of preference: the next one's turn comes if a slug is over the limit. */
  readonly web: readonly BuildRecipe[]
  readonly streaming: BuildRecipe
  /** Throws a `GateError` if a slug must not be shipped. */
  readonly judge: (slug: BuiltSlug) => void
}

/** The slug must not be shipped: it is over its limit, has grown too much, or is not the one that was asked for. */
export class GateError extends UserError {}

export interface DeployRequest {
  readonly app: HerokuApp
  readonly streaming?: HerokuApp
  /** Where Heroku builds before production has the slug; its slugs are used again, too. */
  readonly staging?: HerokuApp
  readonly streamingSetup: StreamingSetup
  /** Whether and how what the app lacks is bought, made and set. */
  readonly provisioning?: Provisioning
  readonly migrations: 'zero-downtime' | 'maintenance' | 'off'
  /** Size of one-off dynos. */
  readonly dynoSize?: string
  /** An app's add-ons; undefined if they cannot be read. */
  readonly addons: (app: HerokuApp) => Promise<readonly LiveAddon[] | undefined>
  /** Is handed the config vars, to mask what is secret in them. */
  readonly mask: (config: Readonly<Record<string, string>>) => void
  /** @param stack the app's */
  readonly prepare: (stack: string) => Promise<Deployable>
  readonly progress: DeployProgress
}

/** Told as soon as it is known, so that a later failure still leaves it. */
export interface DeployProgress {
  target(target: Target): void
  deploying(deployable: Deployable): Promise<void>
  /** The web slug that Heroku holds. */
  shipping(slug: ShippedSlug): void
  released(app: string, release: Release): void
  healthy(results: readonly ProbeResult[]): void
  /** @param ran those of `versions` whose time is known */
  migrated(versions: readonly string[], ran: readonly RanMigration[]): void
  rolledBack(release: Release): void
}
