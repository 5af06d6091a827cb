/** The entry point for GitHub Actions. */

/** The URL of this file. (A variable, so that the bundler leaves the URLs alone.) */
const here = import.meta.url
const program = new URL('./program/index.js', here).href

const { runStep } = (await import(/* webpackIgnore: true */ program)) as typeof import('./program.ts')
await runStep(new URL('./', here))
// A server that has not answered yet would keep the process; what was to be cleared away is gone by now.
if (process.exitCode !== undefined && process.exitCode !== 0) process.exit()
