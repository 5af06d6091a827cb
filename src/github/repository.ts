import { unlessUnknown, type Github } from './client.ts'

interface RepositoryState {
  readonly isPrivate: boolean
  /** Milliseconds since 1970 of the last push to any branch. */
  readonly pushedAt: number | undefined
  /** Workflows that GitHub has switched off, and why (docs.github.com: disabling and enabling a workflow). */
  readonly off: readonly { readonly name: string; readonly path: string; readonly why: 'inactivity' | 'fork' }[]
}

const WHY = new Map([
  ['disabled_inactivity', 'inactivity'],
  ['disabled_fork', 'fork']
] as const)

/** What the check of schedules needs to know of the repository. Needs `contents: read` and `actions: read`. */
export async function repositoryState(github: Github): Promise<RepositoryState> {
  const { octokit, repository } = github
  const [about, { workflows }] = await Promise.all([
    github.read(request => octokit.rest.repos.get({ ...repository, request })),
    github.read(request => octokit.rest.actions.listRepoWorkflows({ ...repository, per_page: 100, request }))
  ])
  const pushed = Date.parse(about.pushed_at ?? '')
  return {
    isPrivate: about.private,
    pushedAt: Number.isNaN(pushed) ? undefined : pushed,
    off: workflows.flatMap(({ name, path, state }) => {
      const why = WHY.get(state as 'disabled_inactivity')
      return why === undefined ? [] : [{ name, path, why }]
    })
  }
}

/** Names of a run's jobs that have failed. Needs `actions: read`. */
export async function failedJobs(github: Github, runId: number): Promise<string[]> {
  const { octokit, repository } = github
  const { jobs } = await github.read(request =>
    octokit.rest.actions.listJobsForWorkflowRun({ ...repository, run_id: runId, per_page: 100, request })
  )
  return jobs.filter(({ conclusion }) => conclusion === 'failure').map(({ name }) => name)
}

interface NewestRelease {
  readonly tag: string
  /** Milliseconds since 1970. */
  readonly publishedAt: number
}

/** The newest release of any public repository; undefined if it has none. */
export async function newestRelease(github: Github, name: string): Promise<NewestRelease | undefined> {
  const { octokit } = github
  const [owner = '', repo = ''] = name.split('/')
  const found = await unlessUnknown(() =>
    github.read(request => octokit.rest.repos.getLatestRelease({ owner, repo, request }))
  )
  const publishedAt = Date.parse(found?.published_at ?? '')
  return found && !Number.isNaN(publishedAt) ? { tag: found.tag_name, publishedAt } : undefined
}
