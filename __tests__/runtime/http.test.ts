import { afterEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import path from 'node:path'
import { createHttp } from '../../src/runtime/http.ts'
import { CancelledError, HttpError, isLoopback, requireSafeUrl, UserError } from '../../src/runtime/index.ts'
import { body, cutOff, HttpServer, json, redirect, reset, status, type Answer } from '../helpers/http-server.ts'
import { temp } from '../helpers/temp.ts'

const waits: number[] = []
const http = createHttp({
  signal: new AbortController().signal,
  wait: milliseconds => Promise.resolve(void waits.push(milliseconds))
})
let server: HttpServer

afterEach(async () => {
  waits.length = 0
  await server.close()
})

async function serve(...answers: Answer[]): Promise<string> {
  server = await HttpServer.start({ '/x': answers, '/y': [body('moved')] })
  return `${server.url}/x`
}

describe('a download', () => {
  it('is whole, with its size and digest', async () => {
    const content = Buffer.alloc(3_000_000, 'abc')
    const file = path.join(temp(), 'file')
    expect(await http.download(await serve(body(content)), file, 4_000_000)).toEqual({
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex')
    })
    expect(readFileSync(file).equals(content)).toBe(true)
  })

  it.each([
    ['500', status(500)],
    ['503', status(503)],
    ['429', status(429, { 'retry-after': '7' })],
    ['a reset', reset],
    ['a body that is cut off', cutOff('half of')]
  ])('is tried again after %s', async (_what, fault) => {
    const file = path.join(temp(), 'file')
    await http.download(await serve(fault, fault, body('whole')), file, 100)
    expect(readFileSync(file, 'utf8')).toBe('whole')
    expect(server.requests.length).toBe(3)
    expect(waits.length).toBe(2)
  })

  it('waits as long as the server says, and longer each time where it says nothing', async () => {
    await http.getJson(await serve(status(429, { 'retry-after': '7' }), json(1)))
    expect(waits).toEqual([7_000])
    await server.close()
    waits.length = 0
    await expect(http.getJson(await serve(status(500)))).rejects.toThrow(HttpError)
    expect(waits.length).toBe(3)
    expect(waits[2]).toBeGreaterThan(waits[0]!)
  })

  it.each([
    ['404, at once', status(404), { name: 'HttpError', status: 404 }, 1],
    ['403, at once', status(403), { status: 403 }, 1],
    ['500, in the end', status(500), { status: 500 }, 4],
    ['a body that is always cut off', cutOff('half'), { message: expect.stringMatching(/cut off/) }, 4],
    [
      'a body that is too long',
      body('x'.repeat(101)),
      { name: 'UserError', message: expect.stringMatching(/larger than 100 bytes/) },
      1
    ],
    ['endless redirects', redirect('/x'), { message: expect.stringMatching(/redirects too often/) }, undefined]
  ])('fails on %s, and leaves nothing', async (_what, answer, error, requests) => {
    const folder = temp()
    await expect(http.download(await serve(answer), path.join(folder, 'file'), 100)).rejects.toMatchObject(error)
    if (requests !== undefined) expect(server.requests.length).toBe(requests)
    expect(readdirSync(folder)).toEqual([])
  })

  it('follows redirects, but not to an unprotected host', async () => {
    const file = path.join(temp(), 'file')
    await http.download(await serve(redirect('/y')), file, 100)
    expect(readFileSync(file, 'utf8')).toBe('moved')
    await server.close()
    await expect(http.download(await serve(redirect('http://example.com/')), file, 100)).rejects.toThrow(
      /not an https address/
    )
  })

  it('says that the disk is full', async () => {
    const folder = temp()
    symlinkSync('/dev/full', path.join(folder, 'file.part'))
    await expect(http.download(await serve(body('x'.repeat(100_000))), path.join(folder, 'file'), 1e6)).rejects.toThrow(
      /disk is full/
    )
  })

  it('ends when it is cancelled, also while the server is silent', async () => {
    const cancel = new AbortController()
    const impatient = createHttp({ signal: cancel.signal })
    let asked = (): void => {}
    const isAsked = new Promise<void>(resolve => (asked = resolve))
    const url = await serve(() => asked())
    const failing = expect(impatient.getJson(url)).rejects.toThrow(CancelledError)
    await isAsked
    cancel.abort()
    await failing
  })

  it.each([
    ['before its answer', ''],
    ['in the middle of it', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf']
  ])('gives up a server that falls silent %s', async (_what, words) => {
    const folder = temp()
    const silent = createServer({ allowHalfOpen: true }, socket => {
      socket.on('error', () => {})
      socket.once('data', () => socket.write(words))
    })
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const sockets: Socket[] = []
    silent.on('connection', socket => sockets.push(socket))
    server = { close: () => Promise.resolve(silent.close()) } as unknown as HttpServer
    const { port } = silent.address() as AddressInfo
    const hasty = createHttp({ signal: new AbortController().signal, wait: () => Promise.resolve(), silence: 200 })
    await expect(hasty.download(`http://127.0.0.1:${port}/x`, path.join(folder, 'file'), 1_000)).rejects.toThrow(
      HttpError
    )
    expect(sockets.length).toBe(4)
    expect(readdirSync(folder)).toEqual([])
    for (const socket of sockets) socket.destroy()
  })

  it('is an error where it is no JSON', async () => {
    await expect(http.getJson(await serve(body('<html>')))).rejects.toThrow(/did not answer with JSON/)
  })
})

describe('addresses', () => {
  it.each(['https://example.com/', 'http://127.0.0.1:1/', 'http://localhost/', 'http://[::1]/'])('%s is safe', url => {
    server = { close: () => Promise.resolve() } as HttpServer
    expect(() => requireSafeUrl(url)).not.toThrow()
  })
  it.each([
    'http://example.com/',
    'ftp://127.0.0.1/',
    'http://127.0.0.1.example.com/',
    'file:///etc/passwd',
    'nonsense'
  ])('%s is not', url => {
    server = { close: () => Promise.resolve() } as HttpServer
    expect(() => requireSafeUrl(url)).toThrow(UserError)
  })
  it('knows this machine', () => {
    server = { close: () => Promise.resolve() } as HttpServer
    expect(['127.9.9.9', 'localhost', '[::1]', '10.0.0.1', 'localhost.evil'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false
    ])
  })
})
