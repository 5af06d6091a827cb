import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { FakeBranches } from './fake-branches.ts'
import { FakeIssues } from './fake-issues.ts'
import { FakeRepository, page } from './fake-repository.ts'
import { FakeSettings } from './fake-settings.ts'
import { answerQuery } from './fake-graphql.ts'

export interface FakeStatus {
  readonly id: number
  readonly state: string
  readonly description: string
  readonly log_url: string
  readonly target_url: string
  readonly environment_url: string
}

export interface FakeDeployment {
  readonly id: number
  readonly sha: string
  readonly ref: string
  readonly environment: string
  readonly task: string
  readonly description: string | null
  readonly payload: unknown
  /** In the order in which they were made. */
  readonly statuses: FakeStatus[]
}

export interface FakeRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly body: Fields
}

/** What one matching request meets instead of its plain answer. */
export type Fault =
  /** The connection breaks before anything was done, after it was done, or in the middle of the answer. */
  | 'reset'
  | 'lost'
  | 'cut off'
  /** Nothing is done and nothing answered; the function is called once the request has arrived. */
  | (() => void)
  | Answer

export interface Answer {
  readonly status: number
  /** Sent as JSON, but for a buffer. */
  readonly body: unknown
  readonly headers?: Record<string, string>
}

type Fields = Record<string, unknown>
type Access = 'read' | 'write'
type Permissions = Readonly<Record<string, Access>>

interface Call {
  readonly url: URL
  readonly body: Fields
  /** Whose token it is. */
  readonly login: string
  /** What the route's pattern caught. */
  readonly caught: string[]
}

export interface Route {
  readonly method: string
  /** Below `/repos/<owner>/<repo>`. */
  readonly pattern: RegExp
  /** As a workflow's `permissions:` names it. */
  readonly permission: string
  readonly access: Access
  /** Whether what the pattern caught is a thing of this route's; without it all is. */
  owns?(caught: readonly string[]): boolean
  answer(call: Call): Answer
}

