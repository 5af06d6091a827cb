import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request as send, type IncomingMessage } from 'node:http'
import { type AddressInfo } from 'node:net'
import path from 'node:path'
import { COMMANDS, INPUTS, inputsReadBy, type CommandName } from '../../src/inputs/index.ts'
import { FakeGithub } from '../helpers/fake-github.ts'
import { lastingTemp, temp as freshTemp } from '../helpers/temp.ts'
import { runAction, type ActionResult } from '../rig/run-action.ts'
import { runCli } from '../rig/run-cli.ts'
import { makeSampleFork } from '../rig/sample-fork.ts'
import { heroku, Instance, lean } from './instance.ts'

/** With characters that each way of writing changes. */
const KEY = 'HRKU-_a+b/c&d"e<f=g_h_-secret-of-the-key'
const TOKEN = 'ghs_0+1/2&3"4<5=-_secret-of-the-token'
const MASTODON = 'masto_0+1/2&3"4<5=-_secret-of-the-bot'
/** In each part of a key that is long enough to be used for anything. */
const SECRET = /secret-of-the|secret%2Dof|secret&#45;of|c2VjcmV0LW9mLXRoZ|ZWNyZXQtb2YtdGhl|Y3JldC1vZi10aG/i

/** Everything that a request told of its sender, in every form in which an error may repeat it. */
function echo({ headers: { authorization = '' }, url }: IncomingMessage): string {
  const [, word = ''] = authorization.split(' ')
  const key = /^basic /i.test(authorization) ? Buffer.from(word, 'base64').toString().slice(1) : word
  const forms = [authorization, key, encodeURIComponent(key), JSON.stringify(key), `\`${key}\``, `<a href="${key}">`]
  return `No for ${url}: ${forms.join(' and ')} ${'x'.repeat(60)}${key}${'y'.repeat(60)} @team #12; ::add-mask::x`
}

interface Server {
  readonly url: string
  close(): Promise<void>
}

/**
 * Refuses what `refuses` says with all that it was sent; the rest goes to `behind`, and its answer has the key in its
 * headers.
 */
async function echoing(refuses: (line: string) => boolean = () => true, behind?: string): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = echo(request)
    const headers = { 'request-id': answer.replace(/[^ -~]/g, '?'), 'content-type': 'application/json' }
    if (behind === undefined || refuses(`${request.method} ${request.url}`)) {
      request.resume()
      response.writeHead(422, headers).end(JSON.stringify({ id: answer, message: answer, errors: [answer] }))
      return
    }
    const { method, headers: sent, url } = request
    // The local Heroku has a key of its own.
    const authorization = `Basic ${Buffer.from(`:${heroku.apiKey}`).toString('base64')}`
    const to = send(new URL(url!, behind), { method, headers: { ...sent, authorization } }, from => {
      response.writeHead(from.statusCode!, { ...from.headers, ...headers })
      from.pipe(response)
    })
    request.pipe(to)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    }
  }
}

let everything: Server
let github: FakeGithub
let output: string

beforeAll(async () => {
  everything = await echoing()
})
afterAll(() => everything.close())
beforeEach(async () => {
  output = path.join(freshTemp(), 'output')
  github = await FakeGithub.start()
  github.allow(TOKEN, { issues: 'write', deployments: 'write', contents: 'write', actions: 'read' })
})
afterEach(() => github.close())

const KEYS = { 'heroku-api-key': KEY, 'github-token': TOKEN, 'mastodon-token': MASTODON }

function environment(githubUrl: string): Record<string, string> {
  return {
    GITHUB_REPOSITORY: 'owner/fork',
    GITHUB_API_URL: githubUrl,
    GITHUB_RUN_ID: '7',
    NODE_EXTRA_CA_CERTS: heroku.caFile
  }
}

/** All that a run has shown, written and sent; but what it tells the runner to mask. */
function surfaces(result: ActionResult): Record<string, string> {
  const files = (() => {
    try {
      return readdirSync(output, { recursive: true, encoding: 'utf8' })
    } catch {
      return []
    }
  })()
  return {
    log: result.output.replace(/^::add-mask::.*$/gm, ''),
    outputs: JSON.stringify(result.outputs),
    summary: result.summary,
    files: files
      .filter(file => /\.(json|md|html)$/.test(file))
      .map(file => readFileSync(path.join(output, file), 'utf8'))
      .join('\n'),
    github: github.requests.map(({ method, body, path: at }) => `${method} ${at} ${JSON.stringify(body)}`).join('\n')
  }
}

