import { createHash } from 'node:crypto'
import { type Answer, type Route } from './fake-github.ts'

interface FakeCommit {
  readonly files: ReadonlyMap<string, string>
  readonly parents: readonly string[]
}

const NOT_FOUND: Answer = { status: 404, body: { message: 'Not Found', status: '404' } }
const MISSING_SHA: Answer = { status: 422, body: { message: `Invalid request.\n\n"sha" wasn't supplied.` } }

/** Branches with files that are written over the API (docs.github.com: repository contents, git database). */
export class FakeBranches {
  readonly #heads = new Map<string, string>()
  readonly #commits = new Map<string, FakeCommit>()
  readonly #trees = new Map<string, ReadonlyMap<string, string>>()

  /** Text of a file at a branch's head. */
  file(branch: string, path: string): string | undefined {
    return this.#filesOf(branch)?.get(path)
  }

  /** As somebody with git would. */
  push(branch: string, path: string, text: string): void {
    this.#commit(branch, path, text)
  }

  /** Takes a branch back by a commit, as a force-push would. */
  rewind(branch: string): void {
    const parent = this.#commits.get(this.#heads.get(branch) ?? '')?.parents[0]
    if (parent === undefined) this.#heads.delete(branch)
    else this.#heads.set(branch, parent)
  }

  /** How many commits a branch has. */
  commits(branch: string): number {
    let count = 0
    for (let sha = this.#heads.get(branch); sha !== undefined; sha = this.#commits.get(sha)?.parents[0]) count++
    return count
  }

  readonly routes: readonly Route[] = [
    {
      method: 'GET',
      pattern: /^\/contents\/(.+)$/,
      permission: 'contents',
      access: 'read',
      owns: ([path = '']) =>
        [...this.#heads.keys()].some(branch => this.file(branch, decodeURIComponent(path)) !== undefined),
      answer: ({ url, caught: [path = ''] }) => {
        const text = this.file(url.searchParams.get('ref') ?? 'main', decodeURIComponent(path))
        if (text === undefined) return NOT_FOUND
        return { status: 200, body: { type: 'file', encoding: 'base64', content: base64(text), sha: blob(text) } }
      }
    },
    {
      method: 'PUT',
      pattern: /^\/contents\/(.+)$/,
      permission: 'contents',
      access: 'write',
      answer: ({ body, caught: [path = ''] }) => {
        const { branch = 'main', sha, content, message } = body as Record<string, string>
        const files = this.#filesOf(branch)
        if (!files) return { status: 404, body: { message: `Branch ${branch} not found` } }
        const there = files.get(path)
        if (there !== undefined && sha === undefined) return MISSING_SHA
        if (there !== undefined && sha !== blob(there))
          return { status: 409, body: { message: `${path} does not match ${sha}` } }
        if (!message) return { status: 422, body: { message: 'message is missing' } }
        const text = Buffer.from(content ?? '', 'base64').toString('utf8')
        this.#commit(branch, path, text)
        return { status: there === undefined ? 201 : 200, body: { content: { sha: blob(text) } } }
      }
    },
    {
      method: 'POST',
      pattern: /^\/git\/trees$/,
      permission: 'contents',
      access: 'write',
      answer: ({ body }) => {
        const entries = body['tree'] as { path: string; content: string }[]
        const files = new Map(entries.map(({ path, content }) => [path, content]))
        const sha = hash(JSON.stringify([...files]))
        this.#trees.set(sha, files)
        return { status: 201, body: { sha } }
      }
    },
    {
      method: 'POST',
      pattern: /^\/git\/commits$/,
      permission: 'contents',
      access: 'write',
      answer: ({ body }) => {
        const files = this.#trees.get(String(body['tree']))
        if (!files) return { status: 422, body: { message: 'Tree SHA does not exist' } }
        return { status: 201, body: { sha: this.#keep({ files, parents: body['parents'] as string[] }) } }
      }
    },
    {
      method: 'POST',
      pattern: /^\/git\/refs$/,
      permission: 'contents',
      access: 'write',
      answer: ({ body }) => {
        const branch = String(body['ref']).replace(/^refs\/heads\//, '')
        if (this.#heads.has(branch)) return { status: 422, body: { message: 'Reference already exists' } }
        if (!this.#commits.has(String(body['sha']))) return { status: 422, body: { message: 'Object does not exist' } }
        this.#heads.set(branch, String(body['sha']))
        return { status: 201, body: { ref: body['ref'] } }
      }
    }
  ]

  #filesOf(branch: string): ReadonlyMap<string, string> | undefined {
    return this.#commits.get(this.#heads.get(branch) ?? '')?.files
  }

  #commit(branch: string, path: string, text: string): void {
    const head = this.#heads.get(branch)
    const files = new Map([...(this.#filesOf(branch) ?? []), [path, text]])
    this.#heads.set(branch, this.#keep({ files, parents: head === undefined ? [] : [head] }))
  }

  #keep(commit: FakeCommit): string {
    const sha = hash(JSON.stringify([...commit.files, commit.parents, this.#commits.size]))
    this.#commits.set(sha, commit)
    return sha
  }
}

function hash(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}

/** What git calls a file's content. */
function blob(text: string): string {
  return hash(`blob ${Buffer.byteLength(text)}\0${text}`)
}

function base64(text: string): string {
  // GitHub breaks it into lines.
  return Buffer.from(text).toString('base64').replace(/.{60}/g, '$&\n')
}
