import { readFile } from 'node:fs/promises'
import {
  downloadFile,
  findBaselines,
  mergeBase,
  parentsOf,
  type FoundBaseline,
  type Github
} from '../../github/index.ts'
import { type GithubJob, type Slice } from '../../inputs/index.ts'
import {
  LARGEST_REPORT,
  mergeHistories,
  parseReport,
  type Baseline,
  type HistoryPoint,
  type Report
} from '../../report/index.ts'
import { errorText, UserError, type Runtime } from '../../runtime/index.ts'
import { githubOf } from './github.ts'

/** What a report is compared with, and the sizes before it. */
export interface Before {
  readonly baseline?: Baseline
  /** Why there is none, if one was looked for. */
  readonly noBaseline?: string
  readonly history: readonly HistoryPoint[]
}

/** A pull request as far as it says what its base is. */
export interface BaseOf {
  readonly headSha: string
  readonly baseSha: string
  readonly baseBranch: string
  /** The commit to compare with, if it is known already. */
  readonly base?: string
}

const NOTHING: Before = { history: [] }

export type BaselineInputs = Slice<'baseline' | 'artifactName' | 'githubToken'>

/**
 * The report of the base: the file that the input names, or that of the base's commit or its nearest ancestor among the
 * repository's artifacts. Never fails: a base that is broken must not break what is compared with it.
 */
export async function findBefore(
  inputs: BaselineInputs,
  report: Report,
  pullRequest: BaseOf | undefined,
  job: GithubJob,
  runtime: Runtime
): Promise<Before> {
  if (inputs.baseline === 'none') return NOTHING
  if (inputs.baseline !== undefined) return fromFile(inputs.baseline)
  const { repository, runId } = job
  const github = githubOf(inputs.githubToken, job, runtime)
  if (!github) {
    if (repository === undefined || runId === undefined) return NOTHING
    return { ...NOTHING, noBaseline: 'give the action a github-token (permissions: actions: read, contents: read).' }
  }
  try {
    return await fromArtifacts(inputs.artifactName, github, report, pullRequest, job, runtime)
  } catch (error) {
    if (runtime.signal.aborted) throw error
    return {
      ...NOTHING,
      noBaseline: github.explain(error, '{ actions: read, contents: read }', 'The report is made without it.')
    }
  }
}

async function fromFile(file: string): Promise<Before> {
  try {
    const report = parseReport(await readFile(file, 'utf8'))
    return { baseline: { report, behind: 0 }, history: mergeHistories([report]) }
  } catch (error) {
    return { ...NOTHING, noBaseline: `the report that the input baseline names cannot be used: ${errorText(error)}.` }
  }
}

async function fromArtifacts(
  artifactName: string,
  github: Github,
  report: Report,
  pullRequest: BaseOf | undefined,
  job: GithubJob,
  runtime: Runtime
): Promise<Before> {
  const branch = pullRequest?.baseBranch ?? branchOf(job)
  const wanted = pullRequest?.base ?? (await baseCommit(github, report.source.commit, pullRequest))
  if (wanted === undefined) return { ...NOTHING, noBaseline: 'GitHub does not know the commit before this one.' }
  const found = await findBaselines(github, { name: artifactName, commit: wanted, branch })
  const reports: { of: FoundBaseline; report: Report }[] = []
  for (const of of found) {
    // The nearest one is the baseline; of the others only what its history lacks is needed.
    if (mergeHistories(reports.map(one => one.report)).some(({ commit }) => commit === of.commit)) continue
    try {
      const text = await downloadFile(github, of.artifact, {
        file: 'report.json',
        maxBytes: LARGEST_REPORT,
        ...downloads(runtime)
      })
      const read = parseReport(text)
      if (read.source.commit === of.commit) reports.push({ of, report: read })
      else
        runtime.log.info(
          `The report of run ${of.artifact.runId} is of another commit than ${of.commit}; it is not used`
        )
    } catch (error) {
      if (runtime.signal.aborted) throw error
      runtime.log.info(`The report of ${of.commit} cannot be used: ${errorText(error)}`)
    }
  }
  const [nearest] = reports
  if (!nearest) return { ...NOTHING, noBaseline: missing(wanted, branch, artifactName) }
  const { commit, behind, runUrl } = nearest.of
  runtime.log.info(`Compared with the report of ${commit} (${runUrl})`)
  return {
    baseline: { report: nearest.report, branch, wanted, behind, runUrl },
    history: mergeHistories(reports.map(one => one.report))
  }
}

function missing(wanted: string, branch: string, name: string): string {
  return `neither commit ${wanted.slice(0, 8)} nor an ancestor of it has an artifact ${name} of a build of its branch, ${branch}. The next push there records one.`
}

/** Where and how much is downloaded: the artifact holds the report's files, not the slug. */
export function downloads({ scratch, clock, signal }: Pick<Runtime, 'scratch' | 'clock' | 'signal'>) {
  return { maxZip: 60_000_000, into: scratch, clock, signal }
}

/**
 * The commit before what was measured. A pull request's build measures GitHub's merge of it into its base, whose first
 * parent is the base. If its own commit was built, the base is the commit where it branched off.
 */
async function baseCommit(
  github: Github,
  measured: string,
  pullRequest: BaseOf | undefined
): Promise<string | undefined> {
  const parents = await parentsOf(github, measured)
  if (!pullRequest) return parents?.[0]
  return mergedInto(parents, pullRequest) ?? branchedOff(github, pullRequest)
}

/**
 * The same for a report that the pull request's own build handed over, which could name any commit. One that is neither
 * the pull request's newest nor a merge of it is refused; and a merge into an older commit than the one where the branch
 * came off is none of GitHub's, so that it cannot choose what it is compared with.
 */
export async function baseOfForeign(github: Github, measured: string, pull: BaseOf): Promise<string> {
  const into = measured === pull.headSha ? undefined : mergedInto(await parentsOf(github, measured), pull)
  if (into === undefined && measured !== pull.headSha) {
    throw new UserError(
      `The report is of commit ${measured.slice(0, 8)}, which is neither the newest one of the pull request, ${pull.headSha.slice(0, 8)}, nor a merge of it`,
      'Build what GitHub checks out for `on: pull_request`, without the input `ref`.'
    )
  }
  const off = await branchedOff(github, pull)
  return into !== undefined && (await mergeBase(github, into, pull.headSha)) === off ? into : off
}

/** Where the pull request's branch came off its base branch. The base that GitHub names with it may be an older one. */
async function branchedOff(github: Github, { baseBranch, baseSha, headSha }: BaseOf): Promise<string> {
  return (await mergeBase(github, baseBranch, headSha)) ?? baseSha
}

function mergedInto(parents: readonly string[] | undefined, { headSha }: BaseOf): string | undefined {
  return parents?.length === 2 && parents[1] === headSha ? parents[0] : undefined
}

/** The branch whose builds are asked: the pushed one; for a tag the default one. */
function branchOf({ ref, event }: GithubJob): string {
  return /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1] ?? event.defaultBranch ?? 'main'
}
