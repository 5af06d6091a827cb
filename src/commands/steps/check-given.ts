import { readFile } from 'node:fs/promises'
import { type BuildReport, type Given } from '../../checks/index.ts'
import {
  artifactsOfCommit,
  artifactsOfRun,
  downloadFile,
  failedJobs,
  newestRelease,
  repositoryState,
  type Artifact,
  type Github
} from '../../github/index.ts'
import { HerokuError, keyExpiresIn, lateTasks, scheduleDrift, whoAmI, type HerokuClient } from '../../heroku/index.ts'
import { within } from '../../net/index.ts'
import { judgedSizes, LARGEST_REPORT, parseReport } from '../../report/index.ts'
import { once, VERSION } from '../../runtime/index.ts'
import type { Context } from '../context.ts'
import { downloads } from './baseline.ts'
import { githubOf } from './github.ts'
import { herokuOf, masker } from './heroku.ts'
import { planVersion, type UpgradeSources } from './check-upgrade.ts'
import { lookAtTasks } from './schedule.ts'
import { nodeOfCheckout, rubyOfCheckout } from './upgrade.ts'

const STREAMING_TOO_LARGE = "the streaming app's slug is over the limit"
/** Milliseconds for Heroku to say which commit runs: tonight's build is told also where it does not. */
const DEPLOYED_WITHIN = 8_000
/** Reports of one commit that are looked into. */
const MOST_READ = 3

export interface Sources extends UpgradeSources {
  readonly client: HerokuClient
}

/** What the checks are handed of GitHub, of the key, of scheduled tasks and of what an upgrade takes. */
export function givenTo(context: Context, sources: Sources): Given {
  return {
    key: once(() => keyOf(context, sources.client)),
    repository: once(() => asGithub(context, github => repositoryOf(context, github))),
    build: once(() => asGithub(context, github => buildOf(context, github, sources))),
    tasks: once(() => tasksOf(context, sources)),
    ruby: once(() => rubyOfCheckout(context, sources.config)),
    node: once(() => nodeOfCheckout(context, sources.config)),
    upgrade: (from, to, signal) =>
      planVersion({ ...context, runtime: { ...context.runtime, signal } }, sources, from, to)
  }
}

async function keyOf(context: Context, client: HerokuClient): Promise<number | undefined> {
  await whoAmI(client).catch((error: unknown) => {
    // A key of an automation may lack the scope `identity`.
    if (!(error instanceof HerokuError) || error.status !== 403) throw error
  })
  return keyExpiresIn(client, herokuOf(context).key)
}

/** Undefined without a token or outside a job; a refusal says which permission is missing. */
async function asGithub<Answer>(
  context: Context,
  work: (github: Github) => Promise<Answer>
): Promise<Answer | undefined> {
  const github = githubOf(context)
  if (!github) return undefined
  try {
    return await work(github)
  } catch (error) {
    throw new Error(github.explain(error, '{ contents: read, actions: read }', '').trim(), { cause: error })
  }
}

async function repositoryOf({ inputs }: Context, github: Github): ReturnType<Given['repository']> {
  const { actionRepository } = inputs.github
  const newest = actionRepository === undefined ? undefined : await newestRelease(github, actionRepository)
  return {
    ...(await repositoryState(github)),
    action: newest && { running: VERSION, newest: newest.tag, publishedAt: newest.publishedAt }
  }
}

/** The report of an earlier step or job of this very run, and that of the commit that runs. Undefined where the run builds nothing. */
async function buildOf(context: Context, github: Github, { deployed }: Sources): ReturnType<Given['build']> {
  const { inputs } = context
  const runId = Number(inputs.github.runId)
  const failed = await failedJobs(github, runId)
  const report = await tonightsReport(context, github, runId)
  if (!report && failed.length === 0) return undefined
  const running = await within(context.runtime, DEPLOYED_WITHIN, 'Heroku did not answer', deployed).then(
    ({ commit }) => commit,
    () => undefined
  )
  return { report, failedJobs: failed, deployed: await firstReportOf(context, github, running, runId) }
}

async function tonightsReport(context: Context, github: Github, runId: number): Promise<BuildReport | undefined> {
  const { report, artifactName } = context.inputs
  if (report !== undefined) return readReport(await readFile(report, 'utf8'))
  const [artifact] = await artifactsOfRun(github, runId, artifactName)
  return artifact && readReport(await textOf(context, github, artifact))
}

/**
 * The first report of a commit: later nights have built it anew, this one among them. A pull request's run has built
 * something else than its commit, as its report says.
 */
async function firstReportOf(
  context: Context,
  github: Github,
  commit: string | undefined,
  runId: number
): Promise<BuildReport | undefined> {
  if (commit === undefined) return undefined
  const all = await artifactsOfCommit(github, context.inputs.artifactName, commit)
  for (const artifact of all.filter(artifact => artifact.runId !== runId).slice(0, MOST_READ)) {
    const report = readReport(await textOf(context, github, artifact))
    if (report.commit === commit) return report
  }
  return undefined
}

function textOf(context: Context, github: Github, artifact: Artifact): Promise<string> {
  return downloadFile(github, artifact, { file: 'report.json', maxBytes: LARGEST_REPORT, ...downloads(context) })
}

function readReport(text: string): BuildReport {
  const report = parseReport(text)
  const { source, verdict, layers } = report
  return {
    commit: source.commit,
    compressed: verdict.compressed,
    limit: verdict.limit,
    withinLimit: verdict.withinLimit,
    problem: verdict.problem ?? (judgedSizes(report).streaming?.fits === false ? STREAMING_TOO_LARGE : undefined),
    buildpacks: layers.flatMap(({ buildpack }) =>
      buildpack ? [{ name: buildpack.reference, sha256: buildpack.sha256 }] : []
    )
  }
}

/** Nothing where the config says nothing of tasks. */
async function tasksOf(context: Context, { config, app }: Sources): ReturnType<Given['tasks']> {
  const { schedule } = config
  const { clock, signal } = context.runtime
  if (!schedule) return undefined
  const { wanted, there } = await lookAtTasks(context, app, schedule, masker(context), { clock, signal })
  return { wanted: wanted.length, drift: scheduleDrift(wanted, there), late: lateTasks(there, clock.now()) }
}
