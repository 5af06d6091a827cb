/** The config file: its keys, defaults and errors. */
export { loadConfig } from './load.ts'
export { override, type Overrides } from './override.ts'
export { APP_NAME, APP_NAME_RULE } from './rules.ts'
export { didYouMean, oneOf, shown } from './shown.ts'
export { parseAmount, parseLimit } from './size.ts'
export { FFMPEG } from './schema.ts'
export type { Config, ScheduleConfig } from './schema.ts'
