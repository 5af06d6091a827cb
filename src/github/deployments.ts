/**
 * A deployment with its statuses on GitHub: what the repository's page shows under "Deployments".
 * It is only told there. Whatever GitHub answers, a deploy never fails because of it.
 */
import { getOctokit } from '@actions/github'
import { errorText, type Clock, type Log } from '../runtime/index.ts'

export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error'

export interface DeploymentOptions {
  /** `https://api.github.com`, or that of an Enterprise Server. */
  readonly apiUrl: string
  /** Needs `deployments: write`. */
  readonly token: string | undefined
  readonly owner: string
  readonly repo: string
  /** The deployed commit, in full. */
  readonly sha: string
  /** The branch or tag that was asked for; kept beside the commit, which alone decides. */
  readonly ref: string
  readonly environment: string
  readonly runId: string
  /** Page of the run: where a status links for the log. */
  readonly runUrl: string
  readonly log: Log
  readonly clock: Clock
  /** Ends the opening early. Statuses are still sent afterwards: a cancelled deploy says so. */
  readonly signal: AbortSignal
}

export interface GithubDeployment {
  /**
   * Adds a status. Never rejects: what goes wrong is a warning.
   * @param description cut to the 140 characters that GitHub takes
   * @param environmentUrl the live site; GitHub's "View deployment" button
   */
  update(state: DeploymentState, description: string, environmentUrl?: string): Promise<void>
}

type Octokit = ReturnType<typeof getOctokit>
type Listed = Awaited<ReturnType<Octokit['rest']['repos']['listDeployments']>>['data'][number]
type ListedStatus = Awaited<ReturnType<Octokit['rest']['repos']['listDeploymentStatuses']>>['data'][number]
/** One request, under the signal that ends it. */
type Request<Data> = (request: { signal: AbortSignal }) => Promise<{ data: Data }>

/** In the payload of our deployments: who made them. */
const MAKER = 'mastodon-on-heroku'
/** docs.github.com: REST API, "Create a deployment status". */
const LONGEST_DESCRIPTION = 140
/** Milliseconds for one answer. */
const PATIENCE = 15_000
/** Milliseconds before a read is sent again. */
const READ_AGAIN = [1_000, 3_000]
/** Milliseconds until we look whether a write happened whose answer was lost. */
const LOOK_AFTER = 2_000
/** How many deployments made by others we look into for this run: each is one request. */
const LOOKED_INTO = 10
const ENDED = new Set(['success', 'failure', 'error', 'inactive'])
const PERMISSION =
  'Give the job "permissions: deployments: write" and the action a github-token. The deploy goes on without it.'

/** The log is the deploy's own. */
const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Where there is nothing to tell, or nobody to tell it to. */
const silent: GithubDeployment = { update: () => Promise.resolve() }

/**
 * Opens the deployment of this run: one that an earlier attempt of the run left as the newest, else a new one.
 *
 * Where the job has an `environment:`, GitHub itself has made a deployment, and nothing is added to it: GitHub ends it
 * as the job ends, with a status that takes its link from `environment.url` alone, so a link of ours would be gone
 * within the minute; and a `success` of ours would make the older deployments inactive before the job is known to
 * succeed (docs.github.com: "Deploying with GitHub Actions"; hephaestus-build/Hephaestus#1828 tried it).
 *
 * Never rejects. Without a token, or where it is refused: one warning, and nothing is done from then on.
 */
