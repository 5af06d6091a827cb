import { compareReports, type LiveSlug, type Report, type Told } from '../../report/index.ts'
import { errorText } from '../../runtime/index.ts'
import { Story } from '../../verdict/index.ts'
import type { Context } from '../context.ts'
import { findBefore, type BaseOf } from './baseline.ts'
import { repositoryUrl, runUrl } from './github.ts'
import { connect, herokuOf } from './heroku.ts'

export interface Around {
  readonly app: string | undefined
  /** What the report is of, where it is of a pull request. */
  readonly pullRequest: BaseOf | undefined
}

/** The report with what is known beside it: the base's, the sizes before it, the slug that runs now. */
export async function lookAround(context: Context, report: Report, { app, pullRequest }: Around): Promise<Told> {
  const before = await findBefore(context, report, pullRequest)
  return {
    ...justThis(context, report, app),
    ...before,
    report: { ...report, history: [...before.history] },
    comparison: before.baseline && compareReports(report, before.baseline.report),
    live: await liveSlug(context, app)
  }
}

/** The report without what it could be compared with. */
export function justThis(context: Context, report: Report, app: string | undefined): Told {
  const { maxGrowth } = context.inputs
  return { report, app, history: [], maxGrowth, repositoryUrl: repositoryUrl(context), runUrl: runUrl(context) }
}

const LOOKED_AT = 10

/** The slug that the app runs, where there is a key to ask with. It is told beside the rest, so it never fails. */
async function liveSlug(context: Context, name: string | undefined): Promise<LiveSlug | undefined> {
  const { inputs, runtime } = context
  if (inputs.herokuApiKey === undefined || name === undefined) return undefined
  try {
    const app = connect(context, herokuOf(context), new Story(runtime.log, runtime.clock)).app(name)
    const releases = await app.releases(LOOKED_AT)
    const current = releases.find(({ status, slug }) => status === 'succeeded' && slug)
    const slug = current?.slug && (await app.slug(current.slug.id))
    if (!current || !slug || typeof slug.size !== 'number') return undefined
    return { app: name, version: current.version, commit: hash(slug.commit), bytes: slug.size }
  } catch (error) {
    if (runtime.signal.aborted) throw error
    runtime.log.warning(`What ${name} runs now is not known: ${errorText(error)}`)
    return undefined
  }
}

/** Heroku keeps any text as a slug's commit. */
function hash(commit: string | null | undefined): string | undefined {
  return commit && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined
}
