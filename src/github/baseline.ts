import { artifactsNamed, runOf, type Artifact } from './artifacts.ts'
import { PER_PAGE, unlessUnknown, type Github } from './client.ts'

export interface FoundBaseline {
  readonly artifact: Artifact
  readonly commit: string
  /** Commits between the wanted one and this; 0 for the wanted one itself. */
  readonly behind: number
  readonly runUrl: string
}

export interface Wanted {
  /** Name of the artifacts. */
  readonly name: string
  /** The base. */
  readonly commit: string
  /** The branch on which it was built. */
  readonly branch: string
}

/** Pages of artifacts that are looked through, 100 each. */
const MOST_PAGES = 10
/** As many as are of use: the nearest to compare with, the others for what its history lacks. */
const MOST_FOUND = 6
/** Runs that are asked what started them. */
const MOST_ASKED = 20
/** What builds a branch as it is. A pull request's run carries the SHA of its head, and has built something else. */
const EVENTS = new Set(['push', 'schedule', 'workflow_dispatch'])

/**
 * The artifacts of a commit and its ancestors, the nearest first: made by a build of its branch, in this repository.
 * They are found by the commits' SHAs, never by their order in a list, which GitHub does not promise. That the report
 * inside is of that commit is for the caller to see.
 */
export async function findBaselines(github: Github, wanted: Wanted): Promise<FoundBaseline[]> {
  const found = new Map<string, FoundBaseline>()
  for (const { artifact, commit, behind } of (await candidates(github, wanted)).slice(0, MOST_ASKED)) {
    if (found.size === MOST_FOUND) break
    if (found.has(commit)) continue
    const run = await unlessUnknown(() => runOf(github, artifact.runId))
    if (run && EVENTS.has(run.event)) found.set(commit, { artifact, commit, behind, runUrl: run.url })
  }
  return [...found.values()]
}

/** All artifacts of a commit's own runs, the oldest first: the nearest to when it was deployed. */
export async function artifactsOfCommit(github: Github, name: string, commit: string): Promise<Artifact[]> {
  const found: Artifact[] = []
  for await (const page of artifactsNamed(github, name, MOST_PAGES)) {
    found.push(...page.filter(({ headSha, ownCode }) => ownCode && headSha === commit))
  }
  return found.sort((a, b) => a.id - b.id)
}

type Candidate = Omit<FoundBaseline, 'runUrl'>

/** The nearest first; of one commit the newest. */
async function candidates(github: Github, { name, commit: base, branch }: Wanted): Promise<Candidate[]> {
  const distance = await ancestors(github, base)
  const candidates: Candidate[] = []
  for await (const page of artifactsNamed(github, name, MOST_PAGES)) {
    for (const artifact of page) {
      const { headSha: commit, headBranch, ownCode } = artifact
      const behind = commit === undefined ? undefined : distance.get(commit)
      if (!ownCode || headBranch !== branch || commit === undefined || behind === undefined) continue
      candidates.push({ artifact, commit, behind })
    }
    if (candidates.some(({ behind }) => behind === 0)) break
  }
  return candidates.sort((a, b) => a.behind - b.behind || b.artifact.id - a.artifact.id)
}

/** A commit and those before it, each with its place in that order. */
async function ancestors(github: Github, commit: string): Promise<Map<string, number>> {
  const { octokit, repository } = github
  const commits = await unlessUnknown(() =>
    github.read(request => octokit.rest.repos.listCommits({ ...repository, sha: commit, per_page: PER_PAGE, request }))
  )
  return new Map(commits?.map(({ sha }, i) => [sha, i]))
}
