import { finishRelease, shipSlug, waitForDynos, type MadeSlug, type Tools } from '../../../deploy/index.ts'
import { type HerokuApp } from '../../../heroku/index.ts'
import { type DynoMemory, type LocalHeroku } from '../../../local-heroku/index.ts'
import { type InstancePlace, type Member } from '../../../mastodon/index.ts'
import { fetchPage, poll } from '../../../net/index.ts'
import { readTreeFile, UserError } from '../../../runtime/index.ts'
import { changeOver } from './change-over.ts'
import { apiOf, makeMember } from './member.ts'
import { memoryTexts, pumaWorkers } from './memory.ts'
import { type Seen } from './seen.ts'
import { tryGif } from './upload.ts'
import { followPost, requireSidekiq } from './worker.ts'

/** An instance that a rehearsal runs. */
export interface RehearsedInstance {
  readonly heroku: LocalHeroku
  readonly app: HerokuApp
  /** Where it answers. */
  readonly place: InstancePlace
  /** The folder in which web and worker keep uploads. */
  readonly uploads: string
  /** The tree that it was built of. */
  readonly source: string
  /** Whether the Procfile has a worker. */
  readonly worker: boolean
  readonly mask: (secret: string) => void
}

interface Streaming {
  /** The app that it runs as. */
  readonly app: HerokuApp
  /** Whether the config has a streaming app, so that the deploy has brought it up. */
  readonly isOwn: boolean
  readonly web: MadeSlug
}

/** Seconds that a worker may take to boot: it reports itself to Redis within 10 s of that. */
const WORKER_WITHIN = 90
/** Milliseconds that the streaming server may take to answer once it listens. */
const STREAMING_WITHIN = 60_000

/**
 * Tries the instance that the deploy has brought up, as people use it: an account, a job of Sidekiq, a post on a WebSocket,
 * an upload, and the memory of each type meanwhile; last, a change-over. What fails is kept in `seen`.
 */
export async function tryInstance(
  instance: RehearsedInstance,
  streaming: Streaming,
  seen: Seen,
  tools: Tools
): Promise<void> {
  const { heroku, app, place, worker } = instance
  await seen.tellMigrations()
  if (!worker) seen.notSeen('Sidekiq', 'the Procfile has no `worker`')
  const member = await seen.attempt('Account', () => account(instance, tools))
  if (worker && member) await seen.attempt('Worker', () => sidekiq(app, member, tools))
  const live = await seen.attempt('Streaming server', () => streamingPlace(heroku, instance, streaming, seen, tools))
  const boot = await memory(heroku, [app, streaming.app])
  if (member) {
    const ask = apiOf(place, member.token, tools)
    await seen.attempt('Post', () => followPost({ ask, token: member.token, worker, streaming: live }, seen, tools))
    await seen.attempt('Animated GIF', () => tryGif(ask, instance.uploads, seen, tools))
  }
  await seen.attempt('Memory', async () => {
    const upload = member ? await memory(heroku, [app, streaming.app]) : []
    const texts = memoryTexts(boot, upload, await pumaWorkers(app, tools))
    for (const text of texts) tools.story.note(text)
    if (texts.length === 0) seen.notSeen('memory', 'this machine does not tell it')
  })
  await seen.attempt('Change-over', () => changeOver(heroku, app, place, seen, tools))
}

async function account({ app, worker, mask }: RehearsedInstance, tools: Tools): Promise<Member> {
  const member = await makeMember(app, { wait: worker ? WORKER_WITHIN : 0, tables: [] }, mask, tools)
  tools.story.note('An account is made on the instance, with a token for its API')
  return member
}

async function sidekiq(app: HerokuApp, member: Member, tools: Tools): Promise<void> {
  const [release] = await app.releases(1)
  requireSidekiq(member, Date.parse(release!.created_at), tools)
}

/** The streaming server's place; the web slug brings one up if no streaming app was deployed. Undefined if it has none. */
async function streamingPlace(
  heroku: LocalHeroku,
  { source }: RehearsedInstance,
  { app, isOwn, web }: Streaming,
  seen: Seen,
  tools: Tools
): Promise<InstancePlace | undefined> {
  const { webUrl: url } = await heroku.addApp(app.name)
  if (isOwn) return { url }
  const command = web.processTypes['web'] ?? ''
  // The script that the command begins with: `bin/heroku-web`.
  const name = /^([\w./-]{1,200})(?:\s|$)/.exec(command)?.[1]
  const script = name === undefined ? '' : (readTreeFile(source, name) ?? '')
  if (!`${command}\n${script}`.includes('RUN_STREAMING'))
    return void seen.notSeen('streaming', 'no `streaming-app`, and `web` does not know RUN_STREAMING')
  const slug = await shipSlug(app, { ...web, processTypes: { web: command }, fingerprint: 'streaming' }, tools)
  const release = await app.createRelease(slug.id, 'Streaming server', (await app.releases(1))[0]?.version ?? 0)
  await finishRelease(app, release, tools)
  await waitForDynos(app, release.version, tools)
  const health = new URL('/api/v1/streaming/health', url).href
  const good = await poll(tools, { first: 500, longest: 2_000, timeout: STREAMING_WITHIN }, async signal => {
    const { status, body } = await fetchPage(health, {}, { clock: tools.clock, signal })
    return (status === 200 && body.trim() === 'OK') || undefined
  })
  if (!good)
    throw new UserError(
      'The streaming server does not answer, from the same slug as web with RUN_STREAMING=true',
      'Look at what it printed: a slug for web and streaming needs its packages of node_modules, and Node.'
    )
  tools.story.note('The streaming server answers, from the same slug as web')
  return { url }
}

async function memory(heroku: LocalHeroku, apps: readonly HerokuApp[]): Promise<DynoMemory[]> {
  const of = async ({ name }: HerokuApp, streams: boolean): Promise<DynoMemory[]> =>
    (await heroku.memory(name)).map(one => (streams ? { ...one, dyno: 'streaming', type: 'streaming' } : one))
  return (await Promise.all(apps.map((app, at) => of(app, at > 0)))).flat()
}
