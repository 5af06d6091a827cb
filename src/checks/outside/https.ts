import { hostCause } from '../causes.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { follow, type Trail } from '../probes/http.ts'
import { brief, unreached } from '../probes/network.ts'
import { answered, lookAtLogs, notReached } from './said.ts'

/** Seconds: half a year (hstspreload.org wants a whole one). */
const LONG = 15_552_000

/** Whether plain http is sent on to https, redirects end, and browsers are told to use https alone (HSTS). */
export const https: Check = {
  name: 'https',
  title: 'Redirects and HSTS',
  config: [],
  async look(world) {
    const { instance } = world
    if (!instance || instance.host !== undefined) return []
    const { hostname } = new URL(instance.url)
    return (await Promise.all([fromPlain(hostname, world), fromSecure(hostname, world)])).flat()
  }
}

async function fromPlain(hostname: string, world: World): Promise<Finding> {
  const about = 'http'
  const url = `http://${hostname}/about`
  try {
    const trail = await follow(url, {}, world)
    const bad = wrongWay(about, trail, world.app.name)
    if (bad) return bad
    if (trail.last.url.startsWith('http:'))
      return {
        level: 'fail',
        about,
        text: `${url} is answered without https`,
        remedy: 'Look at what is in front of the app: Mastodon itself sends everybody to https'
      }
    return { level: 'ok', about, text: `${url} goes over to https` }
  } catch (error) {
    const { why, runner } = unreached(error, world)
    const cause = hostCause(new URL(url).host, why)
    if (runner) return { level: 'unknown', about, text: `${url} could not be reached from here: ${why}`, cause }
    return {
      level: 'warn',
      about,
      cause,
      text: `${url} cannot be reached: ${why}; who types the name without https may not come in`,
      remedy: 'Open port 80 in what is in front of the app'
    }
  }
}

async function fromSecure(hostname: string, world: World): Promise<Finding[]> {
  const about = 'redirects'
  const url = `https://${hostname}/about`
  try {
    const trail = await follow(url, {}, world)
    const bad = wrongWay(about, trail, world.app.name)
    if (bad) return [bad]
    if (trail.last.status >= 500)
      return [{ level: 'fail', about, text: `${url} ${answered(trail.last)}`, remedy: lookAtLogs(world) }]
    const ends: Finding = { level: 'ok', about, text: `${url} redirects in no circle` }
    // Whoever refuses, such as a CDN, may not send the header that Mastodon sends.
    return trail.last.status < 400
      ? [ends, hsts(trail, hostname)]
      : [
          ends,
          {
            level: 'unknown',
            about: 'hsts',
            text: `${url} ${answered(trail.last)}, so whether it sends HSTS is not known`
          }
        ]
  } catch (error) {
    return [notReached(url, error, world, { about })]
  }
}

function wrongWay(about: string, { stopped, urls, last }: Trail, app: string): Finding | undefined {
  if (stopped === undefined) return undefined
  const from = urls[0]!
  const to = brief(urls.at(-1)!, 120)
  const flexible =
    'If Cloudflare is in front, set its SSL mode to “Full (strict)”: “Flexible” asks the app by http, and Mastodon sends that back to https'
  const look = `Look at what is in front of ${app}`
  switch (stopped) {
    case 'loop':
    case 'too many':
      return {
        level: 'fail',
        about,
        text: `${from} is sent on without end (${urls.length} times, to ${to})`,
        remedy: flexible
      }
    case 'downgrade':
      return { level: 'fail', about, text: `${last.url} sends readers back to plain http: ${to}`, remedy: flexible }
    case 'elsewhere':
      return { level: 'fail', about, text: `${last.url} sends readers to ${to}`, remedy: look }
  }
}

function hsts({ last }: Trail, hostname: string): Finding {
  const about = 'hsts'
  const header = [last.headers['strict-transport-security']].flat().join()
  const age = Number(/max-age="?(\d{1,12})/i.exec(header)?.[1] ?? 0)
  const days = Math.floor(age / 86_400)
  const figure = `${days} days`
  if (age >= LONG)
    return {
      level: 'ok',
      about,
      figure,
      text: `Browsers are told to come to ${hostname} by https alone, for ${days} days`
    }
  return {
    level: 'warn',
    about,
    figure,
    text:
      age === 0
        ? `Browsers are not told to come to ${hostname} by https alone (HSTS)`
        : `Browsers are told to come to ${hostname} by https alone for no more than ${days} days`,
    remedy: 'Mastodon sends the header itself (config.force_ssl): look at what is in front of the app'
  }
}
