import { Github } from '../../github/index.ts'
import { type GithubJob } from '../../inputs/index.ts'
import { type Runtime } from '../../runtime/index.ts'

/** GitHub as a token reaches it; undefined without a token or outside a job. */
export function githubOf(
  token: string | undefined,
  { repository, apiUrl }: Pick<GithubJob, 'repository' | 'apiUrl'>,
  runtime: Runtime
): Github | undefined {
  if (token === undefined || repository === undefined) return undefined
  return new Github({ apiUrl, token, repository, ...runtime })
}

/** `https://github.com/owner/name`. */
export function repositoryUrl({
  repository,
  serverUrl
}: Pick<GithubJob, 'repository' | 'serverUrl'>): string | undefined {
  return repository !== undefined && /^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(repository)
    ? `${serverUrl}/${repository}`
    : undefined
}

/** Page of a run, by default of this one. */
export function runUrl(job: GithubJob, id = job.runId): string | undefined {
  const repository = repositoryUrl(job)
  return repository === undefined || id === undefined ? undefined : `${repository}/actions/runs/${id}`
}
