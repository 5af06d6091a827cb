import { Resolver } from 'node:dns/promises'
import { errorCode } from '../../runtime/index.ts'

/** What the DNS says of a name. */
export interface Resolved {
  /** The names that it is an alias of (CNAME), in the order in which they lead on. */
  readonly aliases: readonly string[]
  /** IPv4 and IPv6 addresses; empty if the name leads nowhere. */
  readonly addresses: readonly string[]
}

export interface DnsNames {
  /** Rejects if the DNS does not answer. */
  resolve(name: string, signal: AbortSignal): Promise<Resolved>
}

const MOST_ALIASES = 8
/** Codes of an answer that says: no such name, or no such record. */
const NOTHING = ['ENOTFOUND', 'ENODATA']

/**
 * Names by the DNS, without the machine's hosts file.
 * @param servers `host:port` of DNS servers; the system's by default
 */
export function dnsNames(servers?: readonly string[]): DnsNames {
  return {
    async resolve(name, signal) {
      const resolver = new Resolver({ timeout: 2_000, tries: 3 })
      if (servers) resolver.setServers(servers)
      const cancel = (): void => resolver.cancel()
      signal.addEventListener('abort', cancel, { once: true })
      try {
        const aliases: string[] = []
        for (let next: string | undefined = name; next !== undefined && aliases.length < MOST_ALIASES;) {
          const [alias]: string[] = await orNothing(resolver.resolveCname(next))
          next = alias === undefined || aliases.includes(alias) ? undefined : alias
          if (next !== undefined) aliases.push(next)
        }
        const addresses = await Promise.all([resolver.resolve4(name), resolver.resolve6(name)].map(orNothing))
        return { aliases, addresses: addresses.flat() }
      } finally {
        signal.removeEventListener('abort', cancel)
      }
    }
  }
}

function orNothing(answer: Promise<string[]>): Promise<string[]> {
  return answer.catch((error: unknown) => {
    if (NOTHING.includes(errorCode(error) ?? '')) return []
    throw error
  })
}
