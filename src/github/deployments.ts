/**
 * A deployment with its statuses on GitHub: what the repository's page shows under "Deployments". It only tells. Whatever
 * GitHub answers, no deploy fails because of it.
 */
import { type Clock, type Log } from '../runtime/index.ts'
import { Github, lacksPermission } from './client.ts'

type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error'

export interface DeploymentOptions {
  /** `https://api.github.com`, or that of an Enterprise Server. */
  readonly apiUrl: string
  /** Needs `deployments: write`. */
  readonly token: string | undefined
  readonly owner: string
  readonly repo: string
  /** The deployed commit, in full. */
  readonly sha: string
  /** The branch or tag that was asked for. It is only recorded: the commit decides. */
  readonly ref: string
  readonly environment: string
  readonly runId: string
  /** Page of the run: a status links there for the log. */
  readonly runUrl: string
  readonly log: Log
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string
  readonly clock: Clock
  /** Ends the opening early. Statuses are still sent afterwards, for a cancelled deploy says so. */
  readonly signal: AbortSignal
}

/** A deployment on GitHub. */
export interface GithubDeployment {
  /**
   * Adds a status. Never rejects: a failure is a warning in the log.
   * @param description is cut to the 140 characters that GitHub takes
   * @param environmentUrl the live site, for GitHub's "View deployment" button
   */
  update(state: DeploymentState, description: string, environmentUrl?: string): Promise<void>
}

type Octokit = Github['octokit']
type Listed = Awaited<ReturnType<Octokit['rest']['repos']['listDeployments']>>['data'][number]
type ListedStatus = Awaited<ReturnType<Octokit['rest']['repos']['listDeploymentStatuses']>>['data'][number]

/** In the payload of our deployments: who made them. */
const MAKER = 'mastodon-on-heroku'
/** docs.github.com: REST API, "Create a deployment status". */
const LONGEST_DESCRIPTION = 140
/** Deployments of others that are searched for this run: each takes a request. */
const LOOKED_INTO = 10
const ENDED = new Set(['success', 'failure', 'error', 'inactive'])
const PERMISSION = 'deployments: write'
const ALL_THE_SAME = 'The deploy goes on without telling GitHub.'

/** For updates: they are sent even after the deploy was cancelled. */
const NEVER = new AbortController().signal

/** A deployment that tells GitHub nothing. */
const silent: GithubDeployment = { update: () => Promise.resolve() }

/**
 * Opens the deployment of this run: a new one, or the one that an earlier attempt of the run left, if that is the newest.
 *
 * If the job has an `environment:`, GitHub itself has made a deployment, and nothing is added to it. GitHub ends it with
 * the job, by a status whose link is `environment.url` alone, so our link would be gone within a minute. And our `success`
 * would make the older deployments inactive before the job is known to succeed (docs.github.com: "Deploying with GitHub
 * Actions"; hephaestus-build/Hephaestus#1828 tried it).
 *
 * Never rejects. Without a token, or if GitHub refuses it, warns once and does nothing more.
 */
export async function openDeployment(options: DeploymentOptions): Promise<GithubDeployment> {
  const { log, signal } = options
  const token = options.token?.trim()
  if (!token) {
    log.warning(
      `GitHub is not told about this deploy: there is no token. Give the job "permissions: ${PERMISSION}" and the action a github-token.`
    )
    return silent
  }
  const github = new Deployments(options, token)
  try {
    const deployments = await github.deployments(signal)
    const earlier = github.ofEarlierAttempt(deployments)
    if (earlier) return new OwnDeployment(github, earlier.id, log)
    if (await github.jobHasOne(deployments, signal)) {
      log.info(`GitHub's own deployment of this job's environment "${options.environment}" shows this deploy.`)
      return silent
    }
    return new OwnDeployment(github, await github.create(), log)
  } catch (error) {
    if (!signal.aborted) log.warning(github.explain(error))
    return silent
  }
}

class OwnDeployment implements GithubDeployment {
  readonly #github: Deployments
  readonly #id: number
  readonly #log: Log
  #refused = false

  constructor(github: Deployments, id: number, log: Log) {
    this.#github = github
    this.#id = id
    this.#log = log
  }

  async update(state: DeploymentState, description: string, environmentUrl?: string): Promise<void> {
    if (this.#refused) return
    try {
      await this.#github.addStatus(this.#id, state, description, environmentUrl)
    } catch (error) {
      this.#refused = lacksPermission(error)
      this.#log.warning(this.#github.explain(error))
    }
  }
}

/** GitHub's deployments of one environment. */
class Deployments {
  readonly #options: DeploymentOptions
  readonly #github: Github

  constructor(options: DeploymentOptions, token: string) {
    this.#options = options
    this.#github = new Github({ ...options, token, repository: `${options.owner}/${options.repo}` })
  }

