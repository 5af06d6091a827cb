import { type Domain } from '../../heroku/index.ts'
import { type InstancePlace } from '../../mastodon/index.ts'
import { hostCause, NOT_IN_DNS } from '../causes.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { type AppFacts } from '../facts.ts'
import { askPlace } from '../probes/http.ts'
import { brief, unreached } from '../probes/network.ts'
import { cameThroughHeroku, frontOf } from './said.ts'

/** Whether the instance's names lead to Heroku, perhaps through a proxy, and whether Heroku renews their certificates. */
export const names: Check = {
  name: 'names',
  title: 'Names',
  config: [],
  async look(world) {
    const { instance, streaming, app, streamingApp } = world
    return (
      await Promise.all([
        ...(instance ? [lookAt('site', instance, app, world)] : []),
        ...(streaming && streamingApp ? [lookAt('streaming', streaming, streamingApp, world)] : [])
      ])
    ).flat()
  }
}

async function lookAt(about: string, place: InstancePlace, app: AppFacts, world: World): Promise<Finding[]> {
  const { hostname } = new URL(place.url)
  // On the runner no name leads to the app. A name of Heroku's own is Heroku's matter.
  if (place.host !== undefined || /\.herokuapp\.com$/.test(hostname)) return []
  const known = (await app.domains()).find(domain => covers(domain.hostname, hostname))
  const way = await wayOf(about, hostname, place, known, app, world).catch((error: unknown): Finding => {
    const { why } = unreached(error, world)
    const cause = hostCause(hostname, why)
    return { level: 'unknown', about, text: `It could not be found out where ${hostname} leads: ${why}`, cause }
  })
  return [way, ...acmFindings(about, hostname, known, app)]
}

function covers(name: string, hostname: string): boolean {
  if (name.startsWith('*.')) return hostname.endsWith(name.slice(1))
  return name.toLowerCase() === hostname.toLowerCase()
}

async function wayOf(
  about: string,
  hostname: string,
  place: InstancePlace,
  known: Domain | undefined,
  app: AppFacts,
  world: World
): Promise<Finding> {
  const { network, signal } = world
  if (!known)
    return {
      level: 'fail',
      about,
      text: `Heroku does not know the name ${hostname}, so its router answers it with an error`,
      remedy: `\`heroku domains:add ${hostname} --app ${app.name}\``
    }
  const target = known.cname ?? undefined
  const { aliases, addresses } = await network.names.resolve(hostname, signal)
  const remedy = target
    ? `Let the DNS record of ${hostname} be a CNAME, ALIAS or ANAME to ${brief(target, 100)}`
    : `Look at \`heroku domains --app ${app.name}\``
  if (addresses.length === 0)
    return {
      level: 'fail',
      about,
      text: `${hostname} leads nowhere: the DNS has no address for it`,
      remedy,
      cause: hostCause(hostname, NOT_IN_DNS, remedy)
    }
  if (target !== undefined && aliases.includes(target))
    return { level: 'ok', about, text: `${hostname} leads to Heroku (${target})` }
  const old = aliases.find(alias => /\.(herokuapp|herokussl|herokudns)\.com$/.test(alias))
  if (old !== undefined)
    return {
      level: 'warn',
      about,
      text: `${hostname} leads to ${old}, and Heroku wants it at ${brief(target ?? 'another name', 100)}: certificates are not renewed`,
      remedy
    }
  const own = target === undefined ? [] : (await network.names.resolve(target, signal)).addresses
  if (addresses.some(address => own.includes(address)))
    return { level: 'ok', about, text: `${hostname} has Heroku’s own addresses` }
  return throughFront(about, hostname, place, remedy, world)
}

/** Whether a name with addresses of a proxy leads to Heroku in the end: its router marks each answer. */
async function throughFront(
  about: string,
  hostname: string,
  place: InstancePlace,
  remedy: string,
  world: World
): Promise<Finding> {
  const answer = await askPlace(place, '/health', world)
  const front = frontOf(answer)
  if (cameThroughHeroku(answer))
    return { level: 'ok', about, text: `${hostname} leads to Heroku through ${front ?? 'something in front of it'}` }
  if (front !== undefined)
    return {
      level: 'unknown',
      about,
      text: `${hostname} leads to ${front}; whether that leads to Heroku, its answer does not say`
    }
  return {
    level: 'fail',
    about,
    text: `${hostname} has addresses that are not Heroku’s, and what answers there is not Heroku`,
    remedy
  }
}

/** Heroku's words (heroku/cli: certs:auto; Dev Center: automated-certificate-management). */
const ISSUED = ['ok', 'cert issued']

function acmFindings(part: string, hostname: string, known: Domain | undefined, app: AppFacts): Finding[] {
  const status = known?.acm_status?.toLowerCase()
  // Heroku does not make this certificate; the check `certificates` looks at it all the same.
  if (!status) return []
  const about = part === 'site' ? 'acm' : `acm-${part}`
  if (ISSUED.includes(status)) return [{ level: 'ok', about, text: `Heroku renews the certificate of ${hostname}` }]
  const reason = known?.acm_status_reason ? ` (${brief(known.acm_status_reason, 150)})` : ''
  const remedy = `Look at \`heroku certs:auto --app ${app.name}\`: ACM needs the name to lead straight to Heroku, without a proxy in front`
  if (status === 'failed')
    return [
      { level: 'fail', about, text: `Heroku has given up making the certificate of ${hostname}${reason}`, remedy }
    ]
  return [
    {
      level: 'warn',
      about,
      text: `Heroku has not made the certificate of ${hostname} yet: ${brief(status, 40)}${reason}`,
      remedy
    }
  ]
}
