import { type InstancePlace } from '../../mastodon/index.ts'
import { LateError, within } from '../../net/index.ts'
import { askedHeroku, causeOf } from '../causes.ts'
import { type Result } from '../check.ts'
import { type AppFacts } from '../facts.ts'
import { answered } from '../outside/said.ts'
import { askPlace } from '../probes/http.ts'
import { unreached, type Outside } from '../probes/network.ts'
import { type AppSighting, type Found, type Sighting } from './seen.ts'

/** Milliseconds for the first look: what has not answered by then is not known yet. */
const FIRST_WITHIN = 12_000

interface Apps {
  readonly app: AppFacts
  readonly streamingApp?: AppFacts | undefined
  /** Milliseconds that the look may take at most, if that is less than usual. */
  readonly longest?: number
}

/**
 * The first look at an app: what answers at once, while the checks have not begun. What could not be asked is left out.
 * Rejects only if the job is cancelled.
 */
export async function lookQuickly(
  { app, streamingApp, longest = FIRST_WITHIN }: Apps,
  outside: Outside
): Promise<Sighting> {
  const errors: unknown[] = []
  const ask = async <Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await within(outside, Math.min(FIRST_WITHIN, longest), 'Heroku did not answer', work)
    } catch (reason) {
      if (outside.signal.aborted) throw reason
      errors.push(reason)
      return undefined
    }
  }
  const info = ask(() => app.info())
  const [state, log, addons, postgres, health, streaming] = await Promise.all([
    stateOf(app, ask),
    ask(() => app.log()),
    ask(() => app.addons()),
    ask(() => app.postgres()),
    ask(async () => {
      const url = (await info)?.web_url
      return url ? healthAt({ url }, outside) : undefined
    }),
    streamingApp && stateOf(streamingApp, ask)
  ])
  // One that leaves a single question open is not away.
  const isAway = state.maintenance === undefined && state.releases === undefined
  const refusal = isAway ? errors.map(error => causeOf(askedHeroku(error))).find(Boolean) : undefined
  return { ...state, now: outside.clock.now(), refusal, log, addons, postgres, health, streaming, found: [] }
}

/** What Heroku tells of one app. */
async function stateOf(
  app: AppFacts,
  ask: <Answer>(work: () => Promise<Answer>) => Promise<Answer | undefined>
): Promise<AppSighting> {
  const [info, formation, dynos, releases] = await Promise.all([
    ask(() => app.info()),
    ask(() => app.formation()),
    ask(() => app.dynos()),
    ask(() => app.releases())
  ])
  return {
    app: app.name,
    maintenance: info?.maintenance,
    formation,
    dynos: dynos?.map(({ name, type, state, updated_at }) => ({ name, type, state, since: timeOf(updated_at) })),
    releases
  }
}

function timeOf(text: string): number | undefined {
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

async function healthAt(place: InstancePlace, outside: Outside): Promise<Sighting['health']> {
  try {
    const answer = await askPlace(place, '/health', outside)
    const ok = answer.status === 200 && answer.body.trim() === 'OK'
    return { ok, text: `\`/health\` ${ok ? 'answered OK' : answered(answer)}` }
  } catch (error) {
    const { why, runner } = unreached(error, outside)
    // Time that ran out proves nothing: an Eco dyno wakes up first.
    return runner || error instanceof LateError ? undefined : { ok: false, text: `\`/health\` did not answer: ${why}` }
  }
}

/** The same with what the checks have found since. */
export function withFindings(seen: Sighting, results: readonly Result[], now: number): Sighting {
  const found = results.flatMap(({ check, findings }) =>
    findings.flatMap(({ level, about, text, remedy }): Found[] =>
      level === 'fail' || level === 'warn' ? [{ check: check.name, level, about, text, remedy }] : []
    )
  )
  const own = results.find(({ check }) => check.name === 'health')?.findings.find(({ about }) => about === 'app')
  const health = own && own.level !== 'unknown' ? { ok: own.level !== 'fail', text: own.text } : seen.health
  return { ...seen, now, health, found }
}
