/** The edge to GitHub Actions: inputs, log, outputs, summary. Nothing below imports `@actions/core`. */
import * as core from '@actions/core'
import { secretsHeld, secretsOf, type InputSource, type JobResults } from '../inputs/index.ts'
import { errorText, explainSystem, Secrets, UserError, type Log } from '../runtime/index.ts'
import { isGreen, OUR_FAULT, type Verdict } from '../verdict/index.ts'
import { actionLog } from './log.ts'

/** The inputs of this step, as the runner hands them over (docs.github.com: metadata syntax, `inputs`). */
export const STEP: InputSource = { text: name => core.getInput(name), called: name => `Input ${name}` }

/** One step of a workflow. Nothing leaves it but through here, and without what it was given as secret. */
export interface Step {
  /** Names of the inputs and variables that hold a key or a token. */
  readonly keys: readonly string[]
  readonly log: Log
  readonly results: JobResults
  readonly redact: (text: string) => string
  /** Ends the step by the command's verdict. */
  end(ended: { readonly verdict: Verdict; readonly error?: unknown }): void
  /** Ends the step as failed: the message, what to do next, and the cause if it helps. */
  fail(error: unknown): void
}

/** Opens the step. The runner masks only what it is told, so that comes first. */
export function openStep(env: NodeJS.ProcessEnv): Step {
  const { add, redact } = new Secrets()
  const mask = (secret: string): void => {
    core.setSecret(secret)
    add(secret)
  }
  for (const secret of secretsOf(STEP, env)) mask(secret)
  const log = actionLog(redact)
  // In the middle of a deploy it would be an end in the middle; the steps after this one need the outputs all the same.
  let unwritten: UserError | undefined
  const fail = (thrown: unknown): void => {
    const error = explainSystem(thrown)
    if (error instanceof UserError) {
      core.setFailed(redact(`${error.message}\n${error.nextStep}`))
      if (error.cause !== undefined) log.info(`Cause: ${errorText(error.cause)}`)
    } else {
      core.setFailed(redact(String(error)))
      log.info(OUR_FAULT)
      if (error instanceof Error && error.stack) log.info(error.stack)
    }
  }
  return {
    keys: secretsHeld(STEP, env),
    log,
    redact,
    results: {
      mask,
      output: (name, value) => {
        try {
          core.setOutput(name, typeof value === 'string' ? redact(value) : value)
        } catch (error) {
          unwritten ??= unwrittenOutput(name, env['GITHUB_OUTPUT'], error)
        }
      },
      summary: markdown => addSummary(redact(markdown), env['GITHUB_STEP_SUMMARY'], log)
    },
    end: ({ verdict, error }) => {
      if (unwritten !== undefined && error === undefined && isGreen(verdict)) return fail(unwritten)
      if (unwritten !== undefined) log.warning(unwritten.message)
      if (error !== undefined) fail(error)
      else if (!isGreen(verdict)) core.setFailed([verdict.headline, ...verdict.next].join('\n'))
    },
    fail
  }
}

function unwrittenOutput(name: string, file: string | undefined, cause: unknown): UserError {
  return new UserError(
    `The output ${name} could not be written to ${file ?? 'the log'} (GITHUB_OUTPUT): ${errorText(cause)}`,
    'The runner makes this file for each step: look whether its disk is full, and whether something else of this job has removed it or taken the right to it. What the step did is done.',
    { cause }
  )
}

/** GitHub takes 1 MiB a step; the rest of a longer summary would be lost with all of it. */
const LARGEST_SUMMARY = 1024 * 1024 - 1024
const CUT = '\n\nThe summary is too long; the whole of it is in report.md.\n'

/** @param file where the runner takes it from; there may be none */
async function addSummary(markdown: string, file: string | undefined, log: Log): Promise<void> {
  if (!file) return
  const bytes = Buffer.from(markdown)
  const text =
    bytes.length <= LARGEST_SUMMARY ? markdown : bytes.subarray(0, LARGEST_SUMMARY - CUT.length).toString() + CUT
  await core.summary
    .addRaw(text)
    .write()
    .catch((error: unknown) => log.warning(`The summary could not be written: ${errorText(error)}`))
}
