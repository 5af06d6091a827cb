import { type InstancePlace } from '../../mastodon/index.ts'
import { closeWebSocket, openWebSocket, type SocketAnswer } from '../../net/index.ts'
import { asking, type Outside } from './network.ts'

/** Asks for a WebSocket, and closes it at once if it is granted. */
export function tryWebSocket(
  { url, host }: InstancePlace,
  path: string,
  token: string,
  outside: Outside
): Promise<SocketAnswer> {
  return asking(outside, async inner => {
    const answer = await openWebSocket(new URL(path, url).href, { host, token, way: inner.network }, inner.signal)
    if (answer.status === 101) closeWebSocket(answer.socket)
    return answer
  })
}
