import { type ConfigVars } from '../knowledge/index.ts'
import { isLoopback } from '../runtime/index.ts'

/** The address of the instance, or of its streaming server. */
export interface InstancePlace {
  /** An origin with a slash at its end: `https://mastodon.example/`. */
  readonly url: string
  /** The Host header, if it is not the URL's: on the runner, where no name leads to the app. */
  readonly host?: string
}

/** The instance's name: WEB_DOMAIN, else LOCAL_DOMAIN; undefined if neither is set. */
export function instanceDomain(config: ConfigVars): string | undefined {
  return config['WEB_DOMAIN'] || config['LOCAL_DOMAIN'] || undefined
}

/**
 * The instance as its users reach it, by its name. Undefined if it has none.
 * @param ownUrl the app's own address; if that is on this machine, the instance is asked there, under its name
 */
export function instancePlace(config: ConfigVars, ownUrl: string | null | undefined): InstancePlace | undefined {
  const domain = instanceDomain(config)
  if (!domain || !/^[\w.:-]{1,253}$/.test(domain)) return undefined
  if (ownUrl && isLoopback(new URL(ownUrl).hostname)) return { url: ownUrl, host: domain }
  return { url: `https://${domain}/` }
}

/**
 * The streaming server as browsers reach it, by STREAMING_API_BASE_URL (`wss://live.example`). Undefined if that is not set
 * or is no address. Mastodon then sends browsers to the instance itself (mastodon:
 * app/serializers/rest/instance_serializer.rb), which on Heroku has no streaming server.
 * @param ownUrl the streaming app's own address, as for `instancePlace`
 */
export function streamingPlace(config: ConfigVars, ownUrl: string | null | undefined): InstancePlace | undefined {
  const base = config['STREAMING_API_BASE_URL']
  if (!base || !/^(wss?|https?):\/\//.test(base) || !URL.canParse(base)) return undefined
  const { host, protocol } = new URL(base)
  if (ownUrl && isLoopback(new URL(ownUrl).hostname)) return { url: ownUrl, host }
  return { url: `${protocol === 'ws:' || protocol === 'http:' ? 'http' : 'https'}://${host}/` }
}
