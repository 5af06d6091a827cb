import { Tail, type Tools } from '../../deploy/index.ts'
import { runOneOff, type HerokuApp } from '../../heroku/index.ts'
import { duration, UserError } from '../../runtime/index.ts'

export interface RunnableTask {
  readonly command: string
  /** Dyno size; the app's own without it. */
  readonly size?: string
  /** Milliseconds after which Heroku ends it. */
  readonly limit: number
}

export interface TaskRun {
  readonly dyno: string
  /** Undefined if how it ended is not known. */
  readonly exitCode: number | undefined
  /** Milliseconds. */
  readonly took: number
  /** Its last lines: hostile text. */
  readonly tail: Tail
}

/** Runs a command in a one-off dyno, its output in the log as it comes, its last lines in the summary. */
export async function runTask(app: HerokuApp, task: RunnableTask, tools: Tools): Promise<TaskRun> {
  const { story, log, clock } = tools
  const { command, size, limit } = task
  const tail = new Tail()
  const fence = log.fence()
  const begun = clock.now()
  story.begin(`\`${command}\` on ${app.name}`)
  const write = (chunk: Buffer): void => {
    fence.write(chunk)
    tail.add(chunk)
  }
  try {
    const { dyno, exitCode } = await runOneOff(app, { command, purpose: 'run', size, timeout: limit, write }, tools)
    return { dyno, exitCode, took: clock.now() - begun, tail }
  } finally {
    fence.close()
    const quoted = tail.quote().replace(/^\. /, '')
    if (quoted !== '') story.quote(quoted)
  }
}

/** Tells that a command ended well; rejects if it did not, or if that is not known. */
export function requireSuccess({ dyno, exitCode, took }: TaskRun, { limit }: RunnableTask, app: HerokuApp): string {
  const after = duration(took)
  if (exitCode === 0) return `Ended well in ${dyno} after ${after}`
  if (exitCode !== undefined) {
    throw new UserError(
      `The command in ${dyno} ended with exit code ${exitCode} after ${after}`,
      'Its output is above. If it was killed (137), a larger dyno may help.'
    )
  }
  if (took >= limit) {
    throw new UserError(
      `The command in ${dyno} was ended at its limit of ${Math.round(limit / 60_000)} min`,
      'Look whether its work is done, and give it more time: `timeout`, in minutes.'
    )
  }
  throw new UserError(
    `How the command in ${dyno} ended is not known: the connection to it was lost after ${after}, which ends it`,
    `Look at \`heroku logs --app ${app.name} --dyno ${dyno}\`, and whether its work is done, before it is run again.`
  )
}