  /**
   * Those of the environment, the newest first, of any commit: the deployment that GitHub made for the job is of the
   * commit that the workflow runs on, and `ref` may name another.
   */
  async deployments(signal?: AbortSignal): Promise<Listed[]> {
    const { environment } = this.#options
    const { octokit, repository } = this.#github
    const list = await this.#github.read(
      request => octokit.rest.repos.listDeployments({ ...repository, environment, per_page: 30, request }),
      signal ?? NEVER
    )
    return newestFirst(list)
  }

  /**
   * Ours of the same run and commit, which a killed or failed attempt left. Only if it is the newest of the environment:
   * GitHub shows the deployment that was made last, so with an older one this deploy would not be seen.
   */
  ofEarlierAttempt([newest]: Listed[]): Listed | undefined {
    const { sha, runId } = this.#options
    return newest && newest.sha === sha && ourRun(newest) === runId ? newest : undefined
  }

  /**
   * Whether GitHub made one for the job: it has not ended, and its statuses link to this run
   * (`…/actions/runs/<run>/job/<job>`). One that has ended is of another job, such as an approval before this one.
   */
  async jobHasOne(deployments: Listed[], signal: AbortSignal): Promise<boolean> {
    const run = `/actions/runs/${this.#options.runId}/`
    for (const { id } of deployments.filter(deployment => ourRun(deployment) === undefined).slice(0, LOOKED_INTO)) {
      const statuses = await this.#statuses(id, signal)
      const linked = statuses.some(({ log_url, target_url }) => `${log_url}/ ${target_url}/`.includes(run))
      if (linked && !ENDED.has(statuses[0]!.state)) return true
    }
    return false
  }

  /** Makes a deployment and resolves with its id. Sent once: if the answer is lost, it is looked for. */
  create(): Promise<number> {
    const post = async (): Promise<number> => {
      const made = await this.#github.write<{ id: number } | { message?: string }>(request =>
        this.#github.octokit.rest.repos.createDeployment(this.#newDeployment(request))
      )
      if ('id' in made) return made.id
      throw new Error(made.message ?? 'GitHub made no deployment')
    }
    return this.#github.written(post, async () => this.ofEarlierAttempt(await this.deployments())?.id)
  }

  /** Adds a status. If the answer is lost, sends it again only if it is not the newest status. */
  async addStatus(id: number, state: DeploymentState, text: string, environmentUrl?: string): Promise<void> {
    const { octokit, repository, redact } = this.#github
    const description = shortened(redact(text))
    const post = (request: { signal: AbortSignal }) =>
      octokit.rest.repos.createDeploymentStatus({
        ...repository,
        deployment_id: id,
        state,
        description,
        log_url: this.#options.runUrl,
        ...(environmentUrl !== undefined && { environment_url: environmentUrl }),
        request
      })
    const write = (): Promise<unknown> => this.#github.write<unknown>(post)
    const find = async (): Promise<true | undefined> => {
      const [newest] = await this.#statuses(id)
      return (newest?.state === state && newest.description === description) || undefined
    }
    await this.#github.written<unknown>(write, find, write)
  }

  explain(error: unknown): string {
    return this.#github.explain(error, PERMISSION, ALL_THE_SAME)
  }

  #newDeployment(request: { signal: AbortSignal }) {
    const { sha, ref, environment, runId } = this.#options
    return {
      ...this.#github.repository,
      // The commit, for a branch could have moved on.
      ref: sha,
      environment,
      task: 'deploy',
      description: 'Deploy to Heroku',
      auto_merge: false,
      // None: this tells of a deploy, and asks for nothing.
      required_contexts: [],
      payload: { by: MAKER, run_id: runId, ref },
      request
    }
  }

  async #statuses(id: number, signal: AbortSignal = NEVER): Promise<ListedStatus[]> {
    const { octokit, repository } = this.#github
    const list = await this.#github.read(
      request =>
        octokit.rest.repos.listDeploymentStatuses({ ...repository, deployment_id: id, per_page: 100, request }),
      signal
    )
    return newestFirst(list)
  }
}

/** The run that made a deployment; undefined if it is not ours. */
function ourRun({ payload }: Listed): string | undefined {
  const { by, run_id: run } = payloadFields(payload)
  return by === MAKER ? String(run) : undefined
}

/** GitHub returns a payload as an object, or as JSON text of one. */
function payloadFields(payload: unknown): Record<string, unknown> {
  try {
    const value: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function newestFirst<Item extends { id: number }>(list: Item[]): Item[] {
  return list.toSorted((one, other) => other.id - one.id)
}

function shortened(description: string): string {
  const characters = [...description]
  return characters.length <= LONGEST_DESCRIPTION
    ? description
    : `${characters.slice(0, LONGEST_DESCRIPTION - 1).join('')}…`
}
