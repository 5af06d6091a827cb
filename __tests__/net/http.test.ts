import { afterEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { download, getJson, HttpError } from '../../src/net/index.ts'
import { CancelledError } from '../../src/runtime/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { body, cutOff, HttpServer, json, redirect, reset, status, type Answer } from '../helpers/http-server.ts'
import { temp } from '../helpers/temp.ts'

/** A clock on which waiting takes no time, and is written down. */
class CountingClock extends TestClock {
  override sleep(milliseconds: number): Promise<void> {
    return Promise.resolve(void waits.push(milliseconds))
  }
}

const waits: number[] = []
const tools = { clock: new CountingClock() }
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
    expect(await download(await serve(body(content)), file, 4_000_000, tools)).toEqual({
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
    await download(await serve(fault, fault, body('whole')), file, 100, tools)
    expect(readFileSync(file, 'utf8')).toBe('whole')
    expect(server.requests.length).toBe(3)
    expect(waits.length).toBe(2)
  })

  it('waits as long as the server says, and longer each time where it says nothing', async () => {
    await getJson(await serve(status(429, { 'retry-after': '7' }), json(1)), {}, tools)
    expect(waits).toEqual([expect.any(Number)])
    expect(waits[0]).toBeGreaterThanOrEqual(7_000)
    expect(waits[0]).toBeLessThan(9_000)
    await server.close()
    waits.length = 0
    await expect(getJson(await serve(status(500)), {}, tools)).rejects.toThrow(HttpError)
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
    await expect(download(await serve(answer), path.join(folder, 'file'), 100, tools)).rejects.toMatchObject(error)
    if (requests !== undefined) expect(server.requests.length).toBe(requests)
    expect(readdirSync(folder)).toEqual([])
  })

  it('follows redirects, but not to an unprotected host', async () => {
    const file = path.join(temp(), 'file')
    await download(await serve(redirect('/y')), file, 100, tools)
    expect(readFileSync(file, 'utf8')).toBe('moved')
    await server.close()
    await expect(download(await serve(redirect('http://example.com/')), file, 100, tools)).rejects.toThrow(
      /not an https address/
    )
  })

  it('says that the disk is full', async () => {
    const folder = temp()
    symlinkSync('/dev/full', path.join(folder, 'file.part'))
    await expect(
      download(await serve(body('x'.repeat(100_000))), path.join(folder, 'file'), 1e6, tools)
    ).rejects.toThrow(/disk is full/)
  })

  it('ends when it is cancelled, also while the server is silent', async () => {
    const cancel = new AbortController()
    let asked = (): void => {}
    const isAsked = new Promise<void>(resolve => (asked = resolve))
    const url = await serve(() => asked())
    const failing = expect(getJson(url, {}, { ...tools, signal: cancel.signal })).rejects.toThrow(CancelledError)
    await isAsked
    cancel.abort()
    await failing
  })

  it('is an error where it is no JSON', async () => {
    await expect(getJson(await serve(body('<html>')), {}, tools)).rejects.toThrow(/did not answer with JSON/)
  })
})
