/** The upgrade plan: what a tree wants, compared with what is there. */
export { ConfigView, type Dynos, type LiveAddon, type LiveFacts, type UpgradeFacts } from './facts.ts'
export { FINDINGS, type FindingName } from './findings.ts'
export { planUpgrade, upgradeHeadline, type UpgradePlan } from './plan.ts'
export { checkBuildpackList } from './buildpacks.ts'
export { explainLost, lostTypes } from './lost-types.ts'
export { type PlanFinding } from './rule.ts'
export { migrationsOf, readUpgradeTree, type TreeProblem, type TreeProcfile, type UpgradeTree } from './tree.ts'
