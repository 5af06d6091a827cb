/**
 * A deployment with its statuses on GitHub: what the repository's page shows under "Deployments".
 * It is only told there. Whatever GitHub answers, a deploy never fails because of it.
 */
import { type Clock, type Log } from '../runtime/index.ts'
import { Github, lacksPermission } from './client.ts'

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

type Octokit = Github['octokit']
type Listed = Awaited<ReturnType<Octokit['rest']['repos']['listDeployments']>>['data'][number]
type ListedStatus = Awaited<ReturnType<Octokit['rest']['repos']['listDeploymentStatuses']>>['data'][number]

/** In the payload of our deployments: who made them. */
const MAKER = 'mastodon-on-heroku'
/** docs.github.com: REST API, "Create a deployment status". */
const LONGEST_DESCRIPTION = 140
/** How many deployments made by others we look into for this run: each is one request. */
const LOOKED_INTO = 10
const ENDED = new Set(['success', 'failure', 'error', 'inactive'])
const PERMISSION = 'deployments: write'
const ALL_THE_SAME = 'The deploy goes on without telling GitHub.'

/** What ends an update is the answer alone: a cancelled deploy is told, too. */
const NEVER = new AbortController().signal

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
      await this.#github.addStatus(this.#id, state, shortened(description), environmentUrl)
    } catch (error) {
      this.#refused = lacksPermission(error)
      this.#log.warning(this.#github.explain(error))
    }
  }
}

/** GitHub's deployments of one repository and environment, as this run needs them. */
class Deployments {
  readonly #options: DeploymentOptions
  readonly #github: Github

  constructor(options: DeploymentOptions, token: string) {
    this.#options = options
    this.#github = new Github({ ...options, token, repository: `${options.owner}/${options.repo}` })
  }

  /**
   * Those of the environment, the newest first. Not narrowed to the deployed commit: the job's own deployment is of the
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

  /** Where the answer is lost, sends it again only if it is not the newest status. */
  async addStatus(id: number, state: DeploymentState, description: string, environmentUrl?: string): Promise<void> {
    const { octokit, repository } = this.#github
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

function newestFirst<Item extends { id: number }>(list: Item[]): Item[] {
  return list.toSorted((one, other) => other.id - one.id)
}

function shortened(description: string): string {
  const characters = [...description]
  return characters.length <= LONGEST_DESCRIPTION
    ? description
    : `${characters.slice(0, LONGEST_DESCRIPTION - 1).join('')}…`
}
