import net from 'node:net'
import { type InstancePlace } from '../../mastodon/index.ts'
import { fetchPage, type HttpPage, type HttpPageOptions } from '../../net/index.ts'
import { StepError, type Outside } from './network.ts'

export interface HttpAnswer extends HttpPage {
  readonly url: string
  /** Milliseconds until the whole of it was there. */
  readonly took: number
}

type Ask = Omit<HttpPageOptions, 'way' | 'limit'>

const MOST = 1_000_000

/**
 * Sends one request, GET by default, and reads the whole answer within the network's time for one. A redirect is an
 * answer. Rejects on a lost connection, a bad certificate, and past `most` bytes (1 MB by default).
 */
export async function ask(url: string, options: Ask, outside: Outside): Promise<HttpAnswer> {
  const { network, clock } = outside
  const started = clock.now()
  const page = await fetchPage(url, { most: MOST, ...options, limit: network.answerWithin, way: network }, outside)
  return { ...page, url, took: clock.now() - started }
}

/** `ask` for a path of the instance or its streaming server. */
export function askPlace(place: InstancePlace, path: string, outside: Outside, options: Ask = {}): Promise<HttpAnswer> {
  return ask(new URL(path, place.url).href, { host: place.host, ...options }, outside)
}

/** Where redirects led. */
export interface Trail {
  /** All addresses, in order; the last may not have been asked. */
  readonly urls: readonly string[]
  /** The last answer. */
  readonly last: HttpAnswer
  /** Why the next redirect was not followed; undefined if the last answer is none. */
  readonly stopped?: 'loop' | 'too many' | 'downgrade' | 'elsewhere'
}

const MOST_REDIRECTS = 5

/**
 * Follows redirects one by one: at most five, to no address twice, never back from https to http, and to no bare IP
 * address or odd port, which no instance would name. Rejects as `ask` does.
 */
export async function follow(url: string, options: Ask, outside: Outside): Promise<Trail> {
  const urls: string[] = []
  for (let at = url; ;) {
    urls.push(at)
    const last = await ask(at, options, outside).catch((error: unknown) => {
      throw urls.length === 1 ? error : new StepError(at, error)
    })
    const next = redirectOf(last)
    if (next === undefined) return { urls, last }
    const stopped = whyNot(at, next, urls)
    if (stopped) return { urls: [...urls, next], last, stopped }
    at = next
  }
}

/** Where an answer redirects to; undefined if it does not. */
function redirectOf({ url, status, headers: { location } }: HttpAnswer): string | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined || location.length > 2_000) return undefined
  return URL.canParse(location, url) ? new URL(location, url).href : undefined
}

function whyNot(from: string, to: string, urls: readonly string[]): Trail['stopped'] {
  if (urls.includes(to)) return 'loop'
  if (urls.length > MOST_REDIRECTS) return 'too many'
  const [a, b] = [new URL(from), new URL(to)]
  if (!['http:', 'https:'].includes(b.protocol)) return 'elsewhere'
  if (a.protocol === 'https:' && b.protocol === 'http:') return 'downgrade'
  const odd = net.isIP(b.hostname.replace(/[[\]]/g, '')) !== 0 || b.port !== '' || b.hostname === 'localhost'
  return odd && a.host !== b.host ? 'elsewhere' : undefined
}
