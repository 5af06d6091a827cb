import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { messagesOf, openWebSocket } from '../../src/net/index.ts'

let server: WebSocketServer
let url: string
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/streaming?stream=user`
})
afterEach(() => void server.close())

/** Opens one, and hands the server's end to `talk`. */
async function talking(talk: (client: WebSocket, authorization: string) => void): Promise<AsyncGenerator<string>> {
  server.on('connection', (client, { headers }) => talk(client, headers.authorization ?? ''))
  const { signal } = new AbortController()
  const { status, genuine, socket } = await openWebSocket(url, { token: 'a-token' }, signal)
  expect({ status, genuine }).toEqual({ status: 101, genuine: true })
  return messagesOf(socket, signal)
}

async function all(messages: AsyncGenerator<string>): Promise<string[]> {
  const read: string[] = []
  for await (const message of messages) read.push(message)
  return read
}

it('reads messages of any length until the server closes, and passes over pings', async () => {
  const long = ['short', 'é'.repeat(200), 'x'.repeat(70_000)]
  const messages = await talking((client, authorization) => {
    client.ping()
    for (const text of [authorization, ...long]) client.send(text)
    client.close()
  })
  expect(await all(messages)).toEqual(['Bearer a-token', ...long])
})

it('gives up a message that is too long, and says good-bye when its reader leaves', async () => {
  let closed: Promise<unknown[]> | undefined
  const messages = await talking(client => {
    closed = once(client, 'close')
    client.send('x'.repeat(2_000_000))
  })
  await expect(all(messages)).rejects.toThrow('a message of 2000000 bytes came')
  expect((await closed!)[0]).toBe(1000)
})
