import { type Answer, type Route } from './fake-github.ts'

export interface FakePull {
  readonly number: number
  readonly state?: 'open' | 'closed'
  /** `repo` is null if the fork is gone. */
  readonly head: { sha: string; ref: string; repo: string | null }
  readonly base: { sha: string; ref: string }
  locked?: boolean
  title?: string
  body?: string
}

export interface FakeRun {
  readonly id: number
  readonly event: string
  readonly sha: string
  readonly branch: string
  /** `owner/name` of the code's repository; default: this one. */
  readonly repo?: string
}

export interface FakeComment {
  readonly id: number
  body: string
  readonly login: string
}

interface FakeArtifact {
  readonly id: number
  readonly name: string
  readonly run: FakeRun
  readonly zip: Buffer
  readonly expired: boolean
}

const OWN = 'owner/fork'
/** docs.github.com: what the API answers 422 to. */
const LONGEST_COMMENT = 65_536

/** What a repository has beside its deployments: commits, pull requests with their comments, runs with their artifacts. */
export class FakeRepository {
  readonly files = new Map<string, string>()
  defaultBranch = 'main'
  /** Off in a new fork. */
  hasIssues = true
  /** Milliseconds since 1970. */
  pushedAt = Date.now()
  readonly workflows: { name: string; path: string; state: string }[] = []
  /** The newest. */
  release: { tag_name: string; published_at: string } | undefined
  /** Of every run. */
  readonly jobs: { name: string; conclusion: string | null }[] = []
  /** The newest commit of each branch. */
  readonly branches = new Map<string, string>()
  readonly #url: string
  readonly #newId: () => number
  /** Where an archive is fetched: another host than the API. */
  readonly #blobUrl: (id: number) => string
  readonly #parents = new Map<string, readonly string[]>()
  readonly #pulls: FakePull[] = []
  readonly #runs: FakeRun[] = []
  #artifacts: FakeArtifact[] = []
  readonly #comments = new Map<number, FakeComment[]>()

  constructor(url: string, newId: () => number, blobUrl: (id: number) => string) {
    this.#url = url
    this.#newId = newId
    this.#blobUrl = blobUrl
  }

  addCommit(sha: string, ...parents: string[]): void {
    this.#parents.set(sha, parents)
  }

  addPull(pull: FakePull): FakePull {
    this.#pulls.push(pull)
    return pull
  }

  get pulls(): readonly FakePull[] {
    return this.#pulls
  }

  addRun(run: FakeRun): FakeRun {
    this.#runs.push(run)
    return run
  }

  /** An artifact of a run; its number. */
  addArtifact(run: FakeRun, zip: Buffer, { name = 'slug-report', expired = false } = {}): number {
    const id = this.#newId()
    this.#artifacts.push({ id, name, run, zip, expired })
    return id
  }

  /** Lists are given in this order from now on: nothing promises one. */
  shuffleArtifacts(): void {
    this.#artifacts = this.#artifacts.toReversed()
  }

