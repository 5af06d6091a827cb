import { whyOf, type Naming, type Sighting, type Why } from '../../checks/index.ts'
import { type GithubJob } from '../../inputs/index.ts'
import { oneLine, prose } from '../../verdict/index.ts'

/**
 * Whether an author's address may be told. What a workflow writes of a public repository everybody reads: log, summary and
 * issue. In one that is not known to be private it says "a collaborator"; `heroku releases --app APP` tells who.
 */
export function namingFor({ runId, event }: Pick<GithubJob, 'runId' | 'event'>): Naming {
  return runId === undefined || event.isPrivate === true ? 'address' : 'nobody'
}

/** Why an instance is down or wrong, without the secrets that others may have written into it. */
export function tellWhy(seen: Sighting, naming: Naming, redact: (text: string) => string): Why | undefined {
  const why = whyOf(seen, naming)
  return why && { ...why, headline: redact(why.headline), next: why.next.map(redact) }
}

/** What the log says while the checks have not ended. */
export function firstLine(seen: Sighting, why: Why | undefined): string {
  if (why) return `First look: ${whyLine(why)}`
  const { app, health } = seen
  const how = health?.ok ? `${app} answers at its own address` : `whether ${app} answers is not known yet`
  return `First look: ${how}, and nothing of what Heroku told at once is wrong. The checks go on.`
}

/** A line of the log: what is wrong, why, and what to do. */
export function whyLine({ headline, next }: Why): string {
  return oneLine([`${headline}.`, ...next].join(' '))
}

/** The same as Markdown. */
export function whyMarkdown({ headline, next }: Why): string {
  return [`**${prose(headline)}.**`, ...next.map(prose)].join(' ')
}
