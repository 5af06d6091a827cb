/** A deploy: each step looks whether it is done already, and green means live. */
export { type BuildRecipe } from './builds.ts'
export { deploy } from './deploy.ts'
export { HealthError, type ProbeResult } from './health.ts'
export { appliedMigrations, migrate, MIGRATIONS, MigrationError } from './migrate.ts'
export {
  GateError,
  type Deployable,
  type DeployRequest,
  type DeployProgress,
  type HerokuSupply,
  type Trees
} from './request.ts'
export { liveFacts, refuse, tellPlan } from './preflight.ts'
export { readTarget, type PlanTarget, type Target } from './target.ts'
export { provision, provisionDynos, readLacking, refuse as refuseProvision, type Provisioning } from './provision.ts'
export { isConfigured, isProvisioned, findLacking, type Have, type Lacking, type Wishes } from './lacking.ts'
export { provisionMarkdown, provisionRows } from './provision-table.ts'
export { finishRelease, ReleasePhaseError } from './release.ts'
export { bringBack, bringStreamingBack, RollbackRefused, type BroughtBack } from './rollback.ts'
export { CrashError, waitForDynos } from './rollout.ts'
export { releaseDescription, shipSlug, slugDescription, type MadeSlug, type Role } from './slugs.ts'
export { requireSameCommit } from './streaming.ts'
export { Tail, type Tools } from './tools.ts'
