import { FakeGithub } from '../../helpers/fake-github.ts'
import { type FakeRun } from '../../helpers/fake-repository.ts'
import { type LocalHeroku } from '../local-heroku/index.ts'
import { git } from '../sample-fork.ts'

const CONFIG = '.github/mastodon-on-heroku.yml'
export const OWN_ACTION = 'owner/mastodon-on-heroku'

/** What started a workflow, as GitHub would hand it over. */
export interface Event {
  readonly name: string
  readonly ref: string
  readonly sha: string
  readonly payload: Record<string, unknown>
  readonly inputs?: Record<string, string | boolean>
  readonly baseRef?: string
  /** Whether the code comes from another fork: then there are no secrets, and the token can only read. */
  readonly foreign?: boolean
  /** The run's own commit and branch: of a pull request those of its head. */
  readonly head: { readonly sha: string; readonly branch: string; readonly repo?: string }
}

export interface StageOptions {
  /** For its jobs, and for the builds' cache. */
  readonly folder: string
  /** The repository as GitHub has it. */
  readonly origin: string
  readonly heroku: LocalHeroku
  /** The default branch. */
  readonly branch?: string
}

/** A fork on a fake GitHub, with what its workflows may reach. */
export class Stage {
  readonly folder: string
  readonly origin: string
  readonly heroku: LocalHeroku
  readonly branch: string
  readonly github: FakeGithub
  /** Ports of service containers. */
  services: Record<string, number> = {}
  secrets: Record<string, string> = {}
  vars: Record<string, string> = {}
  /** More environment of its jobs. */
  env: Record<string, string> = {}
  /** More inputs of our action, if a job gives no other. */
  inputs: Record<string, string> = {}
  #run = 100

  private constructor({ folder, origin, heroku, branch = 'main' }: StageOptions, github: FakeGithub) {
    this.folder = folder
    this.origin = origin
    this.heroku = heroku
    this.branch = branch
    this.github = github
    github.repository.defaultBranch = branch
  }

  static async open(options: StageOptions): Promise<Stage> {
    return new Stage(options, await FakeGithub.start())
  }

  /** GitHub takes the file of the commit that was pushed or is on trial, else the default branch's (docs.github.com: events). */
  workflow(file: string, { name, sha }: Event): string {
    const commit = name === 'push' || name === 'pull_request' ? sha : this.branch
    return git(this.origin, 'show', `${commit}:.github/workflows/${file}`)
  }

  sha(ref: string): string {
    return git(this.origin, 'rev-parse', `${ref}^{commit}`)
  }

  /** Tells GitHub the branches and every commit of the origin, and the config of its default branch. */
  publish(): void {
    if (git(this.origin, 'ls-tree', this.branch, CONFIG) !== '')
      this.github.repository.files.set(CONFIG, git(this.origin, 'show', `${this.branch}:${CONFIG}`))
    for (const line of git(
      this.origin,
      'for-each-ref',
      '--format=%(objectname) %(refname:lstrip=2)',
      'refs/heads'
    ).split('\n')) {
      const [sha = '', branch = ''] = line.split(' ')
      this.github.repository.branches.set(branch, sha)
    }
    for (const line of git(this.origin, 'log', '--all', '--format=%H %P').split('\n')) {
      const [sha = '', ...parents] = line.split(' ').filter(Boolean)
      this.github.repository.addCommit(sha, ...parents)
      this.github.commits.add(sha)
    }
  }

  pushOf(ref: string): Event {
    this.publish()
    const branch = ref.replace(/^refs\/(?:heads|tags)\//, '')
    return { name: 'push', ref, sha: this.sha(ref), payload: {}, head: { sha: this.sha(ref), branch } }
  }

  /** By hand or by the clock, on the default branch. */
  onMain(name: 'workflow_dispatch' | 'schedule', inputs: Event['inputs'] = {}): Event {
    return { ...this.pushOf(`refs/heads/${this.branch}`), name, inputs }
  }

  /** A pull request of `branch` into the default branch, from this repository or another; GitHub merges it on trial. */
  pullRequest(number: number, branch: string, repo = 'owner/fork'): Event {
    const [base, head] = [this.sha(this.branch), this.sha(branch)]
    const tree = git(this.origin, 'merge-tree', '--write-tree', base, head)
    const merge = git(
      this.origin,
      'commit-tree',
      tree,
      '-p',
      base,
      '-p',
      head,
      '-m',
      `Merge ${branch} into ${this.branch}`
    )
    const ref = `refs/pull/${number}/merge`
    git(this.origin, 'update-ref', ref, merge)
    this.publish()
    const pull = { number, head: { sha: head, ref: branch, repo }, base: { sha: base, ref: this.branch } }
    if (!this.github.repository.pulls.some(known => known.number === number)) this.github.repository.addPull(pull)
    const pull_request = { ...pull, head: { ...pull.head, repo: { full_name: repo } } }
    return {
      name: 'pull_request',
      ref,
      sha: merge,
      baseRef: this.branch,
      foreign: repo !== 'owner/fork',
      payload: { pull_request },
      head: { sha: head, branch, repo }
    }
  }

  /** The end of another workflow's run. */
  endOf(run: FakeRun): Event {
    const workflow_run = {
      id: run.id,
      run_attempt: 1,
      event: run.event,
      head_sha: run.sha,
      head_branch: run.branch,
      head_repository: { full_name: run.repo ?? 'owner/fork' }
    }
    return { ...this.pushOf(`refs/heads/${this.branch}`), name: 'workflow_run', payload: { workflow_run } }
  }

  newRun(event: Event): FakeRun {
    const { sha, branch, repo } = event.head
    return this.github.repository.addRun({ id: ++this.#run, event: event.name, sha, branch, repo })
  }

  close(): Promise<void> {
    return this.github.close()
  }
}
