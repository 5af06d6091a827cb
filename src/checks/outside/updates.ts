import {
  compareVersions,
  readInstance,
  readSupport,
  readUpdates,
  seriesOf,
  SUPPORT_TABLE,
  UPDATE_SERVER,
  type Support,
  type Update,
  type UpstreamNews
} from '../../mastodon/index.ts'
import { dayText } from '../../runtime/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { daysUntil } from '../probes/certificate.ts'
import { ask, askPlace } from '../probes/http.ts'
import { unreached } from '../probes/network.ts'
import { planned } from './upgrade.ts'

/** Days before support ends (Mastodon itself warns its admins three months before). */
const SUPPORT_DAYS = 90

/** Whether a newer Mastodon is out, and how long the line that runs is still maintained. */
export const updates: Check = {
  name: 'updates',
  title: 'Mastodon',
  config: [],
  async look(world) {
    const version = await versionOf(world)
    if (version === undefined)
      return [
        {
          level: 'unknown',
          text: 'Which Mastodon runs is not known: neither the deployed commit nor the instance says it'
        }
      ]
    const news = await newsOf(version, world)
    if (typeof news === 'string') return [{ level: 'unknown', about: 'update', text: news }]
    const next = nextOf(version, news.updates)
    const [update, support] = await Promise.all([
      next ? updateFinding(version, next, world) : newest(version),
      supportOf(version, news, world)
    ])
    return [update, supportFinding(version, support, world)]
  }
}

/** The version that runs, without the part behind `+`, as Mastodon itself asks for updates. */
async function versionOf(world: World): Promise<string | undefined> {
  const deployed = await world.deployed().catch(() => undefined)
  if (deployed?.version !== undefined) return deployed.version
  if (!world.instance) return undefined
  const answer = await askPlace(world.instance, '/api/v2/instance', world)
  const said = readInstance(answer.body)?.version.split('+')[0]
  return said !== undefined && /^\d+\.\d+\.\d+[\w.-]{0,40}$/.test(said) ? said : undefined
}

/** The update server's news, or why there are none. */
async function newsOf(version: string, world: World): Promise<UpstreamNews | string> {
  const { host } = new URL(UPDATE_SERVER)
  try {
    const answer = await ask(
      `${UPDATE_SERVER}?version=${encodeURIComponent(version)}`,
      { headers: { accept: 'application/json' } },
      world
    )
    if (answer.status !== 200) return `${host} answered ${answer.status}`
    return readUpdates(answer.body) ?? `${host} did not answer as it used to`
  } catch (error) {
    return `${host}: ${unreached(error, world).why}`
  }
}

interface Next {
  /** The version to go to: the newest of the line that runs, if that has a newer one. */
  readonly version: string
  /** The newest version of a later line. */
  readonly later: string | undefined
  readonly isPatch: boolean
  readonly isUrgent: boolean
}

function nextOf(version: string, all: readonly Update[]): Next | undefined {
  const isOwn = (update: Update): boolean => seriesOf(update.version) === seriesOf(version)
  const own = all.filter(isOwn).sort(newestFirst)
  const later = all.filter(update => !isOwn(update)).sort(newestFirst)
  const next = own[0] ?? later[0]
  return (
    next && {
      version: next.version,
      later: later[0]?.version,
      isPatch: own.length > 0,
      isUrgent: (own.length > 0 ? own : later).some(({ urgent }) => urgent)
    }
  )
}

function newest(version: string): Finding {
  return { level: 'ok', about: 'update', figure: version, text: `${version} is the newest Mastodon` }
}

async function updateFinding(version: string, next: Next, world: World): Promise<Finding> {
  const also = next.isPatch && next.later !== undefined ? `; ${next.later} is out, too` : ''
  // The address is made here: one that the server tells is not trusted.
  const told = {
    about: 'update',
    figure: next.version,
    link: `https://github.com/mastodon/mastodon/releases/tag/v${next.version}`,
    ...(await planned(version, next.version, world))
  }
  if (next.isUrgent)
    return { level: 'fail', text: `${next.version} mends a security hole of ${version}, which runs${also}`, ...told }
  if (next.isPatch)
    return {
      level: 'warn',
      text: `${next.version} is newer than ${version}, which runs, in the same line${also}`,
      ...told
    }
  return { level: 'ok', text: `${version} is the newest of its line; ${next.version} is out`, ...told }
}

function newestFirst(a: Update, b: Update): number {
  return compareVersions(b.version, a.version)
}

interface KnownSupport {
  readonly support: Support
  readonly source: string
}

/** When support of the line ends: by the update server, else by Mastodon's own table. */
async function supportOf(
  version: string,
  { endOfSupport }: UpstreamNews,
  world: World
): Promise<KnownSupport | undefined> {
  if (endOfSupport !== undefined) return { support: endOfSupport, source: new URL(UPDATE_SERVER).host }
  try {
    const { status, body } = await ask(SUPPORT_TABLE, { most: 100_000 }, world)
    const support = status === 200 ? readSupport(body, version) : undefined
    return support === undefined ? undefined : { support, source: 'mastodon/mastodon: SECURITY.md' }
  } catch (error) {
    unreached(error, world)
    return undefined
  }
}

function supportFinding(version: string, known: KnownSupport | undefined, { clock }: Pick<World, 'clock'>): Finding {
  const about = 'support'
  const line = seriesOf(version)
  const link = 'https://github.com/mastodon/mastodon/blob/main/SECURITY.md'
  if (!known)
    return {
      level: 'unknown',
      about,
      link,
      text: `How long Mastodon mends ${line} is not known: neither its update server nor its SECURITY.md says it`
    }
  const { support, source } = known
  const remedy =
    'Go to a newer line, one minor version after the other: `command: plan` with its tag as `ref` tells what that takes'
  if (support === 'yes') return { level: 'ok', about, text: `Mastodon mends ${line}, and names no end (${source})` }
  if (support === 'no')
    return { level: 'fail', about, link, text: `Mastodon no longer mends ${line} (${source})`, remedy }
  const days = daysUntil(support, clock.now())
  const date = dayText(support)
  const figure = `${days} days`
  if (days < 0)
    return {
      level: 'fail',
      about,
      figure,
      link,
      text: `Mastodon no longer mends ${line} since ${date} (${source})`,
      remedy
    }
  if (days < SUPPORT_DAYS)
    return {
      level: 'warn',
      about,
      figure,
      link,
      text: `Mastodon mends ${line} for ${days} more days, until ${date} (${source})`,
      remedy
    }
  return { level: 'ok', about, figure, text: `Mastodon mends ${line} until ${date} (${source})` }
}