  addComment(pull: number, login: string, body: string): FakeComment {
    const comment = { id: this.#newId(), body, login }
    this.#comments.set(pull, [...this.comments(pull), comment])
    return comment
  }

  comments(pull: number): readonly FakeComment[] {
    return this.#comments.get(pull) ?? []
  }

  archive(id: number): Buffer | undefined {
    return this.#artifacts.find(artifact => artifact.id === id)?.zip
  }

  readonly routes: readonly Route[] = [
    read(/^$/, 'metadata', () =>
      ok({
        full_name: OWN,
        default_branch: this.defaultBranch,
        has_issues: this.hasIssues,
        private: false,
        pushed_at: new Date(this.pushedAt).toISOString()
      })
    ),
    read(/^\/releases\/latest$/, 'contents', () => (this.release ? ok(this.release) : NOT_FOUND)),
    read(/^\/actions\/workflows$/, 'actions', () =>
      ok({ total_count: this.workflows.length, workflows: this.workflows })
    ),
    read(/^\/actions\/runs\/\d+\/jobs$/, 'actions', () => ok({ total_count: this.jobs.length, jobs: this.jobs })),
    read(/^\/git\/commits\/([0-9a-f]+)$/, 'contents', ({ caught: [sha = ''] }) => {
      const parents = this.#parents.get(sha)
      return parents ? ok({ sha, parents: parents.map(parent => ({ sha: parent })) }) : NOT_FOUND
    }),
    read(/^\/commits$/, 'contents', ({ url }) => {
      const sha = url.searchParams.get('sha') ?? ''
      return this.#parents.has(sha)
        ? ok(
            page(
              this.#ancestors(sha).map(ancestor => ({ sha: ancestor })),
              url
            )
          )
        : NOT_FOUND
    }),
    read(/^\/compare\/(.+)\.\.\.([0-9a-f]+)$/, 'contents', ({ caught: [from = '', head = ''] }) => {
      const base = this.branches.get(decodeURIComponent(from)) ?? from
      const known = new Set(this.#parents.has(base) ? this.#ancestors(base) : [])
      const sha = this.#parents.has(head) ? this.#ancestors(head).find(ancestor => known.has(ancestor)) : undefined
      return sha === undefined ? NOT_FOUND : ok({ merge_base_commit: { sha } })
    }),
    read(/^\/contents\/(.+)$/, 'contents', ({ caught: [path = ''] }) => {
      const text = this.files.get(decodeURIComponent(path))
      return text === undefined
        ? NOT_FOUND
        : {
            status: 200,
            body: Buffer.from(text),
            headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' }
          }
    }),
    read(/^\/pulls$/, 'pull-requests', ({ url }) => {
      const [owner, branch] = (url.searchParams.get('head') ?? ':').split(/:(.*)/s)
      const fits = ({ head, state = 'open' }: FakePull): boolean =>
        state === url.searchParams.get('state') && head.repo?.split('/')[0] === owner && head.ref === branch
      return ok(page(this.#pulls.filter(fits).map(shownPull), url))
    }),
    write('POST', /^\/pulls$/, ({ body }) => {
      const [head, base] = [String(body['head']), String(body['base'])]
      const pull: FakePull = {
        number: this.#newId(),
        head: { sha: '', ref: head, repo: OWN },
        base: { sha: '', ref: base },
        title: String(body['title']),
        body: String(body['body'])
      }
      return { status: 201, body: shownPull(this.addPull(pull)) }
    }),
    write('PATCH', /^\/pulls\/(\d+)$/, ({ body, caught: [number] }) => {
      const pull = this.#pulls.find(one => `${one.number}` === number)
      if (!pull) return NOT_FOUND
      Object.assign(pull, { title: body['title'] ?? pull.title, body: body['body'] ?? pull.body })
      return ok(shownPull(pull))
    }),
    read(/^\/actions\/artifacts$/, 'actions', ({ url }) => this.#artifactList(this.#artifacts, url)),
    read(/^\/actions\/runs\/(\d+)\/artifacts$/, 'actions', ({ url, caught: [id] }) =>
      this.#artifactList(
        this.#artifacts.filter(({ run }) => `${run.id}` === id),
        url
      )
    ),
    read(/^\/actions\/artifacts\/(\d+)\/zip$/, 'actions', ({ caught: [id] }) =>
      this.archive(Number(id))
        ? {
            status: 302,
            body: Buffer.alloc(0),
            headers: { 'content-type': 'text/html', location: this.#blobUrl(Number(id)) }
          }
        : { status: 410, body: { message: 'Artifact has expired' } }
    ),
    read(/^\/actions\/runs\/(\d+)$/, 'actions', ({ caught: [id] }) => {
      const run = this.#runs.find(one => `${one.id}` === id)
      return run ? ok({ id: run.id, event: run.event, head_sha: run.sha, html_url: this.#runUrl(run) }) : NOT_FOUND
    }),
    read(/^\/issues\/(\d+)\/comments$/, 'pull-requests', ({ url, caught: [number] }) =>
      ok(
        page(
          this.comments(Number(number)).map(comment => this.#shown(comment, Number(number))),
          url
        )
      )
    ),
    write('POST', /^\/issues\/(\d+)\/comments$/, ({ body, login, caught: [number] }) => {
      const pull = this.#pulls.find(one => `${one.number}` === number)
      if (!pull) return NOT_FOUND
      if (pull.locked) return { status: 403, body: { message: 'Unable to create comment because issue is locked.' } }
      const refused = tooLong(body)
      if (refused) return refused
      const comment = this.addComment(pull.number, login, String(body['body']))
      return { status: 201, body: this.#shown(comment, pull.number) }
    }),
    write('PATCH', /^\/issues\/comments\/(\d+)$/, ({ body, caught: [id] }) => {
      for (const [number, comments] of this.#comments) {
        const comment = comments.find(one => `${one.id}` === id)
        if (!comment) continue
        const refused = tooLong(body)
        if (refused) return refused
        // GitHub lets a token that may write change anybody's comment.
        comment.body = String(body['body'])
        return ok(this.#shown(comment, number))
      }
      return NOT_FOUND
    })
  ]

  /** The commit, then those before it, each once. */
  #ancestors(sha: string): string[] {
    const found = new Set([sha])
    for (const commit of found) for (const parent of this.#parents.get(commit) ?? []) found.add(parent)
    return [...found]
  }

  #artifactList(artifacts: readonly FakeArtifact[], url: URL): Answer {
    const named = artifacts.filter(({ name }) => name === url.searchParams.get('name'))
    const shown = page(named, url).map(({ id, name, expired, zip, run }) => ({
      id,
      name,
      expired,
      size_in_bytes: zip.length,
      workflow_run: {
        id: run.id,
        repository_id: 1,
        head_repository_id: (run.repo ?? OWN) === OWN ? 1 : 2,
        head_branch: run.branch,
        head_sha: run.sha
      }
    }))
    return ok({ total_count: named.length, artifacts: shown })
  }

  #runUrl({ id }: FakeRun): string {
    return `${this.#url}/${OWN}/actions/runs/${id}`
  }

  #shown({ id, body, login }: FakeComment, pull: number) {
    return { id, body, html_url: `${this.#url}/${OWN}/pull/${pull}#issuecomment-${id}`, user: { login } }
  }
}

const NOT_FOUND: Answer = { status: 404, body: { message: 'Not Found', status: '404' } }
const ok = (body: unknown): Answer => ({ status: 200, body })

function read(pattern: RegExp, permission: string, answer: Route['answer']): Route {
  return { method: 'GET', pattern, permission, access: 'read', answer }
}

function write(method: 'POST' | 'PATCH', pattern: RegExp, answer: Route['answer']): Route {
  return { method, pattern, permission: 'pull-requests', access: 'write', answer }
}

function tooLong({ body }: Record<string, unknown>): Answer | undefined {
  if (String(body).length <= LONGEST_COMMENT) return undefined
  return { status: 422, body: { message: 'Validation Failed: body is too long (maximum is 65536 characters)' } }
}

function shownPull({ number, state = 'open', head, base }: FakePull) {
  return { number, state, head: { ...head, repo: head.repo === null ? null : { full_name: head.repo } }, base }
}

export function page<Item>(items: readonly Item[], { searchParams }: URL): Item[] {
  const size = Math.min(Number(searchParams.get('per_page') ?? 30), 100)
  const start = (Number(searchParams.get('page') ?? 1) - 1) * size
  return items.slice(start, start + size)
}
