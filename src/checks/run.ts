import { within } from '../net/index.ts'
import { CancelledError } from '../runtime/index.ts'
import { type Check, type Finding, type Result, type World } from './check.ts'
import { ALL_WITHIN, DEADLINE } from './deadline.ts'
import { couldNotLook, worst } from './findings.ts'

/** All that the checks share. Each check gets its own part of it. */
export interface Surroundings extends Omit<World, 'config' | 'token' | 'until'> {
  /** All config vars of the main app: secrets. */
  readonly configVars: Readonly<Record<string, string>>
  /** Why there are none, if Heroku did not give them. */
  readonly noConfig?: Error
  readonly mastodonToken: string | undefined
  /** Milliseconds that a check may take at most, whatever its own deadline. */
  readonly longest: number
  /** Milliseconds that passed before the checks could begin. */
  readonly waited: number
}

/**
 * Runs all checks at the same time, each until its deadline. None can break another: an error makes its check `unknown`.
 * Resolves with the results in the order of the list; rejects only if the job is cancelled.
 */
export async function runChecks(checks: readonly Check[], around: Surroundings): Promise<Result[]> {
  const results = await Promise.all(checks.map(check => runCheck(check, around)))
  if (around.signal.aborted) throw new CancelledError('The nightly checks')
  return results
}

async function runCheck(check: Check, around: Surroundings): Promise<Result> {
  const { clock } = around
  const started = clock.now()
  const findings = await look(check, around).catch((error: unknown) => [couldNotLook(error)])
  return { check, findings, level: worst(findings), took: clock.now() - started }
}

/** What the check says. Rejects at its deadline, and if the job is cancelled, even if the check goes on. */
function look(
  check: Check,
  { configVars, noConfig, mastodonToken, longest, waited, ...shared }: Surroundings
): Promise<readonly Finding[]> {
  if (noConfig !== undefined && !check.alone) return Promise.reject(noConfig)
  const { clock, signal: cancelled } = shared
  const limit = Math.min(check.deadline ?? Math.min(DEADLINE, ALL_WITHIN - waited), longest)
  const config = Object.fromEntries(check.config.map(name => [name, configVars[name]]))
  const token = check.token ? mastodonToken : undefined
  const until = clock.now() + limit
  return within({ clock, signal: cancelled }, limit, 'no answer', async signal =>
    check.look({ ...shared, config, token, signal, until })
  )
}
