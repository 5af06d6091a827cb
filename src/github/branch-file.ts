import { LateError, retry } from '../net/index.ts'
import { UserError } from '../runtime/index.ts'
import { isRefused, refusal, unlessUnknown, type Github } from './client.ts'

/** Milliseconds before a change is tried again that another job was faster than. */
const AGAIN = [500, 1_500, 4_000, 10_000]
const WRITING = 'contents: write'

class OvertakenError extends Error {
  constructor() {
    super('other jobs keep changing it')
  }
}

interface BranchFileOptions {
  readonly branch: string
  /** Relative to the branch's root. */
  readonly path: string
  /** Message of the commits. */
  readonly message: string
}

interface Version {
  /** Undefined if there is no such file. */
  readonly text: string | undefined
  /** Git's hash of the file. */
  readonly sha: string | undefined
}

/**
 * A small text file on a branch of its own, which several jobs may change at the same time. Each change is a commit that
 * names the version it was made from, so GitHub refuses a change that comes too late (docs.github.com: "Create or update
 * file contents", `sha`). That change is then made again from the newer version. The branch begins without a parent.
 */
export class BranchFile {
  readonly #github: Github
  readonly #options: BranchFileOptions

  constructor(github: Github, options: BranchFileOptions) {
    this.#github = github
    this.#options = options
  }

  /** The file's text; undefined if it is not there. Needs `contents: read`. Rejects with a `UserError`. */
  async read(): Promise<string | undefined> {
    try {
      return (await this.#version()).text
    } catch (error) {
      throw this.#failed(error, 'be read', 'contents: read', 'Run the job again.')
    }
  }

  /**
   * Changes the file, even after the job was cancelled. Needs `contents: write`. Rejects with a `UserError` if it is not
   * certain that the new text is there.
   * @param change makes the new text of the old one; it may be called again with another text. If it returns the same
   * text, nothing is written.
   * @param otherwise for the error: what it means that the file was not written
   */
  async update(change: (text: string | undefined) => string, otherwise: string): Promise<void> {
    const once = async (): Promise<void> => {
      const { text, sha } = await this.#version()
      // Before it is encoded: then nothing could be found in it.
      const changed = this.#github.redact(change(text))
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
    // Not under the job's signal: how a task ended is written even after a cancellation.
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

  /** False if another job was first, or perhaps was: then the file has to be read again. */
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
      // 409: there is another version. 422: the file was made meanwhile.
      if (refusal(error) === 409 || refusal(error) === 422) return false
      if (refusal(error) === 404 && sha === undefined) return this.#begun(text)
      throw error
    }
  }

  /** Makes the branch with its first commit; false if another job was first. */
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
