/** Preflight and upgrade plan: what a tree wants, against what is there. */
export { ConfigView, type LiveAddon, type LiveFacts, type LiveStreaming, type UpgradeFacts } from './facts.ts'
export { FINDINGS, type Finding, type FindingName } from './findings.ts'
export { CHECKS, planUpgrade, upgradeHeadline, type PlannedMigration, type UpgradePlan } from './plan.ts'
export { type UpgradeStep } from './steps.ts'
export { migrationsOf, readUpgradeTree, type UpgradeTree } from './tree.ts'
