import { LONGEST_BODY, upsertComment, type Github } from '../github/index.ts'
import { grownTooMuch, judgedSizes, reaches, renderMarkdown, type Told } from '../report/index.ts'
import { UserError } from '../runtime/index.ts'
import type { Context } from './context.ts'
import { githubOf } from './steps/github.ts'
import { reportOfThisJob, reportOfTriggeringRun, type Measured } from './steps/measured.ts'
import { lookAround } from './steps/told.ts'

/**
 * Creates or updates the size report's comment on a pull request: in the job that built (`pull_request`), or in one that
 * runs when that one has ended (`workflow_run`), which may write where a fork's may not. Elsewhere there is nothing to do.
 * A comment that GitHub refuses is a warning: whether the slug is good is for the build to say.
 */
export async function comment(context: Context): Promise<void> {
  const { inputs, results, runtime } = context
  const github = githubOf(context)
  if (!github) {
    throw new UserError(
      '`command: comment` needs a token of GitHub, and to run in a workflow',
      'Give `github-token: ${{ github.token }}`, and the job `permissions: pull-requests: write`.'
    )
  }
  const measured = inputs.github.event.workflowRun
    ? await reportOfTriggeringRun(context, github, inputs.github.event.workflowRun)
    : await reportOfThisJob(context, github)
  if (!measured) return
  const told = await tellOf(context, measured)
  const body = renderMarkdown(told, LONGEST_BODY)
  results.output('comment-body', body)
  if (!measured.toldBefore) await results.summary(renderMarkdown(told))
  await write(context, github, measured, body, isWorthAComment(context, told))
  runtime.log.info(body.split('\n')[0]!.replace(/^## /, ''))
}

async function tellOf(context: Context, { report, pullRequest, run, config, foreign }: Measured): Promise<Told> {
  const told = await lookAround(context, report, { app: config.app, pullRequest })
  return { ...told, runUrl: run.url, measuredBy: foreign ? pullRequest.number : undefined }
}

/** A pull request that changes nothing of note gets no comment; one that is there is updated all the same. */
function isWorthAComment({ inputs }: Context, { report, baseline, comparison, maxGrowth }: Told): boolean {
  const { problem, chosen } = report.verdict
  if (!judgedSizes(report).fits || problem !== undefined || comparison?.change === undefined) return true
  if (baseline?.report.verdict.chosen !== chosen) return true
  if (maxGrowth && grownTooMuch(comparison, maxGrowth).length > 0) return true
  return comparison.sizes.some(
    ({ head, base }) => base === undefined || reaches(head - base, base, inputs.commentThreshold)
  )
}

async function write(
  { results, runtime }: Context,
  github: Github,
  { pullRequest, run, config }: Measured,
  body: string,
  createIf: boolean
): Promise<void> {
  const { log } = runtime
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
    if (runtime.signal.aborted) throw error
    log.warning(
      github.explain(
        error,
        'pull-requests: write',
        'The report stands in the summary of this job and in `comment-body`.'
      )
    )
  }
}
