import * as v from 'valibot'
import { type InstancePlace } from '../../mastodon/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { ask, follow, type HttpAnswer } from '../probes/http.ts'
import { brief } from '../probes/network.ts'
import { answered, lookAtLogs, notReached } from './said.ts'
import { NO_NAME } from './instance.ts'

const MORE =
  'the name in handles must answer for its accounts, or send on to `WEB_DOMAIN` (docs.joinmastodon.org: admin/config#web_domain)'

/** Whether the instance answers what other servers ask first: host-meta, WebFinger, NodeInfo. */
export const federation: Check = {
  name: 'federation',
  title: 'Federation',
  config: ['LOCAL_DOMAIN', 'WEB_DOMAIN'],
  async look(world) {
    const { instance: place, config } = world
    const local = config['LOCAL_DOMAIN']
    if (!place || !local) return [NO_NAME]
    return Promise.all([
      lookAt('host-meta', local, '/.well-known/host-meta', hostMeta, world, place),
      lookAt(
        'webfinger',
        local,
        `/.well-known/webfinger?resource=acct:${local}@${local}`,
        answer => webfinger(answer, local),
        world,
        place
      ),
      nodeinfo(place, world)
    ])
  }
}

/**
 * Asks the name in handles, and follows its redirects as other servers do.
 * @param wrong why the last answer is not good; undefined if it is
 */
async function lookAt(
  about: string,
  local: string,
  path: string,
  wrong: (answer: HttpAnswer) => string | undefined,
  world: World,
  place: InstancePlace
): Promise<Finding> {
  const what = `${local}${path.replace(/\?.*$/, '')}`
  const remedy = `Look at what answers ${local}: ${MORE}`
  try {
    // On the runner the app's own address answers for every name of the instance.
    const url = new URL(path, place.host === undefined ? `https://${local}/` : place.url).href
    const { last, stopped, urls } = await follow(url, place.host === undefined ? {} : { host: local }, world)
    const reply = (): string | undefined => (last.status === 200 ? wrong(last) : answered(last))
    const why = stopped ? `sends readers on to where they cannot follow (${brief(urls.at(-1) ?? '')})` : reply()
    return why === undefined
      ? { level: 'ok', about, text: `${what} answers` }
      : { level: 'fail', about, text: `${what} ${why}`, remedy }
  } catch (error) {
    return notReached(what, error, world, { about, remedy })
  }
}

/** RFC 6415; mastodon: app/views/well_known/host_meta/show.xml.ruby. */
function hostMeta({ body }: HttpAnswer): string | undefined {
  return /<Link\b[^>]{0,200}\blrdd\b[^>]{0,500}\{uri\}/.test(body.slice(0, 10_000))
    ? undefined
    : 'does not say where WebFinger is'
}

const jrd = v.looseObject({
  subject: v.string(),
  links: v.array(v.looseObject({ rel: v.string(), href: v.optional(v.string()) }))
})

/** Asked for the instance's own actor, which every Mastodon has (mastodon: app/lib/webfinger_resource.rb). */
function webfinger({ body }: HttpAnswer, local: string): string | undefined {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), jrd), body)
  if (!success) return 'does not answer as WebFinger does'
  if (!output.subject.toLowerCase().endsWith(`@${local.toLowerCase()}`))
    return `answers for ${brief(output.subject, 100)}, not for accounts of ${local}`
  const self = output.links.find(({ rel }) => rel === 'self')?.href
  return self?.startsWith('https://') ? undefined : 'names no actor that other servers could fetch'
}

const discovery = v.looseObject({ links: v.array(v.looseObject({ rel: v.string(), href: v.string() })) })
const information = v.looseObject({ software: v.looseObject({ name: v.string(), version: v.string() }) })

async function nodeinfo(place: InstancePlace, world: World): Promise<Finding> {
  const about = 'nodeinfo'
  const what = `${place.host ?? new URL(place.url).host}/nodeinfo`
  try {
    const found = await ask(new URL('/.well-known/nodeinfo', place.url).href, { host: place.host }, world)
    const links = v.safeParse(v.pipe(v.string(), v.parseJson(), discovery), found.body)
    const link = links.success ? links.output.links.find(({ rel }) => rel.endsWith('/ns/schema/2.0'))?.href : undefined
    if (found.status !== 200 || link === undefined || !URL.canParse(link))
      return {
        level: 'fail',
        about,
        text: `${what} ${found.status === 200 ? 'is named nowhere' : answered(found)}`,
        remedy: lookAtLogs(world)
      }
    // The instance itself is asked: only the path is taken from the answer.
    const { pathname } = new URL(link)
    const answer = await ask(new URL(pathname, place.url).href, { host: place.host }, world)
    const told = v.safeParse(v.pipe(v.string(), v.parseJson(), information), answer.body)
    if (answer.status !== 200 || !told.success)
      return {
        level: 'fail',
        about,
        text: `${what} ${answer.status === 200 ? 'does not answer as NodeInfo does' : answered(answer)}`,
        remedy: lookAtLogs(world)
      }
    const { name, version } = told.output.software
    return { level: 'ok', about, text: `${what} says ${brief(name, 40)} ${brief(version, 40)}` }
  } catch (error) {
    return notReached(what, error, world, { about })
  }
}
