import { type InstancePlace } from '../../mastodon/index.ts'
import { errorText } from '../../runtime/index.ts'
import { causeOf } from '../causes.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { webDynosFinding } from '../dynos.ts'
import { askPlace } from '../probes/http.ts'
import { brief } from '../probes/network.ts'
import { answered, hostOf, notReached, seconds } from './said.ts'

/** Milliseconds. `/health` asks neither Postgres nor Redis, so it is slow only if Puma is. */
const SLOW = 3_000

/**
 * Whether web dynos are up, and Puma answers at the app's own address and by the instance's name (mastodon:
 * HealthController; no host check, no redirect).
 */
export const health: Check = {
  name: 'health',
  title: 'Web dynos',
  config: [],
  alone: true,
  async look(world) {
    const info = await world.app.info().catch((error: unknown) => new Error(errorText(error), { cause: error }))
    const known = !(info instanceof Error)
    if (known && info.maintenance)
      return [
        {
          level: 'fail',
          text: 'Maintenance mode is on: nobody reaches the instance',
          remedy: `\`heroku maintenance:off --app ${world.app.name}\``
        }
      ]
    const { instance } = world
    // On the runner the name is asked at the app's own address.
    const named = instance?.host === undefined ? instance : undefined
    const [dynos, ...answers] = await Promise.all([
      webDynosFinding(world.app, 'nobody reaches the instance', world),
      ...(known && info.web_url ? [lookAt('app', { url: info.web_url }, world)] : []),
      ...(named ? [lookAt('domain', named, world)] : [])
    ])
    const findings = [...answers, ...dynos]
    if (known) return findings
    return [
      {
        level: 'unknown',
        about: 'app',
        text: `The app’s own address is not known: ${brief(info.message)}`,
        cause: causeOf(info.cause)
      },
      ...findings
    ]
  }
}

async function lookAt(about: string, place: InstancePlace, world: World): Promise<Finding> {
  const what = `${hostOf(place)}/health`
  const remedy =
    about === 'app'
      ? `Look at \`heroku ps --app ${world.app.name}\` and \`heroku logs --app ${world.app.name}\``
      : 'If the app itself answers, look at what is between it and its name: DNS, certificate, CDN'
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
