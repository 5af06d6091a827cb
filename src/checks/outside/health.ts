import { type Place } from '../../mastodon/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { askPlace } from '../probes/http.ts'
import { answered, hostOf, notReached, seconds } from './said.ts'

/** Milliseconds. `/health` asks neither Postgres nor Redis, so it is slow only where Puma is. */
const SLOW = 3_000

/** Puma at the app's own address, then by the instance's name (mastodon: HealthController; no host check, no redirect). */
export const health: Check = {
  name: 'health',
  title: 'Web dynos',
  config: [],
  alone: true,
  async look(world) {
    const info = await world.app.info().catch(() => undefined)
    const own = info?.web_url ? { url: info.web_url } : undefined
    if (info?.maintenance)
      return [
        {
          level: 'fail',
          text: 'Maintenance mode is on: nobody reaches the instance',
          remedy: `heroku maintenance:off --app ${world.app.name}`
        }
      ]
    const { instance } = world
    // On the runner both are one.
    const named = instance?.host === undefined ? instance : undefined
    return Promise.all([
      ...(own ? [lookAt('app', own, world)] : []),
      ...(named ? [lookAt('domain', named, world)] : [])
    ])
  }
}

async function lookAt(about: string, place: Place, world: World): Promise<Finding> {
  const what = `${hostOf(place)}/health`
  const remedy =
    about === 'app'
      ? `heroku ps --app ${world.app.name}, heroku logs --app ${world.app.name}`
      : 'Where the app itself answers, look at what is between it and its name: DNS, certificate, CDN'
  try {
    const answer = await askPlace(place, '/health', world)
    const figure = seconds(answer.took)
    if (answer.status !== 200 || answer.body.trim() !== 'OK')
      return { level: 'fail', about, text: `${what} ${answered(answer)}`, remedy }
    if (answer.took > SLOW)
      return { level: 'warn', about, figure, text: `${what} took ${figure} to say that all is well`, remedy }
    return { level: 'ok', about, figure, text: `${what} answered in ${figure}` }
  } catch (error) {
    return notReached(what, error, world, { about, remedy })
  }
}
