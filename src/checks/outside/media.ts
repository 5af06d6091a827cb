import { configSet, NEEDS, sentence, settingsOf, storageOf } from '../../knowledge/index.ts'
import { MEDIA_VARIABLES, mediaUrl, readInstance, type InstancePlace } from '../../mastodon/index.ts'
import { hostCause } from '../causes.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { ask, askPlace, type HttpAnswer } from '../probes/http.ts'
import { brief, unreached } from '../probes/network.ts'
import { certificateFinding } from './certificates.ts'
import { NO_NAME } from './instance.ts'
import { answered, hostOf, notReached } from './said.ts'

/** Whether media are kept, and browsers may load them: by https, with CORS, allowed by the page's own policy. */
export const media: Check = {
  name: 'media',
  title: 'Media',
  config: MEDIA_VARIABLES,
  async look(world) {
    if (storageOf(world.config) === 'dyno') return [keptOnDyno(world.app.name)]
    const { instance: place } = world
    if (!place) return [NO_NAME]
    const url = mediaUrl(world.config)
    if (url === undefined)
      return [{ level: 'fail', about: 'host', text: 'No host is set from which browsers get media', remedy: ALIAS }]
    const host = hostFinding(url)
    if (host.level === 'fail') return [host]
    const [certificate, pages] = await Promise.all([
      certificateFinding('certificate', new URL(url).hostname, world),
      readPages(place, world).then(
        read => (read.front.status === 200 ? read : answered(read.front)),
        (error: unknown) => unreached(error, world).why
      )
    ])
    if (typeof pages === 'string')
      return [host, certificate, { ...unread(pages), cause: hostCause(hostOf(place), pages) }]
    // If no browser can connect to the host, the certificate's finding says so already.
    const open = ['ok', 'warn'].includes(certificate.level)
    const pictures = open ? await pictureFindings(url, place, pages, world) : []
    return [host, certificate, ...pictures, policyFinding(url, pages.front), mixedFinding(pages)]
  }
}

function unread(why: string): Finding {
  return {
    level: 'unknown',
    about: 'page',
    text: `The front page could not be read (${why}), so neither pictures nor its policy were looked at`
  }
}

function keptOnDyno(app: string): Finding {
  const set = configSet(app, { ...NEEDS.mediaStorage.vars, ...settingsOf(NEEDS.bucket) })
  return {
    level: 'fail',
    about: 'storage',
    text: sentence(NEEDS.mediaStorage.without),
    remedy: `${set} (docs.joinmastodon.org: admin/optional/object-storage)`
  }
}
const ALIAS =
  'Set `S3_ALIAS_HOST` to a name of your own, without `https://`, that leads to the bucket with a certificate'

function hostFinding(url: string): Finding {
  const about = 'host'
  const shown = brief(url, 100)
  // S3_ALIAS_HOST with a scheme gives https://https://… (mastodon/mastodon#21382).
  if (!URL.canParse(url) || ['https', 'http'].includes(new URL(url).hostname))
    return { level: 'fail', about, text: `Media addresses begin with ${shown}, which is none`, remedy: ALIAS }
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:')
    return {
      level: 'fail',
      about,
      text: `Media come by plain http from ${hostname}: pages show none of them`,
      remedy: 'Set `S3_PROTOCOL=https`, and see that the host has a certificate'
    }
  if (/\.amazonaws\.com$/.test(hostname))
    return {
      level: 'warn',
      about,
      text: `Media come from ${hostname}: their addresses go into other servers, and cannot move with you`,
      remedy: ALIAS
    }
  return { level: 'ok', about, text: `Media come by https from ${hostname}` }
}

interface Pages {
  readonly front: HttpAnswer
  /** Addresses of pictures, as the instance gives them out. */
  readonly pictures: readonly string[]
}

/** The front page, and pictures from all lists that a visitor without a login may see. */
async function readPages(place: InstancePlace, world: World): Promise<Pages> {
  const [front, instance, emojis, timeline] = await Promise.all([
    askPlace(place, '/', world, { most: 2_000_000 }),
    askPlace(place, '/api/v2/instance', world),
    textOf(place, '/api/v1/custom_emojis', world),
    textOf(place, '/api/v1/timelines/public?local=true&limit=10', world)
  ])
  const inLists = [...`${emojis}${timeline}`.matchAll(/"(?:avatar|url|preview_url)":"(https?:[^"\\]{1,500})"/g)]
  return {
    front,
    pictures: [...(readInstance(instance.body)?.pictures ?? []), ...inLists.map(([, url]) => url!)].slice(0, 500)
  }
}

/** A list; empty if it is closed to visitors. */
async function textOf(place: InstancePlace, path: string, world: World): Promise<string> {
  return askPlace(place, path, world).then(
    ({ status, body }) => (status === 200 ? body : ''),
    (error: unknown) => (unreached(error, world), '')
  )
}

