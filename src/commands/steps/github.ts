import { Github } from '../../github/index.ts'
import type { Context } from '../context.ts'

/** GitHub as the job's token reaches it; undefined without a token or outside a job. */
export function githubOf({ inputs, runtime }: Context): Github | undefined {
  const { repository, apiUrl } = inputs.github
  if (inputs.githubToken === undefined || repository === undefined) return undefined
  return new Github({ apiUrl, token: inputs.githubToken, repository, ...runtime })
}

/** `https://github.com/owner/name`. */
export function repositoryUrl({ inputs }: Context): string | undefined {
  const { repository, serverUrl } = inputs.github
  return repository !== undefined && /^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(repository)
    ? `${serverUrl}/${repository}`
    : undefined
}

/** Page of a run, by default of this one. */
export function runUrl(context: Context, id = context.inputs.github.runId): string | undefined {
  const repository = repositoryUrl(context)
  return repository === undefined || id === undefined ? undefined : `${repository}/actions/runs/${id}`
}
