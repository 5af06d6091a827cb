import { LONGEST_BODY, upsertComment, type Github } from '../github/index.ts'
import { type Inputs, type InputsOf, type JobResults } from '../inputs/index.ts'
import { grownTooMuch, headline, judgedSizes, reaches, renderMarkdown, type Told } from '../report/index.ts'
import { UserError, type Runtime } from '../runtime/index.ts'
import { type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { githubOf } from './steps/github.ts'
import { reportOfThisJob, reportOfTriggeringRun, type FoundReport } from './steps/measured.ts'
import { lookAround } from './steps/told.ts'

/**
 * Creates or updates the size report's comment on a pull request: in the job that built (`pull_request`), or in one that
 * runs when that one has ended (`workflow_run`), which may write, as a fork's own job may not. Elsewhere there is
 * nothing to do.
 * A comment that GitHub refuses is a warning: whether the slug is good is for the build to say.
 */
export async function comment(inputs: InputsOf<'comment'>, { runtime, results, job }: CommandTools): Promise<Ending> {
  const github = githubOf(inputs.githubToken, job, runtime)
  if (!github) {
    throw new UserError(
      '`command: comment` needs a token of GitHub, and to run in a workflow',
      'Give `github-token: ${{ github.token }}`, and the job `permissions: pull-requests: write`.'
    )
  }
  const { workflowRun } = job.event
  const measured = workflowRun
    ? await reportOfTriggeringRun(inputs, github, workflowRun, job, runtime)
    : await reportOfThisJob(inputs, github, job, runtime.log)
  if (!measured) return { outcome: 'nothing-to-do', headline: 'There is no report to comment on' }
  const { report, pullRequest, run, config, foreign } = measured
  const around = await lookAround(inputs, report, { app: config.app, pullRequest }, job, runtime)
  const told = { ...around, runUrl: run.url, measuredBy: foreign ? pullRequest.number : undefined }
  const body = renderMarkdown(told, LONGEST_BODY)
  results.output('comment-body', body)
  if (!measured.toldBefore) await results.summary(renderMarkdown(told))
  await write(github, measured, body, isWorthAComment(told, inputs.commentThreshold), runtime, results)
  runtime.log.info(headline(told))
  return { headline: `Comment on pull request ${pullRequest.number}: ${headline(told)}` }
}

/** A pull request that changes nothing of note gets no comment; one that is there is updated all the same. */
function isWorthAComment(
  { report, baseline, comparison, maxGrowth }: Told,
  threshold: Inputs['commentThreshold']
): boolean {
  const { problem, chosen } = report.verdict
  if (!judgedSizes(report).fits || problem !== undefined || comparison?.change === undefined) return true
  if (baseline?.report.verdict.chosen !== chosen) return true
  if (maxGrowth && grownTooMuch(comparison, maxGrowth).length > 0) return true
  return comparison.sizes.some(({ head, base }) => base === undefined || reaches(head - base, base, threshold))
}

async function write(
  github: Github,
  { pullRequest, run, config }: FoundReport,
  body: string,
  createIf: boolean,
  { log, signal }: Runtime,
  results: JobResults
): Promise<void> {
  try {
    const key = config.app ?? 'slug'
    const { outcome, url } = await upsertComment(github, {
      pullRequest: pullRequest.number,
      key,
      body,
      run,
      createIf,
      log
    })
    log.info(`Comment on pull request ${pullRequest.number}: ${outcome}${url === undefined ? '' : ` (${url})`}`)
    if (url !== undefined) results.output('comment-url', url)
  } catch (error) {
    if (signal.aborted) throw error
    log.warning(
      github.explain(
        error,
        'pull-requests: write',
        'The report stands in the summary of this job and in `comment-body`.'
      )
    )
  }
}
