/** The real log, clock and processes of `Runtime`. */
import { chmod } from 'node:fs/promises'
import os from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { CancelledError, makeOwned, removeDead, removeTree, type Clock, type Log, type Runtime } from './index.ts'
import { runCommand } from './run-command.ts'

export { runCommand } from './run-command.ts'

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await wait(milliseconds, undefined, { signal }).catch(() => {
      throw new CancelledError('Waiting')
    })
  },
  after: (milliseconds, work) => {
    // With more than 2^31 − 1 Node would not wait at all.
    const timer = setTimeout(work, Math.min(milliseconds, 2 ** 31 - 1))
    return () => clearTimeout(timer)
  }
}

interface RuntimeOptions {
  readonly log: Log
  readonly redact: Runtime['redact']
  readonly signal: AbortSignal
  /** The bundle's folder, which also has the program of the packing threads and the page's parts. */
  readonly dist: URL
}

const SCRATCH = 'mastodon-on-heroku-'

/** Does the work with the real runtime. Its scratch folder is removed afterwards. */
export async function withRuntime<Result>(
  { log, redact, signal, dist }: RuntimeOptions,
  work: (runtime: Runtime) => Promise<Result>
): Promise<Result> {
  // If it is set, heroku-client prints whole requests, config vars among them (heroku-client: lib/request.js).
  delete process.env['DEBUG']
  const left = await removeDead(os.tmpdir(), SCRATCH, runCommand)
  if (left > 0)
    log.info(`Removed what ${left} ${left === 1 ? 'run that was' : 'runs that were'} killed had left in ${os.tmpdir()}`)
  const scratch = await makeOwned(os.tmpdir(), SCRATCH)
  try {
    await chmod(scratch, 0o711) // the build's user may go through it, not list it
    return await work({
      log,
      redact,
      clock: systemClock,
      run: runCommand,
      signal,
      scratch,
      packWorker: new URL('./pack-worker/index.js', dist),
      page: new URL('./page/', dist),
      threads: os.availableParallelism()
    })
  } finally {
    await removeTree(scratch)
  }
}
