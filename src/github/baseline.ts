import { artifactsNamed, runOf, type Artifact } from './artifacts.ts'
import { PER_PAGE, unlessUnknown, type Github } from './client.ts'

/** An artifact to compare with. */
export interface FoundBaseline {
  readonly artifact: Artifact
  readonly commit: string
  /** How many commits it lies before the wanted one; 0 for the wanted one itself. */
  readonly behind: number
  readonly runUrl: string
}

interface Wanted {
  /** Name of the artifacts. */
  readonly name: string
  /** The commit that is wanted; its ancestors will do. */
  readonly commit: string
  /** The branch on which it was built. */
  readonly branch: string
}

/** Pages of artifacts that are read, 100 each. */
const MOST_PAGES = 10
/** Baselines that are of use: the nearest to compare with, the others for what its history lacks. */
const MOST_FOUND = 6
/** Runs of which it is asked what started them. */
const MOST_ASKED = 20
/** Events that build a branch as it is. The run of a pull request has the SHA of its head, but built a merge commit. */
const EVENTS = new Set(['push', 'schedule', 'workflow_dispatch'])

/**
 * The artifacts of a commit and its ancestors that a build of their branch has made in this repository, the nearest first.
 * They are found by the commits' SHAs, for GitHub's lists promise no order. The caller has to check that the report inside
 * is of that commit.
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

/** The artifacts of all runs of a commit in this repository, the oldest first: that is the nearest to its deploy. */
export async function artifactsOfCommit(github: Github, name: string, commit: string): Promise<Artifact[]> {
  const found: Artifact[] = []
  for await (const page of artifactsNamed(github, name, MOST_PAGES)) {
    found.push(...page.filter(({ headSha, ownCode }) => ownCode && headSha === commit))
  }
  return found.sort((a, b) => a.id - b.id)
}

type Candidate = Omit<FoundBaseline, 'runUrl'>

/** The nearest first; for one commit, the newest first. */
async function candidates(github: Github, { name, commit: base, branch }: Wanted): Promise<Candidate[]> {
  const distance = await ancestors(github, base)
  const found: Candidate[] = []
  for await (const page of artifactsNamed(github, name, MOST_PAGES)) {
    for (const artifact of page) {
      const { headSha: commit, headBranch, ownCode } = artifact
      const behind = commit === undefined ? undefined : distance.get(commit)
      if (!ownCode || headBranch !== branch || commit === undefined || behind === undefined) continue
      found.push({ artifact, commit, behind })
    }
    if (found.some(({ behind }) => behind === 0)) break
  }
  return found.sort((a, b) => a.behind - b.behind || b.artifact.id - a.artifact.id)
}

/** A commit and its ancestors, each with the number of commits that it lies before it. */
async function ancestors(github: Github, commit: string): Promise<Map<string, number>> {
  const { octokit, repository } = github
  const commits = await unlessUnknown(() =>
    github.read(request => octokit.rest.repos.listCommits({ ...repository, sha: commit, per_page: PER_PAGE, request }))
  )
  return new Map(commits?.map(({ sha }, i) => [sha, i]))
}
