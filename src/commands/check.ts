import { CHECKS, oneCauseEach, runChecks, withFindings, type Result, type Sighting, type Why } from '../checks/index.ts'
import { type InputsOf } from '../inputs/index.ts'
import { everyText } from '../runtime/index.ts'
import { type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { chooseChecks } from './steps/check-list.ts'
import { keepIssue } from './steps/check-issue.ts'
import { resultLine, resultsHeadline, summaryMarkdown } from './steps/check-markdown.ts'
import { openScene } from './steps/check-scene.ts'
import { firstLine, namingFor, tellWhy, whyLine } from './steps/check-why.ts'
import { runUrl } from './steps/github.ts'
import { requireApp } from './steps/heroku.ts'
import { readConfig } from './steps/source.ts'

/**
 * The nightly checks: all at the same time, told in the log and the summary, and kept in one issue. Fails if a check
 * does; a warning does not, nor what could not be looked at.
 */
export async function check(
  inputs: InputsOf<'check'>,
  { runtime, results, job, machine }: CommandTools
): Promise<Ending> {
  const { streamingApp, ffmpeg, slugLimit } = inputs
  const config = readConfig(inputs, { app: inputs.app, streamingApp, ffmpeg, slugLimit })
  const app = requireApp(config.app)
  const checks = chooseChecks(CHECKS, config.checks.skip)
  const scene = await openScene(inputs, config, app, job, machine, runtime, results)
  const naming = namingFor(job)
  const tell = (seen: Sighting): Why | undefined => tellWhy(seen, naming, runtime.redact)
  // In the middle of an outage nobody waits for the slowest check.
  const first = scene.first.then(seen => {
    const why = tell(seen)
    runtime.log.info(firstLine(seen, why))
    return { seen, why }
  })
  const [{ seen, why: before }, looked] = await Promise.all([first, runChecks(checks, scene.around)]).finally(
    scene.close
  )
  const found = oneCauseEach(looked.map(result => withoutSecrets(result, runtime.redact)))
  const why = tell(withFindings(seen, found, runtime.clock.now()))
  // The first look may have said the same.
  if (why && !(before && whyLine(before) === whyLine(why))) runtime.log.info(whyLine(why))
  for (const result of found) for (const line of resultLine(result)) runtime.log.info(line)
  const failed = found.filter(({ level }) => level === 'fail')
  results.output('checks-failed', failed.length)
  const issueUrl = await keepIssue(inputs, app, found, why, job, runtime, results)
  await results.summary(summaryMarkdown(found, { app, issueUrl, runUrl: runUrl(job), why }))
  const table = job.runId === undefined ? 'the table above' : 'this job’s summary'
  return endingOf(app, found, failed, why, issueUrl ?? table)
}

/** Takes secrets out of what servers said, before Markdown is made of it: escaped, they would not be found. */
function withoutSecrets({ findings, ...result }: Result, redact: (text: string) => string): Result {
  return { ...result, findings: everyText(findings, redact) }
}

function endingOf(
  app: string,
  results: readonly Result[],
  failed: readonly Result[],
  why: Why | undefined,
  where: string
): Ending {
  const findings = results.flatMap(({ check: { name }, findings: of }) =>
    of.flatMap(({ level, text, remedy, affects }) =>
      level === 'ok' ? [] : [{ level, about: name, text, remedy, affects }]
    )
  )
  const more = `What to do about each stands in ${where}.`
  if (why) return { outcome: 'found', headline: why.headline, next: [...why.next, more], findings }
  if (failed.length === 0) {
    const headline = `Nightly checks of ${app}: ${resultsHeadline(results)}`
    return { outcome: findings.length === 0 ? 'done' : 'found', headline, findings }
  }
  const names = failed.map(({ check: { name } }) => name).join(', ')
  return {
    outcome: 'found',
    headline: failed.length === 1 ? `The check ${names} failed` : `${failed.length} checks failed: ${names}`,
    next: [more],
    findings
  }
}
