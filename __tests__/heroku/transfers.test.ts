import { afterEach, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import path from 'node:path'
import { followOutput, storedSize, upload, UploadError } from '../../src/heroku/index.ts'
import { systemClock } from '../../src/runtime/real.ts'
import { TestClock } from '../helpers/clock.ts'
import { NO_SIGNAL } from '../helpers/local-heroku.ts'
import { temp } from '../helpers/temp.ts'

let server: Server
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
}

describe('an upload', () => {
  const file = (content: string): string => {
    const name = path.join(temp(), 'slug.tgz')
    writeFileSync(name, content)
    return name
  }
  const send = (url: string, content = 'a slug'): ReturnType<typeof upload> =>
    upload({ file: file(content), url, method: 'put', progress: () => {}, clock: systemClock, signal: NO_SIGNAL })

  it('has a length, an empty content type, no key, and is proven by its ETag', async () => {
    let seen: IncomingMessage | undefined
    let body = ''
    const url = await serve((request, response) => {
      seen = request
      request.on('data', chunk => (body += String(chunk)))
      request.on('end', () => response.writeHead(200, { etag: '"ddd1b3a9e7ccc5d0e0ff7c6a7ae4c5c1"' }).end())
    })
    await expect(send(url)).rejects.toThrow(/the store has other bytes than were sent/)
    expect(body).toBe('a slug')
    expect(seen).toMatchObject({ method: 'PUT' })
    expect(seen!.headers).toMatchObject({ 'content-length': '6', 'content-type': '' })
    expect(seen!.headers).not.toHaveProperty('authorization')
    expect(seen!.headers).not.toHaveProperty('transfer-encoding')
  })

  it('is not proven by an ETag that is no MD5', async () => {
    const url = await serve((request, response) => {
      request.resume().on('end', () => response.writeHead(200, { etag: '"abc-2"' }).end())
    })
    expect(await send(url)).toEqual({ bytes: 6, proven: false })
  })

  it.each([
    [
      '403',
      (_: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>'),
      /403 SignatureDoesNotMatch/
    ],
    ['a lost connection', (request: IncomingMessage) => void request.socket.destroy(), /The upload failed/]
  ])('fails on %s', async (_, answer, message) => {
    const error: unknown = await send(await serve(answer)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UploadError)
    expect((error as Error).message).toMatch(message)
  })

  it('knows what the store has by asking for the first byte', async () => {
    const url = await serve((request, response) => {
      expect(request.headers.range).toBe('bytes=0-0')
      response.writeHead(206, { 'content-range': 'bytes 0-0/12345' }).end('x')
    })
    expect(await storedSize(url, { clock: systemClock, signal: NO_SIGNAL })).toBe(12_345)
  })

  it('sends 1 GB with little memory', async () => {
    let received = 0
    const url = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => (received += chunk.length))
      request.on('end', () => response.writeHead(200).end())
    })
    const big = path.join(temp(), 'big')
    execFileSync('truncate', ['-s', '1G', big])
    const before = process.memoryUsage().rss
    let most = 0
    await upload({
      file: big,
      url,
      method: 'PUT',
      progress: () => (most = Math.max(most, process.memoryUsage().rss)),
      clock: systemClock,
      signal: NO_SIGNAL
    })
    expect(received).toBe(2 ** 30)
    // The server's side of it is in here, too.
    const grown = (most - before) / 1e6
    console.log(`Upload of 1 GB: ${grown.toFixed(0)} MB more memory, sender and receiver in one process`)
    expect(grown).toBeLessThan(300)
  })
})

describe('an output stream', () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => `line ${i} ${'é'.repeat(i % 7)}`).join('\n') + '\n'
  const bytes = Buffer.from(lines)

  const follow = async (url: string, isOver: () => boolean): Promise<{ text: Buffer; whole: boolean }> => {
    const chunks: Buffer[] = []
    const result = await followOutput({
      url,
      write: chunk => void chunks.push(chunk),
      isOver: () => Promise.resolve(isOver()),
      clock: new TestClock(),
      signal: NO_SIGNAL
    })
    return { text: Buffer.concat(chunks), whole: result.whole }
  }

  it.each([
    ['that honours Range', true],
    ['that sends all again', false]
  ])('arrives whole and in order through disconnects, from a server %s', async (_, honours) => {
    let connections = 0
    let reached = 0
    const url = await serve((request, response) => {
      connections++
      // Nothing until the dyno starts.
      if (connections < 3) return void response.writeHead(404).end()
      const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const from = honours ? asked : 0
      if (from >= bytes.length) return void response.writeHead(416).end()
      const to = Math.min(bytes.length, asked + 150_001)
      reached = to
      response.writeHead(from > 0 ? 206 : 200)
      if (to === bytes.length) return void response.end(bytes.subarray(from, to))
      // Sometimes broken off, sometimes ended as if that were all.
      response.write(bytes.subarray(from, to), () => (connections % 2 ? response.destroy() : response.end()))
    })
    const { text, whole: isWhole } = await follow(url, () => reached === bytes.length)
    expect(isWhole).toBe(true)
    expect(text.equals(bytes)).toBe(true)
    expect(connections).toBeGreaterThan(10)
    console.log(`Output stream: 100,000 lines whole and in order over ${connections} connections`)
  })

  it('says so where its end cannot be read', async () => {
    const url = await serve((_, response) => response.destroy())
    expect(await follow(url, () => true)).toMatchObject({ whole: false })
  })

  it('is not whole where the stream is gone before its end', async () => {
    let first = true
    const url = await serve((_, response) => {
      if (!first) return void response.writeHead(404).end()
      first = false
      response.write('half', () => response.destroy())
    })
    const { text, whole } = await follow(url, () => !first)
    expect(text.toString()).toBe('half')
    expect(whole).toBe(false)
  })

  it('ends where there never was any', async () => {
    const url = await serve((_, response) => void response.writeHead(404).end())
    expect((await follow(url, () => true)).text).toHaveLength(0)
  })
})
