/** The config file: its keys, defaults and errors, and the inputs that stand above it. */
export { mergeInputs, type ConfigInputs } from './inputs.ts'
export { loadConfig } from './load.ts'
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
} from './types.ts'
