import { dayText, sizeText, wholeShareText } from '../../runtime/index.ts'
import { type Check } from '../check.ts'
import { type ReleasedSlug } from '../facts.ts'

const DAY = 86_400_000
/** A growing slug is warned of if it is over its limit within so many days. */
const AHEAD = 60
/** Milliseconds between the oldest and the newest slug; less tells no trend. */
const SHORTEST = 7 * DAY
const REMEDY =
  'Look at the size report for what grew; `trim: safe`, `ffmpeg: without` or a higher `slug.limit` make room.'

/** The size of the slug that runs against its limit; and how fast slugs grow, by those that Heroku still has. */
export const slugSize: Check = {
  name: 'slug-size',
  title: 'Slug size',
  config: [],
  async look({ app, wants, clock }) {
    const slugs = await app.slugs()
    const own = (await app.slug())?.size ?? undefined
    const bytes = own ?? slugs[0]?.bytes
    if (bytes === undefined) throw new Error('Heroku does not say how large the slug is')
    const { slugLimit } = wants
    const which = own === undefined ? 'The newest slug whose size Heroku tells' : 'The slug'
    const text = `${which} has ${sizeText(bytes)} of ${sizeText(slugLimit)}`
    const figure = wholeShareText(bytes, slugLimit)
    if (bytes > slugLimit) {
      return [{ level: 'fail', figure, text: `${text}: the next deploy of this size is refused`, remedy: REMEDY }]
    }
    const trend = growth(slugs)
    if (trend === undefined || trend <= 0)
      return [{ level: 'ok', figure, text: trend === undefined ? text : `${text}; it does not grow` }]
    const days = Math.floor((slugLimit - bytes) / trend)
    const rate = `${text}; it grows by ${sizeText(trend * 30)} in 30 days (over ${slugs.length} slugs)`
    if (days > AHEAD) return [{ level: 'ok', figure, text: rate }]
    const when = dayText(clock.now() + days * DAY)
    return [
      {
        level: 'warn',
        figure,
        text: `${rate}: at this rate it is over the limit in ${days} days, on ${when}`,
        remedy: REMEDY
      }
    ]
  }
}

/** Bytes a day: the slope of the line that fits best (least squares). Undefined if there are too few slugs to tell. */
function growth(slugs: readonly ReleasedSlug[]): number | undefined {
  const times = slugs.map(({ released }) => released)
  if (slugs.length < 3 || Math.max(...times) - Math.min(...times) < SHORTEST) return undefined
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [time, size] = [mean(times), mean(slugs.map(({ bytes }) => bytes))]
  const above = slugs.reduce((sum, { bytes, released }) => sum + (released - time) * (bytes - size), 0)
  const below = slugs.reduce((sum, { released }) => sum + (released - time) ** 2, 0)
  return (above / below) * DAY
}
