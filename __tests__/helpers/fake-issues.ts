import { type Answer, type Route } from './fake-github.ts'
import { page, type FakeRepository } from './fake-repository.ts'

export interface FakeIssue {
  readonly number: number
  title: string
  body: string
  state: 'open' | 'closed'
  closedAt: number | null
  readonly login: string
  readonly comments: string[]
}

const LONGEST = 65_536
const NOT_FOUND: Answer = { status: 404, body: { message: 'Not Found', status: '404' } }
const TOO_LONG: Answer = {
  status: 422,
  body: { message: 'Validation Failed: body is too long (maximum is 65536 characters)' }
}
const OFF: Answer = { status: 410, body: { message: 'Issues has been disabled in this repository.' } }

/** The issues of the repository. */
export class FakeIssues {
  readonly all: FakeIssue[] = []
  /** Milliseconds since 1970, for `closed_at`. */
  now: () => number = () => Date.now()
  readonly #url: string
  readonly #newId: () => number
  readonly #repository: FakeRepository

  constructor(url: string, newId: () => number, repository: FakeRepository) {
    this.#url = url
    this.#newId = newId
    this.#repository = repository
  }

  add(login: string, title: string, body: string): FakeIssue {
    const number = this.#newId()
    const issue: FakeIssue = { number, title, body, state: 'open', closedAt: null, login, comments: [] }
    this.all.push(issue)
    return issue
  }

  close(issue: FakeIssue): void {
    Object.assign(issue, { state: 'closed', closedAt: this.now() })
  }

  readonly routes: readonly Route[] = [
    {
      method: 'GET',
      pattern: /^\/issues$/,
      permission: 'issues',
      access: 'read',
      answer: ({ url }) => {
        const state = url.searchParams.get('state') ?? 'open'
        const creator = url.searchParams.get('creator')
        const found = this.all
          .filter(issue => (state === 'all' || issue.state === state) && (!creator || issue.login === creator))
          .toReversed()
        return !this.#repository.hasIssues
          ? OFF
          : { status: 200, body: page(found, url).map(issue => this.#shown(issue)) }
      }
    },
    this.#route('POST', /^\/issues$/, ({ body, login }) => {
      if (!this.#repository.hasIssues) return OFF
      if (tooLong(body['body'])) return TOO_LONG
      return { status: 201, body: this.#shown(this.add(login, String(body['title']), String(body['body']))) }
    }),
    this.#route('PATCH', /^\/issues\/(\d+)$/, ({ body, caught }) => {
      const issue = this.#of(caught)
      if (!issue) return NOT_FOUND
      if (tooLong(body['body'])) return TOO_LONG
      Object.assign(issue, { title: body['title'] ?? issue.title, body: body['body'] ?? issue.body })
      if (body['state'] === 'open') Object.assign(issue, { state: 'open', closedAt: null })
      if (body['state'] === 'closed' && issue.state === 'open') this.close(issue)
      return { status: 200, body: this.#shown(issue) }
    }),
    {
      ...this.#route('POST', /^\/issues\/(\d+)\/comments$/, ({ body, caught }) => {
        this.#of(caught)!.comments.push(String(body['body']))
        return { status: 201, body: { id: this.#newId() } }
      }),
      owns: caught => this.#of(caught) !== undefined
    }
  ]

  #route(method: string, pattern: RegExp, answer: Route['answer']): Route {
    return { method, pattern, permission: 'issues', access: 'write', answer }
  }

  #of([number]: readonly string[]): FakeIssue | undefined {
    return this.all.find(issue => `${issue.number}` === number)
  }

  #shown({ number, title, body, state, closedAt, login }: FakeIssue) {
    return {
      number,
      title,
      body,
      state,
      closed_at: closedAt === null ? null : new Date(closedAt).toISOString(),
      html_url: `${this.#url}/owner/fork/issues/${number}`,
      user: { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' }
    }
  }
}

function tooLong(body: unknown): boolean {
  return typeof body === 'string' && body.length > LONGEST
}
