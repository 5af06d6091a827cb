/** Sets a fork up: workflows and a config for it, and what is left to do by hand. */
export { adviceFor } from './advice.ts'
export { type Action, type ForkApps } from './fit.ts'
export { lacks } from './lacks.ts'
export { readFork, type Fork } from './fork.ts'
export { CONFIG, ours, proposeFiles, TASKS, writeFiles, type ProposedFile } from './files.ts'
export { superseded } from './superseded.ts'
