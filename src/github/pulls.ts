import { unlessUnknown, type Github } from './client.ts'

export interface PullRequest {
  readonly number: number
  readonly headSha: string
  readonly baseSha: string
  readonly baseBranch: string
}

/** Where the code of a run came from, as GitHub says it. */
interface Head {
  readonly headSha: string
  /** `owner/name`. */
  readonly headRepository: string
  readonly headBranch: string
}

/**
 * The open pull requests of this repository whose head is that commit of that branch and repository. All three must fit:
 * a commit may be in many forks, and so may a branch name.
 */
export async function findPullRequests(
  github: Github,
  { headSha, headRepository, headBranch }: Head
): Promise<PullRequest[]> {
  const { octokit, repository } = github
  const [owner = ''] = headRepository.split('/')
  const pulls = await github.read(request =>
    octokit.rest.pulls.list({ ...repository, state: 'open', head: `${owner}:${headBranch}`, per_page: 100, request })
  )
  const sameName = (name: string | undefined): boolean => name?.toLowerCase() === headRepository.toLowerCase()
  return pulls
    .filter(
      ({ state, head }) =>
        state === 'open' &&
        head.sha === headSha &&
        head.ref === headBranch &&
        sameName((head.repo as { full_name?: string } | null)?.full_name)
    )
    .map(({ number, base }) => ({ number, headSha, baseSha: base.sha, baseBranch: base.ref }))
}

/** The merge base of two commits; undefined if GitHub does not know them. */
export function mergeBase(github: Github, base: string, head: string): Promise<string | undefined> {
  const { octokit, repository } = github
  return unlessUnknown(async () => {
    const basehead = `${base}...${head}`
    const { merge_base_commit: commit } = await github.read(request =>
      octokit.rest.repos.compareCommitsWithBasehead({ ...repository, basehead, per_page: 1, request })
    )
    return commit.sha
  })
}

/** The parents of a commit, in their order; undefined if GitHub does not know it. */
export function parentsOf(github: Github, commit: string): Promise<string[] | undefined> {
  const { octokit, repository } = github
  return unlessUnknown(async () => {
    const { parents } = await github.read(request =>
      octokit.rest.git.getCommit({ ...repository, commit_sha: commit, request })
    )
    return parents.map(({ sha }) => sha)
  })
}

/** The text of a file at a commit or branch; undefined if it is not there. */
export function readFileAt(github: Github, path: string, ref: string): Promise<string | undefined> {
  const { octokit, repository } = github
  return unlessUnknown(async () => {
    const data: unknown = await github.read(request =>
      octokit.rest.repos.getContent({ ...repository, path, ref, mediaType: { format: 'raw' }, request })
    )
    if (typeof data === 'string') return data
    if (data instanceof ArrayBuffer) return new TextDecoder('utf-8', { fatal: true }).decode(data)
    throw new Error(`${path} is not a file`)
  })
}

/** The repository's default branch. */
export async function defaultBranch(github: Github): Promise<string> {
  const { octokit, repository } = github
  const { default_branch: branch } = await github.read(request => octokit.rest.repos.get({ ...repository, request }))
  return branch
}
