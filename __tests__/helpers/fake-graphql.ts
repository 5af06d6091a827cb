import { type Answer } from './fake-github.ts'
import { type FakeRepository } from './fake-repository.ts'

interface Asked {
  readonly query?: string
  readonly variables?: { readonly input?: Readonly<Record<string, string>> }
}

/**
 * GitHub's GraphQL API, as far as `gh pr create` and `gh workflow run` ask it (cli/cli: api/queries_repo.go, queries_pr.go)
 * and we ask who we are.
 */
export function answerQuery(body: Asked, login: string, repository: FakeRepository): Answer {
  const { query = '', variables } = body
  const name = /(?:query|mutation) (\w+)/.exec(query)?.[1]
  if (name === undefined) return { status: 200, body: { data: { viewer: { login } } } }
  const data = ANSWERS[name]?.(repository, variables?.input ?? {}) ?? new Error(`This GitHub does not know ${name}`)
  return { status: 200, body: data instanceof Error ? { data: null, errors: [{ message: data.message }] } : { data } }
}

type Data = Record<string, unknown>

const ANSWERS: Readonly<
  Record<string, (repository: FakeRepository, input: Readonly<Record<string, string>>) => Data | Error>
> = {
  RepositoryInfo: repository => ({ repository: shown(repository) }),
  RepositoryNetwork: repository => ({ repo_000: shown(repository) }),
  PullRequestForBranch: () => ({ repository: { pullRequests: { nodes: [] } } }),
  PullRequestCreate: (repository, input) => {
    const [head = '', base = ''] = [input['headRefName'], input['baseRefName']]
    const [from, into] = [repository.branches.get(head), repository.branches.get(base)]
    if (from === undefined || into === undefined || from === into)
      return new Error(`No commits between ${base} and ${head}`)
    const pull = { head: { sha: from, ref: head, repo: 'owner/fork' }, base: { sha: into, ref: base } }
    const { number } = repository.addPull({ number: 1, ...pull, title: input['title'], body: input['body'] })
    return {
      createPullRequest: { pullRequest: { id: `PR_${number}`, url: `https://github.com/owner/fork/pull/${number}` } }
    }
  }
}

function shown({ defaultBranch, hasIssues }: FakeRepository): Data {
  return {
    id: 'R_1',
    name: 'fork',
    owner: { login: 'owner' },
    hasIssuesEnabled: hasIssues,
    hasWikiEnabled: false,
    viewerPermission: 'ADMIN',
    defaultBranchRef: { name: defaultBranch },
    parent: null
  }
}
