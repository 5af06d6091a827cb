/** The nightly checks: one file a check, one list, one way to run them. */
import { type Check } from './check.ts'
import { INSIDE } from './inside/index.ts'
import { OUTSIDE } from './outside/index.ts'

export type { Check, Deployed, Finding, Level, Result, World } from './check.ts'
export { noConfigVars, noGithub } from './causes.ts'
export { dynoFacts, type DynoFacts } from './dyno.ts'
export { appFacts, type AppFacts } from './facts.ts'
export type { BuildReport, JobFacts, NightlyBuild, PlannedUpgrade, GithubRepository, Tasks } from './job-facts.ts'
export {
  compareNight,
  memoryOf,
  nextStep,
  NO_MEMORY,
  type IssueStep,
  type Memory,
  type Night,
  type Problem
} from './night.ts'
export { oneCauseEach } from './one-cause.ts'
export { realNetwork, type Network } from './probes/network.ts'
export { type Resolved } from './probes/names.ts'
export { type Naming } from './why/changes.ts'
export { lookQuickly, withFindings } from './why/look.ts'
export { type Sighting } from './why/seen.ts'
export { whyOf, type Why } from './why/why.ts'
export { runChecks, type Surroundings } from './run.ts'

/** In the order in which they are told. */
export const CHECKS: readonly Check[] = [...OUTSIDE, ...INSIDE]
