/** Sets a fork up: workflows and a config that fit it, and what is left to do by hand. */
export { adviceFor } from './advice.ts'
export { type Action, type Apps } from './fit.ts'
export { lacks } from './lacks.ts'
export { readFork, type Fork } from './fork.ts'
export { CONFIG, ours, planFiles, TASKS, writeFiles, type Examples, type PlannedFile } from './plan.ts'
export { superseded } from './superseded.ts'
