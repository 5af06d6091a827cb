import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { commitAll, git } from '../../scripts/sample-fork.ts'
import { type LocalHeroku } from '../../src/local-heroku/index.ts'
import { FakeGithub } from '../helpers/fake-github.ts'
import { type FakeRun } from '../helpers/fake-repository.ts'
import { lastingTemp } from '../helpers/temp.ts'

const CONFIG = '.github/mastodon-on-heroku.yml'
export const OWN_ACTION = 'owner/mastodon-on-heroku'
const CLI = path.join(import.meta.dirname, '..', '..', 'dist', 'cli', 'index.js')

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

/** A fork on a fake GitHub, with what its workflows may reach. */
export class Stage {
  readonly folder = lastingTemp()
  /** The repository as GitHub has it. */
  readonly origin: string
  readonly heroku: LocalHeroku
  readonly github: FakeGithub
  /** Ports of service containers. */
  services: Record<string, number> = {}
  secrets: Record<string, string> = {}
  vars: Record<string, string> = {}
  /** More environment of its jobs. */
  env: Record<string, string> = {}
  #run = 100

  private constructor(origin: string, heroku: LocalHeroku, github: FakeGithub) {
    this.origin = origin
    this.heroku = heroku
    this.github = github
  }

  /** Sets the fork up as its owner would, by `init`, and commits what that writes. */
  static async open(origin: string, heroku: LocalHeroku): Promise<Stage> {
    const action = `${OWN_ACTION}@${'a'.repeat(40)}`
    execFileSync(process.execPath, [CLI, 'init', '--with-tasks', '--action', action], { cwd: origin, stdio: 'pipe' })
    commitAll(origin, 'Deploy to Heroku')
    return new Stage(origin, heroku, await FakeGithub.start())
  }

  /** GitHub takes the file of the commit that was pushed or is on trial, else the default branch's (docs.github.com: events). */
  workflow(file: string, { name, sha }: Event): string {
    const commit = name === 'push' || name === 'pull_request' ? sha : 'main'
    return git(this.origin, 'show', `${commit}:.github/workflows/${file}`)
  }

  sha(ref: string): string {
    return git(this.origin, 'rev-parse', `${ref}^{commit}`)
  }

  /** Tells GitHub every commit of the origin, and the config of its default branch. */
  private publish(): void {
    if (git(this.origin, 'ls-tree', 'main', CONFIG) !== '')
      this.github.repository.files.set(CONFIG, git(this.origin, 'show', `main:${CONFIG}`))
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
    return { ...this.pushOf('refs/heads/main'), name, inputs }
  }

  /** A pull request of `branch` into main, from this repository or another; GitHub merges it on trial. */
  pullRequest(number: number, branch: string, repo = 'owner/fork'): Event {
    const [base, head] = [this.sha('main'), this.sha(branch)]
    const tree = git(this.origin, 'merge-tree', '--write-tree', base, head)
    const merge = git(this.origin, 'commit-tree', tree, '-p', base, '-p', head, '-m', `Merge ${branch} into main`)
    const ref = `refs/pull/${number}/merge`
    git(this.origin, 'update-ref', ref, merge)
    this.publish()
    const pull = { number, head: { sha: head, ref: branch, repo }, base: { sha: base, ref: 'main' } }
    this.github.repository.addPull(pull)
    const pull_request = { ...pull, head: { ...pull.head, repo: { full_name: repo } } }
    return {
      name: 'pull_request',
      ref,
      sha: merge,
      baseRef: 'main',
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
    return { ...this.pushOf('refs/heads/main'), name: 'workflow_run', payload: { workflow_run } }
  }

  newRun(event: Event): FakeRun {
    const { sha, branch, repo } = event.head
    return this.github.repository.addRun({ id: ++this.#run, event: event.name, sha, branch, repo })
  }

  close(): Promise<void> {
    return this.github.close()
  }
}
