import path from 'node:path'
import { type Answer, type Route } from './fake-github.ts'
import { type FakeRepository } from './fake-repository.ts'

export interface FakeEnvironment {
  /** Whether only refs of its policies may deploy. */
  restricted: boolean
  /** `branch main`, `tag heroku-*` */
  readonly policies: string[]
  /** Sealed, by their name. */
  readonly secrets: Map<string, string>
}

export interface Dispatch {
  readonly file: string
  readonly ref: string
  readonly inputs: Readonly<Record<string, string>>
}

const NOT_FOUND: Answer = { status: 404, body: { message: 'Not Found', status: '404' } }
const DONE: Answer = { status: 204, body: Buffer.alloc(0) }
/** Of a key pair whose other half nobody has: GitHub gives no secret back either. */
const PUBLIC_KEY = Buffer.alloc(32, 9).toString('base64')

/** What an owner sets in a repository: issues, environments with secrets and rules, variables, workflows on and off, runs by hand. */
export class FakeSettings {
  readonly environments = new Map<string, FakeEnvironment>()
  readonly variables = new Map<string, string>()
  readonly dispatches: Dispatch[] = []
  readonly #repository: FakeRepository

  constructor(repository: FakeRepository) {
    this.#repository = repository
  }

  /** Whether a ref gets into an environment: into one that nobody has restricted every ref does. */
  mayDeploy(environment: string, ref: string): boolean {
    const { restricted = false, policies = [] } = this.environments.get(environment) ?? {}
    const [, kind, name = ''] = /^refs\/(heads|tags)\/(.*)$/.exec(ref) ?? []
    const fits = (pattern: string): boolean => path.matchesGlob(name, pattern)
    return (
      !restricted ||
      policies.some(policy => {
        const [type, pattern = ''] = policy.split(/ (.*)/s)
        return type === (kind === 'tags' ? 'tag' : 'branch') && kind !== undefined && fits(pattern)
      })
    )
  }

  readonly routes: readonly Route[] = [
    route('PATCH', /^$/, 'administration', ({ body }) => {
      if (typeof body['has_issues'] === 'boolean') this.#repository.hasIssues = body['has_issues']
      return { status: 200, body: { has_issues: this.#repository.hasIssues } }
    }),
    route('POST', /^\/actions\/variables$/, 'actions_variables', ({ body: { name, value } }) => {
      if (typeof name !== 'string' || typeof value !== 'string') return invalid('name or value')
      if (this.variables.has(name)) return { status: 409, body: { message: 'Already exists', status: '409' } }
      this.variables.set(name, value)
      return { status: 201, body: {} }
    }),
    route('PUT', /^\/environments\/([\w-]+)$/, 'administration', ({ caught: [name = ''], body }) => {
      const known = this.environments.get(name) ?? { restricted: false, policies: [], secrets: new Map() }
      const policy = body['deployment_branch_policy'] as Record<string, unknown> | null | undefined
      if (policy && policy['protected_branches'] === policy['custom_branch_policies'])
        return invalid('protected_branches and custom_branch_policies cannot have the same value')
      known.restricted = policy?.['custom_branch_policies'] === true
      this.environments.set(name, known)
      return { status: 200, body: { name } }
    }),
    route(
      'POST',
      /^\/environments\/([\w-]+)\/deployment-branch-policies$/,
      'administration',
      ({ caught: [name], body }) => {
        const environment = this.environments.get(name ?? '')
        if (!environment?.restricted) return NOT_FOUND
        const [pattern, type] = [body['name'], body['type'] ?? 'branch']
        if (typeof pattern !== 'string' || (type !== 'branch' && type !== 'tag')) return invalid('name or type')
        environment.policies.push(`${type} ${pattern}`)
        return { status: 200, body: { id: environment.policies.length, name: pattern, type } }
      }
    ),
    route('GET', /^\/environments\/([\w-]+)\/secrets\/public-key$/, 'environments', ({ caught: [name = ''] }) =>
      this.environments.has(name) ? { status: 200, body: { key_id: '1', key: PUBLIC_KEY } } : NOT_FOUND
    ),
    route(
      'PUT',
      /^\/environments\/([\w-]+)\/secrets\/(\w+)$/,
      'environments',
      ({ caught: [name = '', secret = ''], body }) => {
        const environment = this.environments.get(name)
        if (!environment) return NOT_FOUND
        if (typeof body['encrypted_value'] !== 'string' || body['key_id'] !== '1') return invalid('encrypted_value')
        environment.secrets.set(secret, body['encrypted_value'])
        return { status: 201, body: {} }
      }
    ),
    route('GET', /^\/actions\/workflows\/([\w.-]+)$/, 'actions', ({ caught: [file] }) => {
      const at = this.#at(file)
      return at < 0 ? NOT_FOUND : { status: 200, body: { id: at + 1, ...this.#repository.workflows[at] } }
    }),
    route('PUT', /^\/actions\/workflows\/(\d+)\/(enable|disable)$/, 'actions', ({ caught: [id, verb] }) => {
      const workflow = this.#repository.workflows[Number(id) - 1]
      if (!workflow) return NOT_FOUND
      workflow.state = verb === 'enable' ? 'active' : 'disabled_manually'
      return DONE
    }),
    route('POST', /^\/actions\/workflows\/(\d+)\/dispatches$/, 'actions', ({ caught: [id], body }) => {
      const workflow = this.#repository.workflows[Number(id) - 1]
      if (!workflow) return NOT_FOUND
      const inputs = (body['inputs'] ?? {}) as Record<string, string>
      this.dispatches.push({ file: fileOf(workflow), ref: String(body['ref']), inputs })
      return DONE
    })
  ]

  #at(file: string | undefined): number {
    return this.#repository.workflows.findIndex(workflow => fileOf(workflow) === file)
  }
}

function fileOf(variable: { readonly path: string }): string {
  return variable.path.replace(/^.*\//, '')
}

function invalid(message: string): Answer {
  return { status: 422, body: { message: `Validation Failed: ${message}`, status: '422' } }
}

function route(method: string, pattern: RegExp, permission: string, answer: Route['answer']): Route {
  return { method, pattern, permission, access: method === 'GET' ? 'read' : 'write', answer }
}
