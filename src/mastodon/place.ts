import { type ConfigVars } from '../knowledge/index.ts'
import { isLoopback } from '../runtime/index.ts'

/** Where something of the instance is reached. */
export interface InstancePlace {
  /** An origin with a slash at its end: `https://mastodon.example/`. */
  readonly url: string
  /** Host header, where it is another than the URL's: on the runner, where no name leads to the app. */
  readonly host?: string
}

/** By what name the instance is reached: WEB_DOMAIN, else LOCAL_DOMAIN; undefined if neither is set. */
export function instanceDomain(config: ConfigVars): string | undefined {
  return config['WEB_DOMAIN'] || config['LOCAL_DOMAIN'] || undefined
}

/**
 * The instance as its users reach it: under WEB_DOMAIN, else LOCAL_DOMAIN. Undefined where neither is a name.
 * @param ownUrl the app's own address; where that is this machine, it is asked there under its name
 */
export function instancePlace(config: ConfigVars, ownUrl: string | null | undefined): InstancePlace | undefined {
  const domain = instanceDomain(config)
  if (!domain || !/^[\w.:-]{1,253}$/.test(domain)) return undefined
  if (ownUrl && isLoopback(new URL(ownUrl).hostname)) return { url: ownUrl, host: domain }
  return { url: `https://${domain}/` }
}

/**
 * The streaming server as browsers reach it, by STREAMING_API_BASE_URL (`wss://live.example`). Without it Mastodon tells
 * browsers to look on the instance itself (mastodon: app/serializers/rest/instance_serializer.rb), where on Heroku no
 * streaming server can be. Undefined where it is not set or is no address.
 * @param ownUrl the streaming app's own address, as for `instancePlace`
 */
export function streamingPlace(config: ConfigVars, ownUrl: string | null | undefined): InstancePlace | undefined {
  const base = config['STREAMING_API_BASE_URL']
  if (!base || !/^(wss?|https?):\/\//.test(base) || !URL.canParse(base)) return undefined
  const { host, protocol } = new URL(base)
  if (ownUrl && isLoopback(new URL(ownUrl).hostname)) return { url: ownUrl, host }
  return { url: `${protocol === 'ws:' || protocol === 'http:' ? 'http' : 'https'}://${host}/` }
}
