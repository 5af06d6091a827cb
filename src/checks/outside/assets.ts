import { NEEDS } from '../../knowledge/index.ts'
import { assetsOf } from '../../mastodon/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { ask, askPlace } from '../probes/http.ts'
import { unreached } from '../probes/network.ts'
import { answered, hostOf, lookAtLogs, notReached } from './said.ts'
import { NO_NAME } from './instance.ts'

/** Whether the styles and scripts come that the front page asks for: without them it stays white. */
export const assets: Check = {
  name: 'assets',
  title: 'Front page',
  config: [],
  async look(world) {
    const { instance: place } = world
    if (!place) return [NO_NAME]
    const what = `The front page of ${hostOf(place)}`
    try {
      const page = await askPlace(place, '/', world, { most: 2_000_000 })
      if (page.status !== 200) return [{ level: 'fail', text: `${what} ${answered(page)}`, remedy: lookAtLogs(world) }]
      const urls = assetsOf(page.body)
      if (urls.length === 0)
        return [
          {
            level: 'warn',
            text: `${what} asks for no styles and no scripts, so it is not Mastodon’s`,
            remedy: lookAtLogs(world)
          }
        ]
      return [judged(what, urls.length, await missing(urls, place, world))]
    } catch (error) {
      return [notReached(what, error, world)]
    }
  }
}

/** Why assets do not come: a sentence for each that does not. */
async function missing(
  urls: readonly string[],
  place: NonNullable<World['instance']>,
  world: World
): Promise<string[]> {
  const looks = urls.map(async url => {
    const own = url.startsWith('/')
    const whole = new URL(url, place.url).href
    try {
      const answer = await ask(whole, { method: 'HEAD', ...(own ? { host: place.host } : {}) }, world)
      if (answer.status !== 200) return [`${url} ${answered(answer)}`]
      return /^text\/html/i.test(answer.headers['content-type'] ?? '') ? [`${url} is a page, not a file`] : []
    } catch (error) {
      const { why, runner } = unreached(error, world)
      if (runner) throw error
      return [`${url}: ${why}`]
    }
  })
  return (await Promise.all(looks)).flat()
}

function judged(what: string, all: number, wrong: readonly string[]): Finding {
  const figure = `${all - wrong.length} of ${all}`
  if (wrong.length === 0) return { level: 'ok', figure, text: `${what} and its ${all} styles and scripts are there` }
  return {
    level: 'fail',
    figure,
    text: `${what} asks for ${wrong.length} of ${all} styles and scripts that do not come: ${wrong[0]}`,
    remedy: `Set \`RAILS_SERVE_STATIC_FILES=${NEEDS.staticFiles.vars.RAILS_SERVE_STATIC_FILES}\`; if \`CDN_HOST\` is set, look whether it fetches from the app; empty the CDN’s cache after a deploy`
  }
}
