import { configSet, NEEDS, setWebPush } from '../../knowledge/index.ts'
import { mayRun, readInstance, type Instance } from '../../mastodon/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { askPlace } from '../probes/http.ts'
import { brief } from '../probes/network.ts'
import { answered, hostOf, notReached } from './said.ts'

const PATH = '/api/v2/instance'

/** What the instance says of itself: its version, where browsers find streaming, whether push notifications work. */
export const instance: Check = {
  name: 'instance',
  title: 'The instance’s own word',
  config: ['MASTODON_VERSION_METADATA', 'STREAMING_API_BASE_URL'],
  async look(world) {
    const { instance: place } = world
    if (!place) return [NO_NAME]
    const what = `${hostOf(place)}${PATH}`
    try {
      const answer = await askPlace(place, PATH, world)
      const said = answer.status === 200 ? readInstance(answer.body) : undefined
      if (said) return [await versionOf(said, world), streamingOf(said, world), pushOf(said, world)]
      const how = answer.status === 200 ? 'did not answer as Mastodon does' : answered(answer)
      return [{ level: 'fail', text: `${what} ${how}`, remedy: remedyFor(how, world) }]
    } catch (error) {
      return [notReached(what, error, world)]
    }
  }
}

/** The finding of each check that asks the instance by its name, if it has none. */
export const NO_NAME: Finding = {
  level: 'unknown',
  text: '`LOCAL_DOMAIN` is not set, so the instance cannot be asked by its name',
  remedy: 'Set `LOCAL_DOMAIN`, and `WEB_DOMAIN` if the site has another name'
}

function remedyFor(how: string, { app }: Pick<World, 'app'>): string {
  if (how.includes('Blocked host')) return 'Set `LOCAL_DOMAIN`, `WEB_DOMAIN` or `ALTERNATE_DOMAINS` to the name'
  return `Look at \`heroku logs --app ${app.name}\`: the page is made with Postgres and Redis, \`/health\` is not`
}

function lookAtDynos(app: string): string {
  return `Look whether all dynos are of the current release (\`heroku ps --app ${app}\`)`
}

async function versionOf(
  { version }: Instance,
  { config, deployed, app }: Pick<World, 'config' | 'deployed' | 'app'>
): Promise<Finding> {
  const about = 'version'
  const shown = brief(version, 60)
  const was = await deployed().catch(() => undefined)
  const wanted = was?.version
  const remedy = `${lookAtDynos(app.name)}, and whether a CDN keeps old answers`
  if (wanted !== undefined && version.split('+')[0] !== wanted)
    return {
      level: 'fail',
      about,
      figure: shown,
      text: `It says that it runs ${shown}, and ${wanted} was deployed`,
      remedy
    }
  if (!mayRun(version, was?.commit, config['MASTODON_VERSION_METADATA']))
    return {
      level: 'fail',
      about,
      figure: shown,
      text: `It says that it runs ${shown}, and commit ${was?.commit?.slice(0, 7)} was deployed`,
      remedy
    }
  if (was?.commit === undefined)
    return {
      level: 'unknown',
      about,
      figure: shown,
      text: `It runs ${shown}; of which commit the slug is, Heroku does not say`
    }
  const short = was.commit.slice(0, 7)
  if (wanted === undefined && !version.includes(short))
    return {
      level: 'unknown',
      about,
      figure: shown,
      text: `It runs ${shown}; whether that is commit ${short}, which was deployed, it does not say`
    }
  return { level: 'ok', about, figure: shown, text: `It runs ${shown}, as deployed` }
}

function streamingOf(
  { streaming }: Instance,
  { config, instance: place, app }: Pick<World, 'config' | 'instance' | 'app'>
): Finding {
  const about = 'streaming-url'
  const remedy = `${configSet(app.name, { STREAMING_API_BASE_URL: 'wss://…' })}, with the name of the streaming app`
  const shown = brief(streaming ?? '', 100)
  if (streaming === undefined || !URL.canParse(streaming))
    return {
      level: 'fail',
      about,
      text: `It names no streaming server${shown && `, but “${shown}”`}: timelines do not move`,
      remedy
    }
  const { protocol, host } = new URL(streaming)
  const safe = protocol === 'wss:' || protocol === 'https:' || place?.host !== undefined
  if (!safe)
    return {
      level: 'fail',
      about,
      text: `It names ${shown}: a page with https may not open it, so timelines do not move`,
      remedy
    }
  const wanted = config['STREAMING_API_BASE_URL']
  if (wanted !== undefined && URL.canParse(wanted) && new URL(wanted).host !== host)
    return {
      level: 'fail',
      about,
      text: `It sends browsers to ${host}, and \`STREAMING_API_BASE_URL\` is another`,
      remedy: lookAtDynos(app.name)
    }
  return { level: 'ok', about, text: `It sends browsers to ${shown}` }
}

function pushOf({ webPush }: Instance, { app }: Pick<World, 'app'>): Finding {
  const about = 'web-push'
  if (webPush) return { level: 'ok', about, text: 'It has a key for push notifications' }
  return {
    level: 'fail',
    about,
    text: `It has no key (\`VAPID_PUBLIC_KEY\`): ${NEEDS.webPush.without}`,
    remedy: setWebPush(app.name)
  }
}
