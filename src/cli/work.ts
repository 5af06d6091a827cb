/** What commands need, as a bundle of its own: main.ts loads it when it knows the command. */
export { runInit } from './init.ts'
export { runCommand } from './run.ts'