const holding = (shown: Record<string, string>): string[] =>
  Object.entries(shown).flatMap(([name, text]) => {
    const at = text.search(SECRET)
    return at < 0 ? [] : [`${name}: ${text.slice(Math.max(0, at - 200), at + 100)}`]
  })

const TAKE_A_KEY = (Object.keys(COMMANDS) as CommandName[]).filter(name =>
  inputsReadBy(name).some(input => INPUTS[input].secret)
)

describe('servers that repeat the key in every answer', () => {
  let fork: string
  beforeAll(() => {
    fork = lastingTemp()
    makeSampleFork(fork, lean)
  })

  it.each(TAKE_A_KEY)('%s shows, writes and sends it nowhere', async command => {
    for (const url of [github.url, everything.url]) {
      const result = await runAction({
        inputs: {
          command,
          path: fork,
          app: 'main',
          'build-in': 'host',
          'output-dir': output,
          cache: 'off',
          'heroku-api-url': everything.url,
          'heroku-data-url': everything.url,
          'heroku-scheduler-url': everything.url,
          ...(command === 'run' ? { run: 'true' } : {}),
          ...KEYS
        },
        env: environment(url)
      })
      const shown = surfaces(result)
      expect(holding(shown)).toEqual([])
      // It did meet it: what is left of an echo.
      if (inputsReadBy(command).includes('heroku-api-url') && command !== 'build' && command !== 'comment')
        expect(shown['log']).toContain('***')
    }
  })

  it.each(['plan', 'check', 'run'])('%s on the terminal shows it nowhere', async command => {
    const args = [command, '--path', fork, '--app', 'main', '--heroku-api-url', everything.url]
    const env = {
      HEROKU_API_KEY: KEY,
      GITHUB_TOKEN: TOKEN,
      MASTODON_TOKEN: MASTODON,
      NODE_EXTRA_CA_CERTS: heroku.caFile
    }
    for (const more of [[], ['--json', '--full']]) {
      const { stdout, stderr } = await runCli({
        args: [...args, ...more, ...(command === 'run' ? ['--', 'true'] : [])],
        env
      })
      expect(holding({ stdout, stderr })).toEqual([])
      expect(stdout + stderr).toContain('***')
      expect(stdout + stderr).not.toMatch(/^\s*::/m)
    }
  })

  it('a check that fails by it opens an issue without it', async () => {
    const one = await Instance.open()
    const server = await echoing(line => /formation|addons|releases|dynos/.test(line), heroku.apiUrl)
    rmSync(path.join(fork, '.github/mastodon-on-heroku.yml'))
    const result = await runAction({
      inputs: {
        command: 'check',
        path: fork,
        app: one.app,
        'heroku-api-url': server.url,
        'heroku-data-url': server.url,
        ...KEYS
      },
      env: environment(github.url)
    })
    await server.close()
    const shown = surfaces(result)
    expect(github.issues.all).toHaveLength(1)
    expect(github.issues.all[0]!.body).toContain('&#42;&#42;&#42;')
    expect(github.issues.all[0]!.body).not.toMatch(/#12|@team/)
    expect(holding({ ...shown, issue: JSON.stringify(github.issues.all) })).toEqual([])
  })

  it('a deploy that fails by it says so on GitHub without it', async () => {
    const one = await Instance.open(false, lean)
    const server = await echoing(line => /^POST .*\/releases/.test(line), heroku.apiUrl)
    github.commits.add(one.head)
    one.env = environment(github.url)
    const result = await one.run({ 'output-dir': output, 'heroku-api-url': server.url, ...KEYS })
    await server.close()
    expect(result.output).toContain('***')
    expect(github.deployments.at(-1)!.statuses.at(-1)).toMatchObject({
      state: 'failure',
      description: expect.stringContaining('***')
    })
    expect(holding({ ...surfaces(result), deployments: JSON.stringify(github.deployments) })).toEqual([])
  })
})
