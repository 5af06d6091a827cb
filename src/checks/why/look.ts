import { type InstancePlace } from '../../mastodon/index.ts'
import { within } from '../../net/index.ts'
import { askedHeroku, causeOf } from '../causes.ts'
import { type Result } from '../check.ts'
import { type AppFacts } from '../facts.ts'
import { answered } from '../outside/said.ts'
import { askPlace } from '../probes/http.ts'
import { unreached, type Outside } from '../probes/network.ts'
import { type Found, type Sighting } from './seen.ts'

/** Milliseconds for the first look: what has not answered by then is not known yet. */
const FIRST_WITHIN = 12_000

/**
 * The first look at an app: what answers at once, while the checks have not begun. Never rejects, unless the job is cancelled; what
 * could not be asked is left out.
 * @param longest milliseconds that it may take at most
 */
export async function lookQuickly(app: AppFacts, outside: Outside, longest = FIRST_WITHIN): Promise<Sighting> {
  const { clock, signal } = outside
  const errors: unknown[] = []
  const ask = async <Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await within(outside, Math.min(FIRST_WITHIN, longest), 'Heroku did not answer', work)
    } catch (reason) {
      if (signal.aborted) throw reason
      errors.push(reason)
      return undefined
    }
  }
  const info = ask(() => app.info())
  const [known, formation, dynos, releases, log, addons, postgres, health] = await Promise.all([
    info,
    ask(() => app.formation()),
    ask(() => app.dynos()),
    ask(() => app.releases()),
    ask(() => app.log()),
    ask(() => app.addons()),
    ask(() => app.postgres()),
    ask(async () => {
      const url = (await info)?.web_url
      return url ? healthAt({ url }, outside) : undefined
    })
  ])
  return {
    app: app.name,
    now: clock.now(),
    // One that leaves a single question open is not away.
    refusal:
      known === undefined && releases === undefined
        ? errors.map(error => causeOf(askedHeroku(error))).find(Boolean)
        : undefined,
    maintenance: known?.maintenance,
    formation,
    dynos: dynos?.map(({ name, type, state, updated_at }) => ({ name, type, state, since: timeOf(updated_at ?? undefined) })),
    releases,
    log,
    addons,
    postgres,
    health,
    found: []
  }
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}

async function healthAt(place: InstancePlace, outside: Outside): Promise<Sighting['health']> {
  try {
    const answer = await askPlace(place, '/health', outside)
    const ok = answer.status === 200 && answer.body.trim() === 'OK'
    return { ok, text: ok ? 'answered OK' : answered(answer) }
  } catch (error) {
    const { why, runner } = unreached(error, outside)
    return runner ? undefined : { ok: false, text: `did not answer: ${why}` }
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
