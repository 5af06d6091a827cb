/** Preflight and upgrade plan: what a tree wants, against what is there. */
export {
  ConfigView,
  type Dynos,
  type LiveAddon,
  type LiveFacts,
  type LiveStreaming,
  type UpgradeFacts
} from './facts.ts'
export { FINDINGS, type FindingName } from './findings.ts'
export { planUpgrade, upgradeHeadline, type PlannedMigration, type UpgradePlan } from './plan.ts'
export { checkBuildpackList } from './buildpacks.ts'
export { explainLost, lostTypes } from './lost-types.ts'
export { type PlanFinding } from './rule.ts'
export { type UpgradeStep } from './steps.ts'
export { migrationsOf, readUpgradeTree, type TreeProblem, type TreeProcfile, type UpgradeTree } from './tree.ts'
