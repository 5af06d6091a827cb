import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type GithubEvent } from '../../config/index.ts'
import { loadConfig, mergeInputs, type Config } from '../../config/index.ts'
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
import { judgedBy, LARGEST_REPORT, parseReport, type Report } from '../../report/index.ts'
import { errorText, UserError } from '../../runtime/index.ts'
import { LIMITS } from '../../knowledge/index.ts'
import type { Context } from '../context.ts'
import { baseOfForeign, downloads, type BaseOf } from './baseline.ts'
import { runUrl } from './github.ts'
import { readConfig } from './source.ts'

type WorkflowRun = NonNullable<GithubEvent['workflowRun']>

/** What is to be told, and where. */
export interface Measured {
  readonly report: Report
  readonly pullRequest: BaseOf & { readonly number: number }
  /** The run that measured it. */
  readonly run: { readonly id: number; readonly attempt: number; readonly url: string | undefined }
  /** Names the app: from the checkout in the job that built, from the default branch where another one did. */
  readonly config: Config
  /** It is of a fork or another job: nothing but figures and names of it is shown. */
  readonly foreign: boolean
  /** The build has written it into this job's summary. */
  readonly toldBefore: boolean
}

/** The report that an earlier step of this job wrote for its pull request; undefined where the job is of none. */
export async function reportOfThisJob(context: Context, github: Github): Promise<Measured | undefined> {
  const { inputs, runtime } = context
  const { event, runId, runAttempt } = inputs.github
  if (!event.pullRequest) {
    runtime.log.info(
      `This job is of no pull request (event: ${event.name ?? 'none'}), so there is nothing to comment on.`
    )
    return undefined
  }
  const report = parseReport(await readText(inputs.report ?? path.join(inputs.outputDir, 'report.json')))
  const run = { id: Number(runId), attempt: Number(runAttempt ?? 1), url: runUrl(context) }
  const { pullRequest } = event
  const own = pullRequest.headRepository?.toLowerCase() === inputs.github.repository?.toLowerCase()
  if (own) return { report, pullRequest, run, config: readConfig(context), foreign: false, toldBefore: true }
  const judged = await whereAllowed(context, github, 'contents: read', () =>
    judgedHere(context, github, report, pullRequest)
  )
  return judged && { ...judged, run, foreign: true, toldBefore: true }
}

/**
 * The report of the run that started this one, for its pull request. That run may be a fork's: its artifact is read as
 * hostile, the pull request is found by what GitHub says of the run, and the app and the limit come from here.
 */
export async function reportOfTriggeringRun(
  context: Context,
  github: Github,
  run: WorkflowRun
): Promise<Measured | undefined> {
  const { log } = context.runtime
  if (run.event !== 'pull_request') {
    log.info(`The run that started this one is of no pull request (event: ${run.event}); nothing to comment on.`)
    return undefined
  }
  const allowed = <Found>(permission: string, find: () => Promise<Found>) =>
    whereAllowed(context, github, permission, find)
  const pullRequest = await allowed('pull-requests: write', () => pullRequestOf(context, github, run))
  if (!pullRequest) return undefined
  const text = await allowed('actions: read', () => reportText(context, github, run))
  if (text === undefined) return undefined
  const judged = await allowed('contents: read', () => judgedHere(context, github, parseReport(text), pullRequest))
  return judged && { ...judged, run: { ...run, url: runUrl(context, `${run.id}`) }, foreign: true, toldBefore: false }
}

/** What GitHub refuses to a token is a warning that names the permission, and nothing is told. */
async function whereAllowed<Found>(
  { runtime }: Context,
  github: Github,
  permission: string,
  find: () => Promise<Found>
): Promise<Found | undefined> {
  try {
    return await find()
  } catch (error) {
    if (!lacksPermission(error)) throw error
    runtime.log.warning(github.explain(error, permission, 'There is no comment without it.'))
    return undefined
  }
}

/**
 * The report of a pull request's own build, judged by the default branch's config and this job's inputs: nothing is
 * checked out here, and a pull request must not choose its app, its limit or what it is compared with.
 */
async function judgedHere<Pull extends BaseOf>(
  { inputs }: Context,
  github: Github,
  report: Report,
  pull: Pull
): Promise<{ report: Report; config: Config; pullRequest: Pull }> {
  const branch = inputs.github.event.defaultBranch ?? (await defaultBranch(github))
  const config = mergeInputs(loadConfig(await readFileAt(github, inputs.config, branch), inputs.config), inputs)
  const heroku = { warnsAt: LIMITS.slugWarns, stopsAt: LIMITS.slugStops }
  const base = await baseOfForeign(github, report.source.commit, pull)
  return {
    report: judgedBy(report, { limit: config.slug.limit, ...heroku }),
    config,
    pullRequest: { ...pull, base }
  }
}

async function pullRequestOf(
  { inputs, runtime }: Context,
  github: Github,
  { headSha, headRepository, headBranch }: WorkflowRun
): Promise<PullRequest | undefined> {
  if (headRepository === undefined || headBranch === undefined) {
    runtime.log.warning('The repository or the branch of the pull request is gone; nothing to comment on.')
    return undefined
  }
  const found = await findPullRequests(github, { headSha, headRepository, headBranch })
  if (found.length === 1) return found[0]
  runtime.log.warning(
    found.length === 0
      ? `No open pull request of ${inputs.github.repository} has ${headSha.slice(0, 8)} as its newest commit: it was closed, or has moved on, and its next build will be told.`
      : `${found.length} open pull requests are of this one commit and branch (${found.map(({ number }) => `#${number}`).join(', ')}); which of them was built is not known, so none is commented on.`
  )
  return undefined
}

async function reportText(context: Context, github: Github, run: WorkflowRun): Promise<string | undefined> {
  const { inputs, runtime } = context
  if (inputs.report !== undefined) return readText(inputs.report)
  const [artifact] = await artifactsOfRun(github, run.id, inputs.artifactName)
  if (artifact)
    return downloadFile(github, artifact, { file: 'report.json', maxBytes: LARGEST_REPORT, ...downloads(context) })
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