const NOT_FOUND: Answer = { status: 404, body: { message: 'Not Found', status: '404' } }
/** In the address of an archive: a secret for a while. */
export const SIGNATURE = 'signature-of-the-archive'
const STATES = new Set(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'])

/**
 * GitHub's REST API for one private repository, `owner/fork`, on a real socket, with the rules that its reference names:
 * deployments and their statuses here, all else in `repository`. Archives come from another host, which refuses a token.
 */
export class FakeGithub {
  /** For `apiUrl`. */
  readonly url: string
  readonly requests: FakeRequest[] = []
  /** Versions of the API that requests named; `undefined` among them if one named none. */
  readonly versions = new Set<unknown>()
  readonly deployments: FakeDeployment[] = []
  /** The commits that the repository has. */
  readonly commits = new Set<string>()
  /** Commits, pull requests, comments, runs and artifacts. */
  readonly repository: FakeRepository
  /** What each token was good for: `permission: access`. */
  readonly used = new Map<string, Set<string>>()
  readonly issues: FakeIssues
  readonly settings: FakeSettings
  /** Files that are written over the API. */
  readonly branches = new FakeBranches()
  readonly #tokens = new Map<string, { permissions: Permissions; login: string }>()
  readonly #faults: { method: string; path: RegExp; fault: Fault }[] = []
  readonly #close: () => Promise<void>
  #lastId = 1000

  private constructor(url: string, blobUrl: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
    this.repository = new FakeRepository(
      url,
      () => this.#newId(),
      id => `${blobUrl}/${id}.zip?sig=${SIGNATURE}`
    )
    this.issues = new FakeIssues(url, () => this.#newId(), this.repository)
    this.settings = new FakeSettings(this.repository)
  }

  static async start(): Promise<FakeGithub> {
    const api = await listen((request, response) => void started.#serve(request, response))
    const blobs = await listen((request, response) => started.#serveBlob(request, response))
    const started: FakeGithub = new FakeGithub(api.url, blobs.url, async () => {
      await Promise.all([api.close(), blobs.close()])
    })
    return started
  }

  close(): Promise<void> {
    return this.#close()
  }

  /** A token with its permissions and whose it is, by default a job's own; any other token is a bad credential. */
  allow(token: string, permissions: Permissions, login = 'github-actions[bot]'): void {
    this.#tokens.set(token, { permissions, login })
  }

  /** The next request that fits meets the fault; called again, the one after it does. */
  break(method: string, path: RegExp, fault: Fault): void {
    this.#faults.push({ method, path, fault })
  }

  /** `METHOD path` of each request, without the repository and the query. */
  get calls(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path.replace(/^\/repos\/owner\/fork|\?.*$/g, '')}`)
  }

  /** What GitHub does for a job with an `environment:` as the job starts. */
  startJob(job: { environment: string; runId: string; sha: string }): FakeDeployment {
    const { environment, runId, sha } = job
    const deployment = this.#addDeployment({ sha, ref: 'main', environment, payload: {} })
    for (const state of ['queued', 'in_progress']) {
      this.#addStatus(deployment, {
        state,
        log_url: `${this.url}/owner/fork/actions/runs/${runId}/job/${this.#newId()}`
      })
    }
    return deployment
  }

  /** What GitHub does as that job ends. */
  endJob(deployment: FakeDeployment, state: 'success' | 'failure'): void {
    this.#addStatus(deployment, { state, log_url: deployment.statuses.at(-1)!.log_url })
  }

  readonly #routes: Route[] = [
    {
      method: 'GET',
      pattern: /^\/deployments$/,
      permission: 'deployments',
      access: 'read',
      answer: ({ url }) => ok(page(this.deployments.filter(fits(url)).map(shown).reverse(), url))
    },
    {
      method: 'POST',
      pattern: /^\/deployments$/,
      permission: 'deployments',
      access: 'write',
      answer: ({ body }) => this.#createDeployment(body)
    },
    {
      method: 'GET',
      pattern: /^\/deployments\/(\d+)\/statuses$/,
      permission: 'deployments',
      access: 'read',
      answer: ({ caught: [id], url }) =>
        this.#withDeployment(id, ({ statuses }) => ok(page(statuses.toReversed(), url)))
    },
    {
      method: 'POST',
      pattern: /^\/deployments\/(\d+)\/statuses$/,
      permission: 'deployments',
      access: 'write',
      answer: ({ caught: [id], body }) => this.#withDeployment(id, deployment => this.#createStatus(deployment, body))
    }
  ]

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? ''
    const path = request.url ?? ''
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Fields) : {}
    this.requests.push({ method, path, body })
    this.versions.add(request.headers['x-github-api-version'])

    const fault = this.#takeFault(method, path)
    if (typeof fault === 'function') return fault()
    if (fault === 'reset') return void response.destroy()
    const answer = typeof fault === 'object' ? fault : this.#answer(method, path, body, request.headers.authorization)
    if (fault === 'lost') return void response.destroy()
    send(response, answer, fault === 'cut off')
  }

  #takeFault(method: string, path: string): Fault | undefined {
    const at = this.#faults.findIndex(fault => fault.method === method && fault.path.test(path))
    return at < 0 ? undefined : this.#faults.splice(at, 1)[0]!.fault
  }

  #answer(method: string, path: string, body: Fields, authorization: string | undefined): Answer {
    const token = authorization?.replace(/^(?:token|bearer) /i, '') ?? ''
    const known = this.#tokens.get(token)
    if (!known) return { status: 401, body: { message: 'Bad credentials', status: '401' } }
    const { permissions, login } = known
    const url = new URL(path, this.url)
    if (url.pathname === '/graphql') return answerQuery(body, login, this.repository)
    const [, rest] = /^\/repos\/owner\/fork((?:\/.*)?)$/.exec(url.pathname) ?? []
    for (const route of [
      ...this.#routes,
      ...this.settings.routes,
      ...this.issues.routes,
      ...this.branches.routes,
      ...this.repository.routes
    ]) {
      const match = route.method === method && rest !== undefined ? route.pattern.exec(rest) : null
      if (!match || route.owns?.(match.slice(1)) === false) continue
      if (!grants(permissions, route)) {
        return { status: 403, body: { message: 'Resource not accessible by integration', status: '403' } }
      }
      this.used.set(token, (this.used.get(token) ?? new Set()).add(`${route.permission}: ${route.access}`))
      return route.answer({ url, body, login, caught: match.slice(1) })
    }
    return NOT_FOUND
  }

  /** Archives: whoever knows the address may have them, and a token has no business here. */
  #serveBlob(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', this.url)
    const zip = this.repository.archive(Number(/^\/(\d+)\.zip$/.exec(pathname)?.[1]))
    const allowed = searchParams.get('sig') === SIGNATURE && request.headers.authorization === undefined
    if (!allowed) return void response.writeHead(403).end()
    response.writeHead(zip ? 200 : 404, { 'content-length': zip?.length ?? 0 }).end(zip)
  }

  #createDeployment(body: Fields): Answer {
    const sha = text(body['ref'])
    if (!this.commits.has(sha)) return invalid(`No ref found for: ${sha}`)
    if (body['auto_merge'] !== false) return { status: 202, body: { message: 'Auto-merged main into it.' } }
    if (!Array.isArray(body['required_contexts']) || body['required_contexts'].length > 0) {
      return { status: 409, body: { message: `Conflict: Commit status checks failed for ${sha}` } }
    }
    return created(shown(this.#addDeployment({ ...body, sha })))
  }

  #createStatus(deployment: FakeDeployment, body: Fields): Answer {
    if (!STATES.has(text(body['state']))) return invalid('Validation Failed: state')
    if ([...text(body['description'])].length > 140) return invalid('Validation Failed: description is too long')
    const link = text(body['environment_url'])
    if (link && !/^https?:\/\//.test(link)) return invalid('Validation Failed: environment_url must use http(s) scheme')
    if (body['state'] === 'success' && body['auto_inactive'] !== false) this.#retire(deployment)
    return created(this.#addStatus(deployment, body))
  }

  /** Ends what was live in this environment; "production" is left alone, as the reference says. */
  #retire({ id, environment }: FakeDeployment): void {
    for (const other of this.deployments) {
      const live = other.statuses.at(-1)?.state === 'success'
      if (live && other.id < id && other.environment === environment && environment !== 'production') {
        this.#addStatus(other, { state: 'inactive' })
      }
    }
  }

  #addDeployment(body: Fields): FakeDeployment {
    const deployment: FakeDeployment = {
      id: this.#newId(),
      sha: text(body['sha']),
      ref: text(body['ref']),
      environment: text(body['environment']) || 'production',
      task: text(body['task']) || 'deploy',
      description: text(body['description']) || null,
      payload: body['payload'] ?? {},
      statuses: []
    }
    this.deployments.push(deployment)
    return deployment
  }

  #addStatus({ statuses }: FakeDeployment, body: Fields): FakeStatus {
    const log = text(body['log_url']) || text(body['target_url'])
    const status: FakeStatus = {
      id: this.#newId(),
      state: text(body['state']),
      description: text(body['description']),
      log_url: log,
      target_url: log,
      environment_url: text(body['environment_url'])
    }
    statuses.push(status)
    return status
  }

  #withDeployment(id: string | undefined, answer: (deployment: FakeDeployment) => Answer): Answer {
    const deployment = this.deployments.find(candidate => `${candidate.id}` === id)
    return deployment ? answer(deployment) : NOT_FOUND
  }

  #newId(): number {
    return ++this.#lastId
  }
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const created = (body: unknown): Answer => ({ status: 201, body })
const invalid = (message: string): Answer => ({ status: 422, body: { message, status: '422' } })
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function grants(permissions: Permissions, { permission, access }: Route): boolean {
  // Every token may read what the repository is.
  if (permission === 'metadata') return true
  const granted = permissions[permission]
  return granted === 'write' || granted === access
}

/** Whether a deployment has what the query asks for. */
function fits({ searchParams }: URL): (deployment: FakeDeployment) => boolean {
  const asked = (['sha', 'ref', 'task', 'environment'] as const).filter(name => searchParams.has(name))
  return deployment => asked.every(name => deployment[name] === searchParams.get(name))
}

/** As the API shows it: without its statuses, which have their own address. */
function shown({ statuses: _, ...deployment }: FakeDeployment): Omit<FakeDeployment, 'statuses'> {
  return deployment
}

/** A server on a free port of this machine. */
async function listen(serve: Parameters<typeof createServer>[1]): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(serve)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

function send(response: ServerResponse, { status, body, headers }: Answer, cutOff: boolean): void {
  const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': content.length,
    ...headers
  })
  if (cutOff) response.write(content.subarray(0, content.length / 2), () => response.destroy())
  else response.end(content)
}
