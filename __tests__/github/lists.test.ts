import { describe, expect, it } from '@jest/globals'
import { json } from '../helpers/http-server.ts'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { Github } from '../../src/github/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { useGithub } from './world.ts'

const world = useGithub()

describe('a GitHub that cannot be reached', () => {
  it('is told with what stands in the way', async () => {
    const gone = createServer()
    await new Promise<void>(resolve => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise(resolve => gone.close(resolve))
    const github = new Github({
      apiUrl: `http://127.0.0.1:${port}`,
      token: 'token',
      repository: 'owner/fork',
      log: world.log,
      redact: text => text,
      clock: new TestClock(),
      signal: new AbortController().signal
    })
    const error: unknown = await github
      .read(request => github.octokit.rest.issues.listForRepo({ ...github.repository, request }))
      .catch((reason: unknown) => reason)
    expect(github.explain(error, 'issues: write', 'So no issue was made.')).toMatch(
      /This machine does not reach 127\.0\.0\.1:\d+\. .*set HTTPS_PROXY\. So no issue was made\.$/
    )
  })
})

describe('a list of GitHub', () => {
  it('that never ends is an error', async () => {
    let asked = 0
    const page = json(Array.from({ length: 100 }, (_, id) => ({ id })))
    const server = createServer((request, response) => {
      asked++
      response.setHeader('content-type', 'application/json')
      page(request, response)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const github = new Github({
      apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: 'token',
      repository: 'owner/fork',
      log: world.log,
      redact: String,
      clock: new TestClock(),
      signal: new AbortController().signal
    })
    const pages = github.pages((number, request) =>
      github.octokit.rest.issues.listForRepo({ ...github.repository, per_page: 100, page: number, request })
    )
    let seen = 0
    const readAll = async (): Promise<void> => {
      for await (const items of pages) seen += items.length
    }
    await expect(readAll()).rejects.toThrow("GitHub's list does not end: it has more than 100 pages")
    expect([asked, seen]).toEqual([100, 10_000])
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
})
