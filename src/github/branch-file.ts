import { LateError, retry } from '../net/index.ts'
import { UserError } from '../runtime/index.ts'
import { isRefused, refusal, unlessUnknown, type Github } from './client.ts'

/** Milliseconds before a change is made anew that somebody else's overtook. */
const AGAIN = [500, 1_500, 4_000, 10_000]
const WRITING = 'contents: write'

class OvertakenError extends Error {
  constructor() {
    super('others change it all the time')
  }
}

export interface BranchFileOptions {
  readonly branch: string
  /** Below the branch's root. */
  readonly path: string
  /** Message of the commits. */
  readonly message: string
}

interface Version {
  /** Undefined where there is no such file. */
  readonly text: string | undefined
  /** Of the file as git knows it. */
  readonly sha: string | undefined
}

/**
 * A small text file on a branch of its own, that several jobs may change at the same time. Each change is a commit that
 * names the version it was made from, so that GitHub refuses the one that comes too late (docs.github.com: "Create or
 * update file contents", `sha`); it is then made anew from what is there by now. The branch begins without a parent.
 */
export class BranchFile {
  readonly #github: Github
  readonly #options: BranchFileOptions

  constructor(github: Github, options: BranchFileOptions) {
    this.#github = github
    this.#options = options
  }

  /** Undefined where neither branch nor file is there. Needs `contents: read`. */
  async read(): Promise<string | undefined> {
    try {
      return (await this.#version()).text
    } catch (error) {
      throw this.#failed(error, 'be read', 'contents: read', 'Run the job again.')
    }
  }

  /**
   * Changes the file. `change` is handed its text and returns the new one; it may be called again with another text, and
   * where it returns the same text nothing is written. Rejects with a `UserError` where it cannot be known that the new
   * text is there. It is written also after the job was cancelled. Needs `contents: write`.
   * @param otherwise what it means that it is not written
   */
  async update(change: (text: string | undefined) => string, otherwise: string): Promise<void> {
    const once = async (): Promise<void> => {
      const { text, sha } = await this.#version()
      const changed = change(text)
      if (changed !== text && !(await this.#written(changed, sha))) throw new OvertakenError()
    }
    const again = (error: unknown): boolean => error instanceof OvertakenError
    try {
      await retry({ clock: this.#github.clock }, { waits: AGAIN, again }, once)
    } catch (error) {
      const isOwn = error instanceof UserError && !(error instanceof LateError)
      throw isOwn ? error : this.#failed(error, 'be written', WRITING, otherwise)
    }
  }

  async #version(): Promise<Version> {
    const { octokit, repository } = this.#github
    const { branch, path } = this.#options
    // Not under the job's signal: how a task ended is told after a cancellation, too.
    const found = await unlessUnknown(() =>
      this.#github.read(
        request => octokit.rest.repos.getContent({ ...repository, path, ref: branch, request }),
        new AbortController().signal
      )
    )
    if (found === undefined) return { text: undefined, sha: undefined }
    if (Array.isArray(found) || found.type !== 'file' || !('content' in found))
      throw new Error(`${path} on ${branch} is no file`)
    return { text: Buffer.from(found.content, 'base64').toString('utf8'), sha: found.sha }
  }

  /** False where somebody else was first, or where nobody knows: then the file is read again. */
  async #written(text: string, sha: string | undefined): Promise<boolean> {
    const { octokit, repository } = this.#github
    const { branch, path, message } = this.#options
    const content = Buffer.from(text).toString('base64')
    try {
      await this.#github.write(request =>
        octokit.rest.repos.createOrUpdateFileContents({ ...repository, path, branch, message, content, sha, request })
      )
      return true
    } catch (error) {
      if (!isRefused(error)) return (await this.#version()).text === text
      // 409: another version. 422: it was made meanwhile.
      if (refusal(error) === 409 || refusal(error) === 422) return false
      if (refusal(error) === 404 && sha === undefined) return this.#begun(text)
      throw error
    }
  }

  /** The branch with its first commit; false where somebody else was first. */
  async #begun(text: string): Promise<boolean> {
    const { octokit, repository } = this.#github
    const { branch, path, message } = this.#options
    const tree = await this.#github.write(request =>
      octokit.rest.git.createTree({
        ...repository,
        tree: [{ path, mode: '100644', type: 'blob', content: text }],
        request
      })
    )
    const commit = await this.#github.write(request =>
      octokit.rest.git.createCommit({ ...repository, message, tree: tree.sha, parents: [], request })
    )
    try {
      await this.#github.write(request =>
        octokit.rest.git.createRef({ ...repository, ref: `refs/heads/${branch}`, sha: commit.sha, request })
      )
      return true
    } catch (error) {
      if (isRefused(error) && refusal(error) !== 422) throw error
      return (await this.#version()).text === text
    }
  }

  #failed(error: unknown, what: string, permission: string, otherwise: string): UserError {
    const { branch, path } = this.#options
    return new UserError(
      `${path} on the branch ${branch} could not ${what}`,
      this.#github.explain(error, permission, otherwise),
      { cause: error }
    )
  }
}
