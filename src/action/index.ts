/** The edge to GitHub Actions: inputs, log, outputs, summary. Nothing below imports `@actions/core`. */
import * as core from '@actions/core'
import { secretsHeld, secretsOf, type InputSource, type JobResults } from '../inputs/index.ts'
import { errorText, harmless, UserError } from '../runtime/index.ts'
import { isGreen, OUR_FAULT, type Verdict } from '../verdict/index.ts'

export { actionLog } from './log.ts'

/** The inputs of this step, as the runner hands them over (docs.github.com: metadata syntax, `inputs`). */
export const STEP: InputSource = { text: name => core.getInput(name), called: name => `Input ${name}` }

/** Has the runner mask every key of this step. Returns the names of the inputs and variables that hold one. */
export function maskKeys(env: NodeJS.ProcessEnv = process.env): string[] {
  for (const secret of secretsOf(STEP, env)) core.setSecret(secret)
  return secretsHeld(STEP, env)
}

/** GitHub takes 1 MiB a step; the rest of a longer summary would be lost with all of it. */
const LARGEST_SUMMARY = 1024 * 1024 - 1024

export function jobResults(env: NodeJS.ProcessEnv = process.env): JobResults {
  const secrets = new Set<string>()
  return {
    output: (name, value) => core.setOutput(name, value),
    mask: secret => {
      core.setSecret(secret)
      secrets.add(secret)
    },
    redact: text => [...secrets].reduce((rest, secret) => rest.replaceAll(secret, '***'), text),
    summary: async markdown => {
      if (!env['GITHUB_STEP_SUMMARY']) return
      const whole = Buffer.byteLength(markdown) <= LARGEST_SUMMARY
      const cut = '\n\nThe summary is too long; the whole of it is in report.md.\n'
      await core.summary
        .addRaw(
          whole
            ? markdown
            : Buffer.from(markdown)
                .subarray(0, LARGEST_SUMMARY - cut.length)
                .toString() + cut
        )
        .write()
        .catch((error: unknown) => core.warning(`The summary could not be written: ${errorText(error)}`))
    }
  }
}

/** Ends the step by the command's verdict. */
export function endStep({ verdict, error }: { readonly verdict: Verdict; readonly error?: unknown }): void {
  if (error !== undefined) failStep(error)
  else if (!isGreen(verdict)) core.setFailed([verdict.headline, ...verdict.next].join('\n'))
}

/** Ends the step as failed: the message, what to do next, and the cause if it helps. */
export function failStep(error: unknown): void {
  if (error instanceof UserError) {
    core.setFailed(`${error.message}\n${error.nextStep}`)
    if (error.cause !== undefined) core.info(harmless(`Cause: ${errorText(error.cause)}`))
  } else {
    core.setFailed(error instanceof Error ? error : String(error))
    core.info(OUR_FAULT)
    if (error instanceof Error && error.stack) core.info(harmless(error.stack))
  }
}
