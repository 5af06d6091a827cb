import { createClient, HerokuApp } from '../../heroku/index.ts'
import { type GithubJob, type Slice } from '../../inputs/index.ts'
import { compareReports, type LiveSlug, type Report, type Told } from '../../report/index.ts'
import { errorText, type Amount, type Runtime } from '../../runtime/index.ts'
import { findBefore, type BaselineInputs, type BaseOf } from './baseline.ts'
import { repositoryUrl, runUrl } from './github.ts'

export interface Around {
  readonly app: string | undefined
  /** What the report is of, if it is of a pull request. */
  readonly pullRequest: BaseOf | undefined
}

type AroundInputs = BaselineInputs & LiveInputs & Slice<'maxGrowth'>
type LiveInputs = Slice<'herokuApiUrl' | 'herokuApiKey'>

/** The report with what is known beside it: the base's, the sizes before it, the slug that runs now. */
export async function lookAround(
  inputs: AroundInputs,
  report: Report,
  { app, pullRequest }: Around,
  job: GithubJob,
  runtime: Runtime
): Promise<Told> {
  const before = await findBefore(inputs, report, pullRequest, job, runtime)
  return {
    ...justThis(report, app, job, inputs.maxGrowth),
    ...before,
    report: { ...report, history: [...before.history] },
    comparison: before.baseline && compareReports(report, before.baseline.report),
    live: await liveSlug(inputs, app, runtime)
  }
}

/** The report without what it could be compared with. */
export function justThis(report: Report, app: string | undefined, job: GithubJob, maxGrowth?: Amount): Told {
  return { report, app, history: [], maxGrowth, repositoryUrl: repositoryUrl(job), runUrl: runUrl(job) }
}

const LOOKED_AT = 10

/** The slug that the app runs, if there is a key to ask with. It is told beside the rest, so it never fails. */
async function liveSlug(
  { herokuApiUrl: url, herokuApiKey: key }: LiveInputs,
  name: string | undefined,
  { clock, signal, log }: Pick<Runtime, 'clock' | 'signal' | 'log'>
): Promise<LiveSlug | undefined> {
  if (key === undefined || name === undefined) return undefined
  try {
    const app = new HerokuApp(createClient({ url, key, clock, signal }), name, clock, signal)
    const releases = await app.releases(LOOKED_AT)
    const current = releases.find(({ status, slug }) => status === 'succeeded' && slug)
    const slug = current?.slug && (await app.slug(current.slug.id))
    if (!current || !slug || typeof slug.size !== 'number') return undefined
    return { app: name, version: current.version, commit: hash(slug.commit), bytes: slug.size }
  } catch (error) {
    if (signal.aborted) throw error
    log.warning(`What ${name} runs now is not known: ${errorText(error)}`)
    return undefined
  }
}

/** Heroku keeps any text as a slug's commit. */
function hash(commit: string | null | undefined): string | undefined {
  return commit && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined
}
