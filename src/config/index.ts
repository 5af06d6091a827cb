/** The config file: its keys, defaults and errors; the inputs of action.yml that stand above it, and its outputs. */
export { readEvent, type GithubEvent, type PullRequestEvent, type WorkflowRunEvent } from './event.ts'
export { type InputSource } from './given.ts'
export { mergeInputs, type ConfigInputs } from './inputs.ts'
export { loadConfig } from './load.ts'
export { type JobResults, type Outputs } from './outputs.ts'
export { readInputs, secretsOf, type GithubJob, type Inputs } from './read-inputs.ts'
export { didYouMean, shown } from './shown.ts'
export { parseAmount, parseSize } from './size.ts'
export type {
  BuildpackConfig,
  ChecksConfig,
  Config,
  ScheduleConfig,
  SlugConfig,
  TaskConfig,
  Thresholds,
  TrimConfig
} from './schema.ts'
