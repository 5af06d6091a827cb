import * as v from 'valibot'
import {
  compareNight,
  memoryOf,
  nextStep,
  NO_MEMORY,
  type IssueStep,
  type Memory,
  type Night,
  type Result,
  type Why
} from '../../checks/index.ts'
import {
  changeIssue,
  explainIssues,
  findIssue,
  LONGEST_ISSUE,
  noteOnIssue,
  openIssue,
  type Github,
  type OwnIssue
} from '../../github/index.ts'
import { type GithubJob, type JobResults, type Slice } from '../../inputs/index.ts'
import { within } from '../../net/index.ts'
import { type Runtime } from '../../runtime/index.ts'
import { issueMarkdown, issueTitle, newsMarkdown } from './check-markdown.ts'
import { githubOf, runUrl } from './github.ts'

/**
 * Opens, updates or closes the one issue of this app's checks. What one night hands on to the next stands in the issue
 * itself. Whatever GitHub refuses is a warning: whether the instance is well is for the checks to say. Returns the URL
 * of the issue, if it is open or was just closed.
 */
export async function keepIssue(
  inputs: Slice<'plan' | 'githubToken'>,
  app: string,
  found: readonly Result[],
  why: Why | undefined,
  job: GithubJob,
  runtime: Runtime,
  results: JobResults
): Promise<string | undefined> {
  const { log, signal } = runtime
  if (inputs.plan) return void log.info('`plan: true`: the issue is left as it is.')
  // A look from a terminal, whose token is a person's, is nobody's nightly report.
  if (job.runId === undefined) return void log.info('Outside a workflow the issue is left as it is.')
  const { githubToken } = inputs
  const github = githubOf(githubToken, job, runtime)
  if (!github) {
    log.warning(
      'The checks keep no issue: give `github-token: ${{ github.token }}`, and the job `permissions: issues: write`.'
    )
    return undefined
  }
  try {
    const url = await inIssueTime(runtime, bounded =>
      keep(githubOf(githubToken, job, bounded)!, app, found, why, job, bounded)
    )
    if (url !== undefined) results.output('issue-url', url)
    return url
  } catch (error) {
    if (signal.aborted) throw error
    log.warning(explainIssues(github, error, 'The results stand in the summary of this job.'))
    return undefined
  }
}

/** Milliseconds for all that GitHub is asked and told. */
const ISSUE_WITHIN = 15_000

const SAID: Readonly<Record<IssueStep, string>> = {
  none: 'none is needed',
  open: 'a new one',
  update: 'brought up to date',
  close: 'closed',
  reopen: 'opened again',
  remember: 'stays closed'
}

async function keep(
  github: Github,
  app: string,
  found: readonly Result[],
  why: Why | undefined,
  job: GithubJob,
  { log, clock }: Runtime
): Promise<string | undefined> {
  const issue = await findIssue(github, app)
  const before = readMemo(issue?.memo)
  const run = runOf(job)
  if (isNewer(before.run, run)) {
    log.info('A newer run has written the issue already; it is left as it is.')
    return issue?.url
  }
  const now = clock.now()
  const night = compareNight(found, before.memory, now)
  const step = nextStep(night, issue, now)
  const text = textOf(night, found, why, app, job)
  log.info(`Issue: ${SAID[step]}${issue ? ` (${issue.url})` : ''}`)
  if (step === 'none') return undefined
  if (step === 'open' || !issue) return (await openIssue(github, app, text)).url
  if (step === 'remember') {
    await remember(github, issue, app, night, text.memo, before)
    return undefined
  }
  await changeIssue(github, issue, app, text, step !== 'close')
  const note = noteOf(night, why, step)
  // Only a comment reaches those who follow the issue.
  if (note !== undefined) await noteOnIssue(github, issue, note)
  return issue.url
}

/**
 * If GitHub hangs, the checks have waited for it already. A change that it makes all the same is no harm: the next
 * night finds the issue, and what stands in it.
 */
function inIssueTime<Answer>(runtime: Runtime, work: (bounded: Runtime) => Promise<Answer>): Promise<Answer> {
  return within(runtime, ISSUE_WITHIN, 'no answer', signal => work({ ...runtime, signal }))
}

function noteOf(night: Night, why: Why | undefined, step: 'update' | 'reopen' | 'close'): string | undefined {
  if (step === 'close') return `All is well again on ${night.date}.`
  const news = night.problems.filter(
    problem => problem.news !== undefined || (step === 'reopen' && problem.level === 'fail')
  )
  return news.length === 0 ? undefined : newsMarkdown(news, why)
}

/** A closed issue keeps its text; what it hands on changes if anything has. */
async function remember(
  github: Github,
  issue: OwnIssue,
  app: string,
  night: Night,
  memo: string,
  before: Memo
): Promise<void> {
  if (JSON.stringify(before.memory.problems) === JSON.stringify(memoryOf(night).problems)) return
  await changeIssue(github, issue, app, { title: issue.title, text: issue.text, memo }, false)
}

function textOf(night: Night, found: readonly Result[], why: Why | undefined, app: string, job: GithubJob) {
  const text = issueMarkdown(night, found, { app, runUrl: runUrl(job), why }, LONGEST_ISSUE)
  const memo: Memo = { memory: memoryOf(night), run: runOf(job) }
  return { title: issueTitle(night, app), text, memo: JSON.stringify(memo) }
}

const key = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,60}(\/[a-z0-9-]{1,60})?$/))
const date = v.pipe(v.string(), v.isoDate())
const memo = v.strictObject({
  memory: v.strictObject({
    problems: v.pipe(
      v.array(v.strictObject({ key, level: v.picklist(['warn', 'fail']), since: date })),
      v.maxLength(200)
    ),
    gone: v.pipe(v.array(v.strictObject({ key, since: date, until: date })), v.maxLength(50))
  }),
  run: v.strictObject({ id: v.pipe(v.number(), v.safeInteger()), attempt: v.pipe(v.number(), v.safeInteger()) })
})
type Memo = { readonly memory: Memory; readonly run: { readonly id: number; readonly attempt: number } }

/** Anybody with write access may have changed it: what is not exactly ours counts as nothing. */
function readMemo(text: string | undefined): Memo {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), memo), text)
  return success ? output : { memory: NO_MEMORY, run: { id: 0, attempt: 0 } }
}

function runOf({ runId = '0', runAttempt = '1' }: GithubJob): Memo['run'] {
  return { id: Number(runId), attempt: Number(runAttempt) }
}

function isNewer(there: Memo['run'], { id, attempt }: Memo['run']): boolean {
  return there.id > id || (there.id === id && there.attempt > attempt)
}
