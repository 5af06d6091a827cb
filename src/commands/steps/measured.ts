import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { loadConfig, override, type Config } from '../../config/index.ts'
import {
  artifactsOfRun,
  defaultBranch,
  downloadFile,
  findPullRequests,
  lacksPermission,
  readFileAt,
  type Github,
  type PullRequest
} from '../../github/index.ts'
import { type GithubJob, type Slice, type WorkflowRunEvent } from '../../inputs/index.ts'
import { judgedBy, LARGEST_REPORT, parseReport, type Report } from '../../report/index.ts'
import { LIMITS } from '../../knowledge/index.ts'
import { errorText, UserError, type Log, type Runtime } from '../../runtime/index.ts'
import { baseOfForeign, downloads, type BaseOf } from './baseline.ts'
import { runUrl } from './github.ts'
import { readConfig } from './source.ts'

type ReportInputs = Slice<'report' | 'artifactName'>
type JudgeInputs = Slice<'config' | 'app' | 'slugLimit'>

/** What is to be told, and where. */
export interface FoundReport {
  readonly report: Report
  readonly pullRequest: BaseOf & { readonly number: number }
  /** The run that measured it. */
  readonly run: { readonly id: number; readonly attempt: number; readonly url: string | undefined }
  /** Names the app: from the checkout in the job that built, from the default branch if another one did. */
  readonly config: Config
  /** It is of a fork or another job: nothing but figures and names of it is shown. */
  readonly foreign: boolean
  /** The build has written it into this job's summary. */
  readonly toldBefore: boolean
}

/** The report that an earlier step of this job wrote for its pull request; undefined if the job is of none. */
export async function reportOfThisJob(
  inputs: JudgeInputs & Slice<'path' | 'report' | 'outputDir'>,
  github: Github,
  job: GithubJob,
  log: Log
): Promise<FoundReport | undefined> {
  const { event, runId, runAttempt } = job
  if (!event.pullRequest) {
    log.info(`This job is of no pull request (event: ${event.name ?? 'none'}), so there is nothing to comment on.`)
    return undefined
  }
  const report = parseReport(await readText(inputs.report ?? path.join(inputs.outputDir, 'report.json')))
  const run = { id: Number(runId), attempt: Number(runAttempt ?? 1), url: runUrl(job) }
  const { pullRequest } = event
  const own = pullRequest.headRepository?.toLowerCase() === job.repository?.toLowerCase()
  if (own) {
    const config = readConfig(inputs, { app: inputs.app })
    return { report, pullRequest, run, config, foreign: false, toldBefore: true }
  }
  const judged = await whereAllowed(github, 'contents: read', log, () =>
    judgedHere(inputs, github, report, pullRequest, event.defaultBranch)
  )
  return judged && { ...judged, run, foreign: true, toldBefore: true }
}

/**
 * The report of the run that started this one, for its pull request. That run may be a fork's: its artifact is read as
 * hostile, the pull request is found by what GitHub says of the run, and the app and the limit come from here.
 */
export async function reportOfTriggeringRun(
  inputs: ReportInputs & JudgeInputs,
  github: Github,
  run: WorkflowRunEvent,
  job: GithubJob,
  runtime: Runtime
): Promise<FoundReport | undefined> {
  const { log } = runtime
  if (run.event !== 'pull_request') {
    log.info(`The run that started this one is of no pull request (event: ${run.event}); nothing to comment on.`)
    return undefined
  }
  const allowed = <Found>(permission: string, find: () => Promise<Found>) => whereAllowed(github, permission, log, find)
  const pullRequest = await allowed('pull-requests: write', () => pullRequestOf(github, run, job.repository, log))
  if (!pullRequest) return undefined
  const text = await allowed('actions: read', () => reportText(inputs, github, run, runtime))
  if (text === undefined) return undefined
  const judged = await allowed('contents: read', () =>
    judgedHere(inputs, github, parseReport(text), pullRequest, job.event.defaultBranch)
  )
  return judged && { ...judged, run: { ...run, url: runUrl(job, `${run.id}`) }, foreign: true, toldBefore: false }
}

/** What GitHub refuses to a token is a warning that names the permission, and nothing is told. */
async function whereAllowed<Found>(
  github: Github,
  permission: string,
  log: Log,
  find: () => Promise<Found>
): Promise<Found | undefined> {
  try {
    return await find()
  } catch (error) {
    if (!lacksPermission(error)) throw error
    log.warning(github.explain(error, permission, 'There is no comment without it.'))
    return undefined
  }
}

/**
 * The report of a pull request's own build, judged by the default branch's config and this job's inputs: nothing is
 * checked out here, and a pull request must not choose its app, its limit or what it is compared with.
 */
async function judgedHere<Pull extends BaseOf>(
  inputs: JudgeInputs,
  github: Github,
  report: Report,
  pull: Pull,
  knownBranch: string | undefined
): Promise<{ report: Report; config: Config; pullRequest: Pull }> {
  const branch = knownBranch ?? (await defaultBranch(github))
  const { app, slugLimit } = inputs
  const file = loadConfig(await readFileAt(github, inputs.config, branch), inputs.config)
  const config = override(file, { app, slugLimit })
  const heroku = { warnsAt: LIMITS.slugWarns, stopsAt: LIMITS.slugStops }
  const base = await baseOfForeign(github, report.source.commit, pull)
  return {
    report: judgedBy(report, { limit: config.slug.limit, ...heroku }),
    config,
    pullRequest: { ...pull, base }
  }
}

async function pullRequestOf(
  github: Github,
  { headSha, headRepository, headBranch }: WorkflowRunEvent,
  repository: string | undefined,
  log: Log
): Promise<PullRequest | undefined> {
  if (headRepository === undefined || headBranch === undefined) {
    log.warning('The repository or the branch of the pull request is gone; nothing to comment on.')
    return undefined
  }
  const found = await findPullRequests(github, { headSha, headRepository, headBranch })
  if (found.length === 1) return found[0]
  log.warning(
    found.length === 0
      ? `No open pull request of ${repository} has ${headSha.slice(0, 8)} as its newest commit: it was closed, or has moved on, and its next build will be told.`
      : `${found.length} open pull requests are of this one commit and branch (${found.map(({ number }) => `#${number}`).join(', ')}); which of them was built is not known, so none is commented on.`
  )
  return undefined
}

async function reportText(
  inputs: ReportInputs,
  github: Github,
  run: WorkflowRunEvent,
  runtime: Runtime
): Promise<string | undefined> {
  if (inputs.report !== undefined) return readText(inputs.report)
  const [artifact] = await artifactsOfRun(github, run.id, inputs.artifactName)
  if (artifact)
    return downloadFile(github, artifact, { file: 'report.json', maxBytes: LARGEST_REPORT, ...downloads(runtime) })
  runtime.log.warning(
    `The run ${run.id} left no artifact "${inputs.artifactName}": its build did not get that far, or has another \`artifact-name\`.`
  )
  return undefined
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(
      `There is no report to read: ${errorText(error)}`,
      'Let `command: build` run before it in the same job, or name its report.json with the input `report`.'
    )
  })
}
