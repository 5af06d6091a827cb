import { type CommandName, type InputsOf, type JobResults } from '../inputs/index.ts'
import { everyText } from '../runtime/index.ts'
import { endingOf, Story, verdictMarkdown, verdictOf, type Ending, type Verdict } from '../verdict/index.ts'
import { build } from './build.ts'
import { check } from './check.ts'
import { type Command, type CommandTools } from './command.ts'
import { comment } from './comment.ts'
import { deploy } from './deploy.ts'
import { migrate } from './migrate.ts'
import { plan } from './plan.ts'
import { rehearse } from './rehearse.ts'
import { rollback } from './rollback.ts'
import { run } from './run.ts'
import { schedule } from './schedule.ts'

const COMMANDS: { readonly [Name in CommandName]: Command<Name> } = {
  build,
  comment,
  rehearse,
  plan,
  deploy,
  migrate,
  run,
  rollback,
  schedule,
  check
}

/** How a command ended: its verdict, and what it threw, if that ended it. */
export interface Ended {
  readonly verdict: Verdict
  readonly error?: unknown
}

/** Runs a command to its verdict, which an error has as well. Writes the output `outcome` and the summary. */
export async function runCommand<Name extends CommandName>(
  name: Name,
  inputs: InputsOf<Name>,
  { results: job, ...tools }: Omit<CommandTools, 'story'>
): Promise<Ended> {
  const { log, clock, redact } = tools.runtime
  const story = new Story(log, clock)
  const figures: Record<string, string | number | boolean> = {}
  const results: JobResults = {
    ...job,
    output: (output, value) => {
      if (!TEXTS.has(output)) figures[output] = value
      job.output(output, value)
    }
  }
  const ending = await COMMANDS[name](inputs, { ...tools, results, story }).catch((error: unknown): Ending => ({
    ...endingOf(error, story.begun),
    error
  }))
  const { error } = ending
  const verdict = everyText(verdictOf(ending, story, figures), redact)
  job.output('outcome', verdict.outcome)
  const { title = error === undefined ? undefined : TITLES[name], links } = story
  if (title !== undefined) await job.summary(verdictMarkdown(verdict, { title, links }))
  return { verdict, error }
}

/** Outputs that are a text of their own and no figure. */
const TEXTS: ReadonlySet<string> = new Set(['comment-body'])

/** The title of the summary, if a command ended before it wrote one of its own. */
const TITLES: Readonly<Record<CommandName, string>> = {
  build: 'Slug size',
  comment: 'Comment',
  rehearse: 'Rehearsal',
  plan: 'Plan',
  deploy: 'Deploy',
  migrate: 'Migrations',
  run: 'Run',
  rollback: 'Rollback',
  schedule: 'Scheduled tasks',
  check: 'Nightly checks'
}
