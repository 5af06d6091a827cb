import { isRefused, type Github } from './client.ts'

/** Who wrote something, as GitHub's lists say it. */
export interface Author {
  readonly login: string
  readonly type: string
}

/** The author of what a job's own token writes. */
const ACTIONS = 'github-actions[bot]'

/**
 * Who the token is: GitHub's own, an app's, or a person's. GraphQL tells all of them (PSModule/GitHub#154;
 * marocchino/sticky-pull-request-comment: src/comment.ts), REST a person only. Refused by both, it is a job's own token.
 */
export async function ownLogin(github: Github): Promise<string> {
  const { octokit } = github
  try {
    const { viewer } = await github.read(async request => ({
      data: await octokit.graphql<{ viewer: { login: string } }>('{ viewer { login } }', { request })
    }))
    return viewer.login
  } catch (error) {
    if (!isRefused(error)) throw error
  }
  try {
    return (await github.read(request => octokit.rest.users.getAuthenticated({ request }))).login
  } catch (error) {
    if (!isRefused(error)) throw error
    return ACTIONS
  }
}

/** REST writes `name[bot]` for an app, where GraphQL may leave the end out. A person called `name` is another. */
export function isSame({ login, type }: Author, me: string): boolean {
  return login === me || (type === 'Bot' && login === `${me}[bot]`)
}

/** For a hidden marker: nothing in it can end the HTML comment. */
export function encoded(key: string): string {
  return encodeURIComponent(key).replaceAll('-', '%2D')
}
