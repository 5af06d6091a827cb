import * as v from 'valibot'
import { type Tools } from '../../../deploy/index.ts'
import { type AskApi, type InstancePlace, type Member } from '../../../mastodon/index.ts'
import { closeWebSocket, LateError, messagesOf, openWebSocket, poll, within } from '../../../net/index.ts'
import { UserError } from '../../../runtime/index.ts'
import { form } from './member.ts'
import { type Seen } from './seen.ts'

/** Milliseconds from a post to its place in the timeline, and on the WebSocket. */
const POSTED_WITHIN = 60_000
const PAUSES = { first: 200, longest: 2_000 }

/**
 * Looks whether a Sidekiq process of a release is among those that Redis knows: it bears the name of a dyno of `worker`, and
 * began after the release. Redis was empty before this job. Throws a `UserError` if there is none.
 * @param released milliseconds since 1970
 */
export function requireSidekiq({ sidekiq }: Member, released: number, { story }: Tools): void {
  const own = sidekiq.find(({ host, started }) => /^worker\.\d+$/.test(host) && started * 1000 >= released - 1_000)
  if (own) {
    const after = Math.max(0, Math.round(own.started - released / 1000))
    return story.note(
      `Redis knows the Sidekiq of ${own.host}, which began ${after} s after the release: ${own.queues.join(', ')}`
    )
  }
  const others = sidekiq.map(({ host }) => host.replace(/[^\w.-]/g, '?'))
  throw new UserError(
    `The worker is up, and Redis knows no Sidekiq process of this commit (${others.join(', ') || 'none at all'})`,
    'Look at what `worker` printed, and whether the Procfile starts Sidekiq there.'
  )
}

/** What follows a post through the instance. */
interface Way {
  readonly ask: AskApi
  readonly token: string
  /** Undefined if no dyno does jobs. */
  readonly worker: boolean
  /** Undefined if no streaming server runs. */
  readonly streaming: InstancePlace | undefined
}

/**
 * Posts, and follows the post: a job of Sidekiq puts it into the home timeline (mastodon/mastodon:
 * app/workers/distribution_worker.rb), and another tells Redis, from where the streaming server sends it to a WebSocket.
 * Throws a `UserError` if it does not arrive.
 */
export async function followPost({ ask, token, worker, streaming }: Way, seen: Seen, tools: Tools): Promise<void> {
  const socket = streaming && (await openStream(streaming, token, tools))
  try {
    const id = await post(ask)
    if (worker) {
      await arrives(ask, id, tools)
      tools.story.note('A post came into the home timeline, which is the work of a Sidekiq job')
      seen.passed('Sidekiq worked a job')
    }
    if (!socket) return
    if (!worker) return seen.notSeen('a post on the WebSocket', 'no worker tells of posts')
    await streams(socket, id, tools)
    tools.story.note('The post came over a WebSocket through the router')
    seen.passed('a WebSocket told of a post')
  } finally {
    if (socket) closeWebSocket(socket)
  }
}

type Socket = Awaited<ReturnType<typeof openWebSocket>>['socket']

async function openStream(
  { url, host }: InstancePlace,
  token: string,
  { clock, signal, story }: Tools
): Promise<Socket> {
  const address = new URL('/api/v1/streaming?stream=user', url).href
  const answer = await within({ clock, signal }, POSTED_WITHIN, 'the streaming server did not answer', inner =>
    openWebSocket(address, { host, token }, inner)
  )
  if (answer.status !== 101 || !answer.genuine)
    throw new UserError(
      `A WebSocket was not to be had: the streaming server answered ${answer.status}`,
      'Look at what the streaming server printed: it asks Postgres for the token, and Redis for posts.'
    )
  story.note('A WebSocket opened through the router, for the token of an account')
  return answer.socket
}

const status = v.object({ id: v.pipe(v.string(), v.regex(/^\d{1,30}$/)) })

async function post(ask: AskApi): Promise<string> {
  const answer = await ask(
    'POST',
    '/api/v1/statuses',
    form({ status: 'A rehearsal #rehearsal', visibility: 'unlisted' })
  )
  const said = v.safeParse(v.pipe(v.string(), v.parseJson(), status), answer.body)
  if (answer.status === 200 && said.success) return said.output.id
  throw new UserError(`A post was answered with ${answer.status}`, 'Look at what `web` printed.')
}

async function arrives(ask: AskApi, id: string, tools: Tools): Promise<void> {
  const there = await poll(tools, { ...PAUSES, timeout: POSTED_WITHIN }, async () => {
    const { status: code, body } = await ask('GET', '/api/v1/timelines/home?limit=5')
    return (code === 200 && body.includes(`"id":"${id}"`)) || undefined
  })
  if (there) return
  throw new UserError(
    `A post did not come into the home timeline within ${POSTED_WITHIN / 1000} s: no Sidekiq job was seen done`,
    'Look at what `worker` printed.'
  )
}

const told = v.pipe(v.string(), v.parseJson(), v.object({ event: v.string(), payload: v.optional(v.string(), '') }))

/** Waits until the WebSocket tells of a post (mastodon/mastodon: streaming/index.js, app/workers/push_update_worker.rb). */
async function streams(socket: Socket, id: string, { clock, signal }: Tools): Promise<void> {
  const gone = new UserError(
    `A post did not come over the WebSocket within ${POSTED_WITHIN / 1000} s`,
    'Look at what the streaming server printed: it hears of posts by Redis.'
  )
  try {
    await within({ clock, signal }, POSTED_WITHIN, 'nothing came', async inner => {
      for await (const message of messagesOf(socket, inner)) {
        const said = v.safeParse(told, message)
        if (said.success && said.output.event === 'update' && said.output.payload.includes(`"id":"${id}"`)) return
      }
      throw gone
    })
  } catch (error) {
    throw error instanceof LateError ? gone : error
  }
}
