import { readFile } from 'node:fs/promises'
import { noGithub, type BuildReport, type JobFacts } from '../../checks/index.ts'
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
import { HerokuError, keyEnd, lateTasks, scheduleDrift, whoAmI, type HerokuClient } from '../../heroku/index.ts'
import { type GithubJob, type JobResults, type Machine, type Slice } from '../../inputs/index.ts'
import { adviseTask } from '../../mastodon/index.ts'
import { within } from '../../net/index.ts'
import { judgedSizes, LARGEST_REPORT, parseReport } from '../../report/index.ts'
import { once, VERSION, type Runtime } from '../../runtime/index.ts'
import { downloads } from './baseline.ts'
import { githubOf } from './github.ts'
import { planVersion, type UpgradeInputs, type UpgradeSources } from './check-upgrade.ts'
import { type RecordInputs } from './due-tasks.ts'
import { lookAtTasks, type TaskInputs } from './schedule.ts'
import { checkoutOf } from './source.ts'
import { nodeOfCheckout, rubyOfCheckout } from './upgrade.ts'

const STREAMING_TOO_LARGE = "the streaming app's slug is over the limit"
/** Milliseconds for Heroku to say which commit runs: tonight's build is told also if it does not. */
const DEPLOYED_WITHIN = 8_000
/** Reports of one commit that are looked into. */
const MOST_READ = 3

export interface Sources extends UpgradeSources {
  readonly client: HerokuClient
  /** The Heroku key. */
  readonly key: string
}

type ReportInputs = Slice<'report' | 'artifactName'>
export type GivenInputs = UpgradeInputs & RecordInputs & TaskInputs & ReportInputs

/** What the checks are handed of GitHub, of the key, of scheduled tasks and of what an upgrade takes. */
export function givenTo(
  inputs: GivenInputs,
  sources: Sources,
  job: GithubJob,
  machine: Machine,
  runtime: Runtime,
  results: JobResults
): JobFacts {
  const github = githubOf(inputs.githubToken, job, runtime)
  const checkout = checkoutOf(inputs.path, machine.searchPath, runtime)
  return {
    key: once(() => keyOf(sources)),
    repository: once(() => asGithub(github, reached => repositoryOf(reached, job.actionRepository))),
    build: once(() => asGithub(github, reached => buildOf(inputs, reached, Number(job.runId), sources, runtime))),
    tasks: once(() => tasksOf(inputs, sources, job, runtime, results)),
    ruby: once(() => rubyOfCheckout(checkout, sources.config)),
    node: once(() => nodeOfCheckout(checkout, sources.config)),
    upgrade: (from, to, signal) => planVersion(inputs, sources, from, to, machine, { ...runtime, signal })
  }
}

async function keyOf({ client, key }: Pick<Sources, 'client' | 'key'>): ReturnType<JobFacts['key']> {
  await whoAmI(client).catch((error: unknown) => {
    // A key of an automation may lack the scope `identity`.
    if (!(error instanceof HerokuError) || error.status !== 403) throw error
  })
  return keyEnd(client, key)
}

/** Undefined without a token or outside a job; a refusal says which permission is missing. */
async function asGithub<Answer>(
  github: Github | undefined,
  work: (github: Github) => Promise<Answer>
): Promise<Answer | undefined> {
  if (!github) return undefined
  try {
    return await work(github)
  } catch (error) {
    throw noGithub(github.explain(error, '{ contents: read, actions: read }', '').trim())
  }
}

async function repositoryOf(github: Github, actionRepository: string | undefined): ReturnType<JobFacts['repository']> {
  const newest = actionRepository === undefined ? undefined : await newestRelease(github, actionRepository)
  return {
    ...(await repositoryState(github)),
    action: newest && { running: VERSION, newest: newest.tag, publishedAt: newest.publishedAt }
  }
}

/** The report of an earlier step or job of this very run, and that of the commit that runs. Undefined if the run builds nothing. */
async function buildOf(
  inputs: ReportInputs,
  github: Github,
  runId: number,
  { deployed }: Pick<Sources, 'deployed'>,
  runtime: Runtime
): ReturnType<JobFacts['build']> {
  const failed = await failedJobs(github, runId)
  const report = await tonightsReport(inputs, github, runId, runtime)
  if (!report && failed.length === 0) return undefined
  const running = await within(runtime, DEPLOYED_WITHIN, 'Heroku did not answer', deployed).then(
    ({ commit }) => commit,
    () => undefined
  )
  const first = await firstReportOf(inputs.artifactName, github, running, runId, runtime)
  return { report, failedJobs: failed, deployed: first }
}

async function tonightsReport(
  { report, artifactName }: ReportInputs,
  github: Github,
  runId: number,
  runtime: Runtime
): Promise<BuildReport | undefined> {
  if (report !== undefined) return readReport(await readFile(report, 'utf8'))
  const [artifact] = await artifactsOfRun(github, runId, artifactName)
  return artifact && readReport(await textOf(github, artifact, runtime))
}

/**
 * The first report of a commit: later nights have built it anew, this one among them. A pull request's run has built
 * something else than its commit, as its report says.
 */
async function firstReportOf(
  artifactName: string,
  github: Github,
  commit: string | undefined,
  runId: number,
  runtime: Runtime
): Promise<BuildReport | undefined> {
  if (commit === undefined) return undefined
  const all = await artifactsOfCommit(github, artifactName, commit)
  for (const artifact of all.filter(other => other.runId !== runId).slice(0, MOST_READ)) {
    const report = readReport(await textOf(github, artifact, runtime))
    if (report.commit === commit) return report
  }
  return undefined
}

function textOf(github: Github, artifact: Artifact, runtime: Runtime): Promise<string> {
  return downloadFile(github, artifact, { file: 'report.json', maxBytes: LARGEST_REPORT, ...downloads(runtime) })
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

/** Nothing if the config says nothing of tasks. */
async function tasksOf(
  inputs: TaskInputs & RecordInputs & Slice<'path'>,
  { config, app, key }: Sources,
  job: GithubJob,
  runtime: Runtime,
  results: JobResults
): ReturnType<JobFacts['tasks']> {
  const { schedule } = config
  if (!schedule) return undefined
  const { wanted, there } = await lookAtTasks(inputs, app, key, schedule, job, runtime, results)
  const commands = new Set([...wanted, ...there].map(({ command }) => command))
  const dead = [...commands].flatMap(command =>
    adviseTask(inputs.path, command).flatMap(({ kind, text }) => (kind === 'dead' ? [{ command, text }] : []))
  )
  return {
    wanted: wanted.length,
    drift: scheduleDrift(wanted, there),
    late: lateTasks(there, runtime.clock.now()),
    dead
  }
}