export async function openDeployment(options: DeploymentOptions): Promise<GithubDeployment> {
  const { log, signal } = options
  const token = options.token?.trim()
  if (!token) {
    log.warning(`GitHub is not told about this deploy: there is no token. ${PERMISSION}`)
    return silent
  }
  const github = new Github(options, token)
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
  readonly #github: Github
  readonly #id: number
  readonly #log: Log
  #refused = false

  constructor(github: Github, id: number, log: Log) {
    this.#github = github
    this.#id = id
    this.#log = log
  }

  async update(state: DeploymentState, description: string, environmentUrl?: string): Promise<void> {
    if (this.#refused) return
    try {
      await this.#github.addStatus(this.#id, state, shortened(description), environmentUrl)
    } catch (error) {
      this.#refused = lacksPermission(error)
      this.#log.warning(this.#github.explain(error))
    }
  }
}

/** GitHub's deployments of one repository and environment, as this run needs them. */
class Github {
  readonly #options: DeploymentOptions
  readonly #token: string
  readonly #octokit: Octokit
  readonly #repository: { owner: string; repo: string }

  constructor(options: DeploymentOptions, token: string) {
    const { apiUrl, owner, repo } = options
    this.#options = options
    this.#token = token
    // Without `request`, which would replace the fetch that honours the proxy.
    this.#octokit = getOctokit(token, { baseUrl: apiUrl.replace(/\/+$/, ''), log: QUIET })
    this.#repository = { owner, repo }
  }

  /**
   * Those of the environment, the newest first. Not narrowed to the deployed commit: the job's own deployment is of the
   * commit that the workflow runs on, and `ref` may name another.
   */
  async deployments(signal?: AbortSignal): Promise<Listed[]> {
    const { environment } = this.#options
    const list = await this.#read(
      request => this.#octokit.rest.repos.listDeployments({ ...this.#repository, environment, per_page: 30, request }),
      signal
    )
    return newestFirst(list)
  }

  /**
   * Ours of the same run and commit, which a killed or failed attempt left. Only as the newest of its environment:
   * GitHub shows what was made last, so an older one would hide this deploy behind another.
   */
  ofEarlierAttempt([newest]: Listed[]): Listed | undefined {
    const { sha, runId } = this.#options
    return newest && newest.sha === sha && ourRun(newest) === runId ? newest : undefined
  }

  /**
   * Whether GitHub made one for the job: a deployment that has not ended and whose statuses link to this run
   * (`…/actions/runs/<run>/job/<job>`). One that has ended is another job's, such as an approval before this one.
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

  /** Makes one; its id. Sent once: where the answer is lost, it is looked for. */
  async create(): Promise<number> {
    try {
      const made = await this.#send<{ id: number } | { message?: string }>(request =>
        this.#octokit.rest.repos.createDeployment(this.#newDeployment(request))
      )
      if ('id' in made) return made.id
      throw new Error(made.message ?? 'GitHub made no deployment')
    } catch (error) {
      if (refusal(error) !== undefined) throw error
      await this.#options.clock.sleep(LOOK_AFTER)
      const made = this.ofEarlierAttempt(await this.deployments())
      if (!made) throw error
      return made.id
    }
  }

  /** Where the answer is lost, sends it again only if it is not the newest status. */
  async addStatus(id: number, state: DeploymentState, description: string, environmentUrl?: string): Promise<void> {
    const post: Request<unknown> = request =>
      this.#octokit.rest.repos.createDeploymentStatus({
        ...this.#repository,
        deployment_id: id,
        state,
        description,
        log_url: this.#options.runUrl,
        ...(environmentUrl !== undefined && { environment_url: environmentUrl }),
        request
      })
    try {
      await this.#send(post)
    } catch (error) {
      if (refusal(error) !== undefined) throw error
      await this.#options.clock.sleep(LOOK_AFTER)
      const [newest] = await this.#statuses(id)
      if (newest?.state !== state || newest.description !== description) await this.#send(post)
    }
  }

  /** What went wrong and what to do, on one line and without the token. */
  explain(error: unknown): string {
    const status = refusal(error)
    const said = errorText(error).replaceAll(this.#token, '***').replace(/\s+/g, ' ').slice(0, 300)
    const reason = status === undefined ? said : `${status}, ${said}`
    const next = lacksPermission(error) ? PERMISSION : 'The deploy goes on without it.'
    return `GitHub could not be told about this deploy (${reason}). ${next}`
  }

  #newDeployment(request: { signal: AbortSignal }) {
    const { sha, ref, environment, runId } = this.#options
    return {
      ...this.#repository,
      // The commit: a branch could have moved on since.
      ref: sha,
      environment,
      task: 'deploy',
      description: 'Deploy to Heroku',
      auto_merge: false,
      // None: what was deployed is told, not asked for.
      required_contexts: [],
      payload: { by: MAKER, run_id: runId, ref },
      request
    }
  }

  async #statuses(id: number, signal?: AbortSignal): Promise<ListedStatus[]> {
    const list = await this.#read(
      request =>
        this.#octokit.rest.repos.listDeploymentStatuses({
          ...this.#repository,
          deployment_id: id,
          per_page: 100,
          request
        }),
      signal
    )
    return newestFirst(list)
  }

  async #read<Data>(call: Request<Data>, signal?: AbortSignal): Promise<Data> {
    for (const wait of READ_AGAIN) {
      try {
        return await this.#send(call, signal)
      } catch (error) {
        if (refusal(error) !== undefined) throw error
        await this.#options.clock.sleep(wait, signal)
      }
    }
    return this.#send(call, signal)
  }

  /** Sends one request, once. */
  async #send<Data>(call: Request<Data>, signal?: AbortSignal): Promise<Data> {
    const late = new AbortController()
    const answered = this.#options.clock.after(PATIENCE, () =>
      late.abort(new Error(`GitHub did not answer within ${PATIENCE / 1000} seconds`))
    )
    try {
      const { data } = await call({ signal: signal ? AbortSignal.any([late.signal, signal]) : late.signal })
      // Octokit hands on what it cannot parse as text, also an answer that was cut off.
      if (typeof data !== 'object') throw new Error("GitHub's answer is not whole")
      return data
    } finally {
      answered()
    }
  }
}

/** The run that made a deployment of ours; undefined for one that others made. */
function ourRun({ payload }: Listed): string | undefined {
  const { by, run_id: run } = payloadFields(payload)
  return by === MAKER ? String(run) : undefined
}

/** GitHub hands a payload back as an object or as the JSON text of one. */
function payloadFields(payload: unknown): Record<string, unknown> {
  try {
    const value: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The status with which GitHub refused; undefined where it may have done what was asked. */
function refusal(error: unknown): number | undefined {
  const status = response(error)?.status
  return status !== undefined && status < 500 ? status : undefined
}

function lacksPermission(error: unknown): boolean {
  const status = refusal(error)
  return (status === 401 || status === 403 || status === 404) && !isRateLimit(error)
}

/** GitHub answers 403 to these too (docs.github.com: "Rate limits for the REST API"). */
function isRateLimit(error: unknown): boolean {
  const headers = response(error)?.headers ?? {}
  return headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined
}

/** Absent where none came: Octokit then makes up a status of 500. */
function response(error: unknown): { status: number; headers: Record<string, unknown> } | undefined {
  return (error as { response?: { status: number; headers: Record<string, unknown> } } | null)?.response
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
