import { errorCodes, herokuLog, type Dyno, type HerokuApp } from '../heroku/index.ts'
import { UserError } from '../runtime/index.ts'
import { waitFor, type Tools } from './tools.ts'

/** Dynos of the new release crash, or never come up: the site may be down. */
export class CrashError extends UserError {}

const NOT_FORMATION = ['release', 'run', 'scheduler']
/** A dyno that is crashed in so many looks in a row is in a crash loop. Heroku starts it again at once, one time. */
const CRASHES = 2

/**
 * Waits until the dynos of the formation are up in this release (or a newer one) and none of an older one is left.
 * Rejects with a `CrashError` if a new dyno keeps crashing.
 * Source: heroku/cli `ps:wait` (state `up`, `release.version`).
 */
export async function waitForDynos(app: HerokuApp, version: number, tools: Tools): Promise<void> {
  const { story } = tools
  const wanted = Object.fromEntries((await app.formation()).map(({ type, quantity }) => [type, quantity]))
  const types = Object.entries(wanted).filter(([, quantity]) => quantity > 0)
  if (types.length === 0)
    return story.warn(`${app.name} has no dynos: scale it with \`heroku ps:scale web=1 worker=1\``)
  let crashes = 0
  let last: readonly Dyno[] = []
  const next = `Look at \`heroku ps --app ${app.name}\` and \`heroku logs --app ${app.name}\`.`
  const what = `the dynos of ${app.name} to run v${version}`
  const fail = (...of: [string, string]): CrashError => new CrashError(...of)
  await waitFor(tools, { what, next, fail }, async () => {
    last = (await app.dynos()).filter(({ type }) => !NOT_FORMATION.includes(type))
    const isNew = ({ release }: Dyno): boolean => (release?.version ?? 0) >= version
    const crashed = last.filter(dyno => isNew(dyno) && dyno.state === 'crashed')
    crashes = crashed.length > 0 ? crashes + 1 : 0
    if (crashes >= CRASHES) throw await explainCrash(app, crashed, tools)
    const up = (type: string): number =>
      last.filter(dyno => dyno.type === type && isNew(dyno) && dyno.state === 'up').length
    const ready = types.every(([type, quantity]) => up(type) >= quantity) && last.every(isNew)
    return ready || undefined
  })
  story.note(
    `Up in v${version}: ${types.map(([type, quantity]) => `${type} ${quantity}`).join(', ')}; no older dyno is left`
  )
}

async function explainCrash(app: HerokuApp, crashed: readonly Dyno[], tools: Tools): Promise<CrashError> {
  const lines = await herokuLog(app, 100, tools)
  const names = crashed.map(({ name }) => name)
  const codes = errorCodes(lines.filter(line => names.some(name => line.includes(`heroku[${name}]`))))
  const router = errorCodes(lines.filter(line => line.includes('heroku[router]')))
  const known = [...new Set([...codes, ...router])]
  const about = lines.filter(line => names.some(name => line.includes(`[${name}]`))).slice(-8)
  return new CrashError(
    `${names.join(', ')} of the new release keep${names.length === 1 ? 's' : ''} crashing${known.length > 0 ? ` (${known.join(', ')})` : ''}` +
      (about.length > 0 ? `. Heroku's log:\n${about.map(line => `  ${line.slice(0, 300)}`).join('\n')}` : ''),
    `Look at \`heroku logs --app ${app.name}\` for what it printed. The codes: https://devcenter.heroku.com/articles/error-codes`
  )
}
