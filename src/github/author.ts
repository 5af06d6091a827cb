import { isRefused, type Github } from './client.ts'

/** The author of something, as GitHub lists it. */
export interface Author {
  readonly login: string
  readonly type: string
}

/** The author of all that a job's own token writes. */
const ACTIONS = 'github-actions[bot]'

/**
 * The login that a token writes under: the job's own, an app's, or a person's. GraphQL tells all three (PSModule/GitHub#154;
 * marocchino/sticky-pull-request-comment: src/comment.ts), REST only a person's. If both refuse, it is a job's own token.
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

/** Whether an author is that login. For an app, REST says `name[bot]`, and GraphQL perhaps `name`. A person `name` is another. */
export function isSame({ login, type }: Author, me: string): boolean {
  return login === me || (type === 'Bot' && login === `${me}[bot]`)
}

/** A key as it stands in a hidden marker: nothing in it can end the HTML comment. */
export function encoded(key: string): string {
  return encodeURIComponent(key).replaceAll('-', '%2D')
}
