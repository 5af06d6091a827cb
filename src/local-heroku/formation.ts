import { ApiError, invalid, notFound } from './errors.ts'
import { dynoSize, SIZES } from './dyno.ts'
import { text, within } from './routes/route.ts'
import { type AppState } from './store.ts'

interface Entry {
  readonly quantity: number
  readonly size: string
}

/** Sizes of which a process type has one dyno at most (Dev Center: scaling). */
const SINGLE = ['Eco', 'Basic']

/**
 * Carries out updates of the formation, all or none. An update has a `type`; its `quantity` is a number or `+1` (heroku/cli:
 * ps:scale), its size in `size` (heroku/cli) or `dyno_size` (Schema). Throws Heroku's 404 or 422.
 */
export function scaleApp(app: AppState, updates: readonly unknown[]): void {
  const wanted = Object.fromEntries(updates.map(update => readScale(app, update)))
  const all = { ...app.formation, ...wanted }
  for (const { quantity, size } of Object.values(wanted)) checkLimit(quantity, size)
  checkMixture(Object.values(all))
  app.formation = all
}

/** A dyno size by its right name. Throws Heroku's 422. */
function sizeNamed(name: string): string {
  const size = dynoSize(name)
  // heroku/legacy-cli#1963
  if (size === undefined)
    throw invalid(
      `No such size as ${name}. Available dyno sizes are ${SIZES.slice(0, -1).join(', ')} and ${SIZES.at(-1)}.`
    )
  return size
}

/** The size of a one-off dyno: that of the formation if one is Eco or Basic, which do not mix (heroku/cli#2064). */
export function oneOffSize({ formation }: AppState, wanted: string | undefined): string {
  const running = Object.values(formation).filter(({ quantity }) => quantity > 0)
  const single = running.find(({ size }) => SINGLE.includes(size))?.size
  const size = sizeNamed(wanted ?? single ?? (running.length > 0 ? 'Standard-1X' : 'Basic'))
  checkMixture([...running, { quantity: 1, size }])
  return size
}

function readScale(app: AppState, update: unknown): readonly [type: string, entry: Entry] {
  const type = text(within(update, 'type')) ?? ''
  const entry = app.formation[type]
  if (!entry) throw notFound(`process type (${type})`)
  const wanted = String((within(update, 'quantity') as string | number | undefined) ?? entry.quantity)
  const quantity = /^[+-]/.test(wanted) ? entry.quantity + Number(wanted) : Number(wanted)
  if (!Number.isInteger(quantity) || quantity < 0) throw invalid('Quantity must be a number that is not negative')
  // Its dynos are one-off dynos: it has a size and no quantity. Undocumented: how Heroku refuses.
  if (type === 'release' && quantity > 0) throw invalid('The process type release cannot be scaled')
  const size = text(within(update, 'size')) ?? text(within(within(update, 'dyno_size'), 'name')) ?? entry.size
  return [type, { quantity, size: sizeNamed(size) }]
}

/** heroku/heroku-apps#166; flowhub/guv#16: an error of a limit has the limit. */
function checkLimit(quantity: number, size: string): void {
  if (!SINGLE.includes(size) || quantity <= 1) return
  const message = `Cannot update to more than 1 ${size} size dynos per process type.`
  throw new ApiError(422, 'cannot_update_above_limit', message, { details: { limit: 1, size } })
}

/** Eco and Basic do not mix with other sizes. The words: an answer of December 2022 in a log of terraform-provider-heroku. */
function checkMixture(entries: readonly Entry[]): void {
  const sizes = [...new Set(entries.filter(({ quantity }) => quantity > 0).map(({ size }) => size))]
  if (sizes.length > 1 && sizes.some(size => SINGLE.includes(size)))
    throw invalid(`Cannot use the following dyno types in the same app: ${sizes.join(' and ')}`)
}
