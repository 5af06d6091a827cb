import { configSet, NEEDS } from '../../knowledge/index.ts'
import { type InstancePlace } from '../../mastodon/index.ts'
import { type SocketAnswer } from '../../net/index.ts'
import { siteDown } from '../causes.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { MAINTENANCE, webDynosFinding } from '../dynos.ts'
import { askPlace } from '../probes/http.ts'
import { tryWebSocket } from '../probes/websocket.ts'
import { brief, unreached } from '../probes/network.ts'
import { answered, hostOf, notReached } from './said.ts'

const HEALTH = '/api/v1/streaming/health'
const SOCKET = '/api/v1/streaming'
/** A token that nobody has. The server looks it up in Postgres, so its refusal proves that it reaches Postgres. */
const NOBODY = 'mastodon-on-heroku-asks-whether-you-listen'

/** Whether streaming answers at the address that browsers use: its health, and a real WebSocket (mastodon: streaming/index.js). */
export const streaming: Check = {
  name: 'streaming',
  title: 'Streaming',
  config: [],
  token: true,
  async look(world) {
    // Without STREAMING_API_BASE_URL browsers look on the instance itself.
    const place = world.streaming ?? world.instance
    if (!place) return []
    const { streamingApp: app } = world
    const [health, socket, dynos] = await Promise.all([
      healthOf(place, world),
      socketOf(place, world),
      app ? webDynosFinding(app, 'timelines do not move', world) : []
    ])
    if (dynos.some(({ about }) => about === MAINTENANCE)) return dynos
    // If no streaming server is set up, one finding says so.
    return world.streaming === undefined && health.level === 'fail' ? [health] : [health, socket, ...dynos]
  }
}

async function healthOf(place: InstancePlace, world: World): Promise<Finding> {
  const about = 'health'
  const what = `${hostOf(place)}${HEALTH}`
  const remedy = remedyOf(world)
  try {
    const answer = await askPlace(place, HEALTH, world)
    if (answer.status === 200 && answer.body.trim() === 'OK') return { level: 'ok', about, text: `${what} answered OK` }
    // Nobody reaches the instance itself, which a streaming app would not mend.
    if (world.streaming === undefined && answer.status === 503) return siteIsDown(`${what} ${answered(answer)}`, world)
    const text =
      answer.status === 404 ? `${what} answered 404: no streaming server is there` : `${what} ${answered(answer)}`
    return { level: 'fail', about, text, remedy }
  } catch (error) {
    return notReached(what, error, world, { about, remedy })
  }
}

function siteIsDown(text: string, { app }: Pick<World, 'app'>): Finding {
  const remedy = `Look at what the check \`health\` says, and at \`heroku ps --app ${app.name}\``
  return { level: 'fail', about: 'health', text, remedy, cause: siteDown('Streaming', text, remedy) }
}

function remedyOf({ app, streaming: place, streamingApp }: Pick<World, 'app' | 'streaming' | 'streamingApp'>): string {
  if (!place)
    return `Make a streaming app, then ${configSet(app.name, { STREAMING_API_BASE_URL: 'wss://…' })}, with its address: a Heroku app has one web process (mastodon: Procfile)`
  return `Look at ${streamingApp ? `\`heroku logs --app ${streamingApp.name}\`` : 'the streaming app’s log'}, and whether \`STREAMING_API_BASE_URL\` names it`
}

async function socketOf(place: InstancePlace, world: World): Promise<Finding> {
  const about = 'websocket'
  const what = `A WebSocket to ${hostOf(place)}`
  const remedy = remedyOf(world)
  // No token goes over an unencrypted connection, except on the runner, which has no other.
  const token = place.url.startsWith('https:') || place.host !== undefined ? world.token : undefined
  try {
    const upgrade = await tryWebSocket(place, SOCKET, token ?? NOBODY, world)
    return {
      about,
      ...(token === undefined ? asNobody(what, upgrade, remedy, world) : await asSomebody(what, upgrade, remedy, world))
    }
  } catch (error) {
    return notReached(what, error, world, { about, remedy })
  }
}

/** Never for the main app: Ruby's libpq knows no `no-verify`, and would not connect. */
function postgresRemedy({ streamingApp }: Pick<World, 'streamingApp'>): string {
  const { PGSSLMODE } = NEEDS.streamingServer.vars
  const name = streamingApp?.name ?? 'STREAMING-APP'
  const where = streamingApp ? '' : ', with the name of the app that runs streaming'
  return `Its Postgres connection fails: ${configSet(name, { PGSSLMODE })}${where} (mastodon/mastodon#31774), and look at its log`
}

function asNobody(what: string, { status, headers }: SocketAnswer, remedy: string, world: World): Finding {
  if (status === 401)
    return {
      level: 'ok',
      text: `${what} was refused to a made-up token (401${reason(headers)}), so the server listens and reaches Postgres`
    }
  return otherwise(what, status, remedy, world)
}

async function asSomebody(
  what: string,
  { status, headers, genuine }: SocketAnswer,
  remedy: string,
  world: World
): Promise<Finding> {
  if (status === 101 && genuine) return { level: 'ok', text: `${what} opens with \`mastodon-token\`` }
  if (status === 101)
    return { level: 'fail', text: `${what} was granted with a wrong key: something in between answers for it`, remedy }
  if (status !== 401) return otherwise(what, status, remedy, world)
  const refused = `${what} was refused (401${reason(headers)})`
  const taken = await isTaken(world)
  if (typeof taken === 'string')
    return {
      level: 'unknown',
      text: `${refused}; whether the instance takes \`mastodon-token\` is not known: ${taken}`
    }
  if (taken)
    return {
      level: 'fail',
      text: `${refused}, and the instance takes the token`,
      remedy: 'Look whether both apps use the same `DATABASE_URL`'
    }
  return {
    level: 'warn',
    text: `${refused}, and the instance does not take \`mastodon-token\` either`,
    remedy: 'Make a new access token and store it as the secret behind `mastodon-token`'
  }
}

function otherwise(what: string, status: number, remedy: string, world: World): Finding {
  if (status === 500) return { level: 'fail', text: `${what} fails with 500`, remedy: postgresRemedy(world) }
  if (status === 101)
    return {
      level: 'warn',
      text: `${what} was granted to a made-up token: that is no streaming server of Mastodon`,
      remedy
    }
  return {
    level: 'fail',
    text: `${what} is not to be had: the answer was ${status} instead of a change of protocol`,
    remedy
  }
}

function reason(headers: SocketAnswer['headers']): string {
  const said = headers['x-error-message']
  return typeof said === 'string' ? `, “${brief(said, 60)}”` : ''
}

/** Whether the instance itself takes the token; or why that is not known. */
async function isTaken({ instance, token, ...world }: World): Promise<boolean | string> {
  if (!instance) return 'it has no name'
  try {
    const answer = await askPlace(instance, '/api/v1/apps/verify_credentials', world, {
      headers: { authorization: `Bearer ${token}` }
    })
    if (answer.status === 200) return true
    return answer.status === 401 || answer.status === 403 ? false : `it ${answered(answer)}`
  } catch (error) {
    return unreached(error, world).why
  }
}
