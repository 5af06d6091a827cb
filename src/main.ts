import { chmod, mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { actionLog, failStep, jobResults, stepInputs } from './action/index.ts'
import { findCommand } from './commands/index.ts'
import { removeTree } from './runtime/index.ts'
import { createHttp, runCommand, systemClock } from './runtime/real.ts'

/** Where this file is: the packing threads' program and the page's parts lie beside it. (A variable, so that the bundler leaves the URL alone.) */
const here = import.meta.url

/** Reads the inputs, runs the command, and is the one exit for errors. */
async function main(): Promise<void> {
  // With it heroku-client prints whole requests, config vars among them (heroku-client: lib/request.js).
  delete process.env['DEBUG']
  const cancel = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancel.abort())
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'mastodon-on-heroku-'))
  await chmod(scratch, 0o711) // the build's user goes through it, and cannot list it
  try {
    const inputs = stepInputs()
    const log = actionLog()
    await findCommand(inputs.command)({
      inputs,
      results: jobResults(),
      runtime: {
        log,
        clock: systemClock,
        run: runCommand,
        http: createHttp({ signal: cancel.signal }),
        signal: cancel.signal,
        scratch,
        packWorker: new URL('./pack-worker/index.js', here),
        page: new URL('./page/', here),
        threads: os.availableParallelism()
      }
    })
  } catch (error) {
    failStep(error)
  } finally {
    await removeTree(scratch)
  }
}

await main()
// A server that has not answered yet would keep the process; what was to be cleared away is gone by now.
if (process.exitCode !== undefined && process.exitCode !== 0) process.exit()
