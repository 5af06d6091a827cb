/** A deploy: each step looks whether it is done already, and green means live. */
export { type BuildRecipe } from './builds.ts'
export { deploy } from './deploy.ts'
export { appliedMigrations, migrate, MIGRATIONS } from './migrate.ts'
export {
  GateError,
  type Deployable,
  type DeployRequest,
  type DeployProgress,
  type HerokuSupply,
  type Trees
} from './request.ts'
export { blockersOf, liveFacts, refuse, tellPlan } from './preflight.ts'
export { readTarget, tellMaintenance, type Target } from './target.ts'
export { readLacking, refuse as refuseProvision, type Provisioning } from './provision.ts'
export { isConfigured, type Have, type Wishes } from './lacking.ts'
export { provisionMarkdown, provisionRows } from './provision-table.ts'
export { finishRelease } from './release.ts'
export { bringStreamingBack, goBack } from './rollback.ts'
export { waitForDynos } from './rollout.ts'
export { shipSlug, type MadeSlug } from './slugs.ts'
export { requireSameCommit } from './streaming.ts'
export { Tail, type Tools } from './tools.ts'
