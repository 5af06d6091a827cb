/** The edge to GitHub Actions: inputs, log, outputs, summary. Nothing below imports `@actions/core`. */
import * as core from '@actions/core'
import { errorText, UserError } from '../runtime/index.ts'

export { type GithubEvent, type PullRequestEvent, type WorkflowRunEvent } from './event.ts'
export { readInputs, type Inputs } from './inputs.ts'
import { harmless } from './log.ts'

export { actionLog } from './log.ts'

/** Outputs of action.yml. Each is set as soon as it is known, so that a later failure still leaves it. */
export interface Outputs {
  'slug-path': string
  'slug-sha256': string
  'slug-size': number
  /** Empty where nothing brings ffmpeg. */
  'slug-size-with-ffmpeg': number | ''
  'slug-size-without-ffmpeg': number | ''
  'slug-limit': number
  'within-limit': boolean
  ffmpeg: 'with' | 'without'
  'report-path': string
  'report-page-path': string
  'comment-body': string
  'comment-url': string
  'slug-size-streaming': number
  'release-version': number
  'previous-release-version': number
  'release-url': string
  'migrations-run': number
  healthy: boolean
  'rolled-back': boolean
  'checks-failed': number
  'issue-url': string
}

export interface JobResults {
  output<Name extends keyof Outputs>(name: Name, value: Outputs[Name]): void
  /** Adds Markdown to the job's summary, where there is one. It tells what happened, so a failure is a warning. */
  summary(markdown: string): Promise<void>
  /** Makes the runner write `***` for it wherever it appears in the log. */
  mask(secret: string): void
  /** The text without what is masked: for what leaves the job by another way than its log. */
  redact(this: void, text: string): string
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

/** Ends the step as failed: the message, what to do next, and the cause where it helps. */
export function failStep(error: unknown): void {
  if (error instanceof UserError) {
    core.setFailed(`${error.message}\n${error.nextStep}`)
    if (error.cause !== undefined) core.info(harmless(`Cause: ${errorText(error.cause)}`))
  } else {
    core.setFailed(error instanceof Error ? error : String(error))
    core.info('This is a fault of mastodon-on-heroku itself. Please report it with the lines above.')
    if (error instanceof Error && error.stack) core.info(harmless(error.stack))
  }
}