/** Fetches one picture from the media host, as a browser does for a page of the instance. */
async function pictureFindings(
  url: string,
  place: InstancePlace,
  { pictures }: Pages,
  world: World
): Promise<Finding[]> {
  const { host } = new URL(url)
  const picture = pictures.find(
    address => URL.canParse(address) && new URL(address).host === host && address.startsWith('https:')
  )
  const about = 'picture'
  if (picture === undefined)
    return [
      {
        level: 'unknown',
        about,
        text: `The instance shows visitors no picture that lies on ${host}, so none was fetched`
      }
    ]
  const origin = `https://${hostOf(place)}`
  try {
    const answer = await ask(picture, { headers: { origin, range: 'bytes=0-1023' }, most: 20_000_000 }, world)
    if (answer.status !== 200 && answer.status !== 206)
      return [
        {
          level: 'fail',
          about,
          text: `${host} ${answered(answer)} to a picture that the instance shows`,
          remedy: 'Look at the bucket’s permissions, and at what is in front of it'
        }
      ]
    const type = answer.headers['content-type'] ?? ''
    if (/^text\//i.test(type))
      return [
        {
          level: 'fail',
          about,
          text: `${host} gives out ${brief(type, 60)} for a picture that the instance shows`,
          remedy: 'Look at the bucket, and at what is in front of it'
        }
      ]
    return [{ level: 'ok', about, text: `${host} gives out a picture` }, corsFinding(host, origin, answer)]
  } catch (error) {
    return [notReached(host, error, world, { about, remedy: 'Look at the bucket, and at what is in front of it' })]
  }
}

function corsFinding(host: string, origin: string, { headers }: HttpAnswer): Finding {
  const about = 'cors'
  const allowed = headers['access-control-allow-origin']
  if (allowed === '*' || allowed === origin)
    return { level: 'ok', about, text: `${host} lets pages of the instance read media (CORS)` }
  return {
    level: 'warn',
    about,
    text: `${host} does not let pages of the instance read media (CORS: ${allowed === undefined ? 'no header' : brief(allowed, 60)}): cropping and audio players fail`,
    remedy:
      'Let the host answer `Access-Control-Allow-Origin: *` (docs.joinmastodon.org: admin/optional/object-storage)'
  }
}

/** The page's Content-Security-Policy, which Mastodon makes at boot (app/lib/content_security_policy.rb). */
function policyFinding(url: string, { headers }: HttpAnswer): Finding {
  const about = 'csp'
  const policy = [headers['content-security-policy']].flat().join(';')
  const { host } = new URL(url)
  if (policy === '')
    return {
      level: 'warn',
      about,
      text: 'The front page has no Content-Security-Policy: something in front of the app takes it away',
      remedy: 'Look at what is between the app and its name'
    }
  const lacking = ['img-src', 'media-src', 'connect-src'].filter(name => !allows(policy, name, host))
  if (lacking.length === 0) return { level: 'ok', about, text: `The page’s own policy allows media from ${host}` }
  return {
    level: 'fail',
    about,
    text: `The page’s own policy does not allow media from ${host} (${lacking.join(', ')}): browsers show none`,
    remedy: 'Set `S3_ALIAS_HOST` or `S3_HOSTNAME` to that host, or name it in `EXTRA_MEDIA_HOSTS`, and restart'
  }
}

/** Whether a directive of a policy names a host (W3C: CSP 3, 6.7.2.8; as Mastodon writes them). */
function allows(policy: string, name: string, host: string): boolean {
  const directives = policy.split(/[;,]/).map(directive => directive.trim().split(/\s+/))
  const of = (wanted: string): string[] | undefined =>
    directives.find(([first]) => first?.toLowerCase() === wanted)?.slice(1)
  const sources = of(name) ?? of('default-src') ?? ['*']
  return sources.some(source => {
    if (['*', 'https:', 'wss:'].includes(source)) return true
    const named = /^(?:[a-z]+:\/\/)?([^/]+)/i.exec(source)?.[1]
    return named === host || (named?.startsWith('*.') === true && host.endsWith(named.slice(1)))
  })
}

function mixedFinding({ front, pictures }: Pages): Finding {
  const about = 'mixed-content'
  const tags = front.body.matchAll(
    /<(?:img|script|source|video|audio|iframe|link)\b[^>]{0,300}?\s(?:src|href)="(http:\/\/[^"\s]{1,300})"/gi
  )
  const plain = [...[...tags].map(([, url]) => url!), ...pictures.filter(url => url.startsWith('http:'))]
  if (plain.length === 0) return { level: 'ok', about, text: 'Nothing on the front page comes by plain http' }
  return {
    level: 'fail',
    about,
    figure: `${plain.length}`,
    text: `The instance names ${plain.length} things by plain http, which browsers do not load: ${brief(plain[0]!, 120)}`,
    remedy: 'Set `S3_PROTOCOL=https`; addresses in posts and settings were stored as they were'
  }
}
