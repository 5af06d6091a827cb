import { prose, table } from '../verdict/index.ts'
import { type ToDo, type Lacking } from './lacking.ts'

export interface PlanRow {
  readonly what: string
  readonly which: string
}

/** What would be bought, made and set, a row each: names alone, no value. */
export function provisionRows({ addons, vars, secrets, domain, certificates, scale, streaming }: Lacking): PlanRow[] {
  const names = Object.keys(vars)
  const made = secrets.flatMap(group => group.vars)
  const rows: (PlanRow | undefined)[] = [
    ...addons.map(({ plan, why }) => ({ what: 'Buy an add-on', which: `${plan} (${why})` })),
    names.length > 0 ? { what: 'Set config vars', which: names.join(', ') } : undefined,
    made.length > 0 ? { what: 'Make secrets, once', which: made.join(', ') } : undefined,
    domain === undefined ? undefined : { what: 'Add a domain', which: domain },
    ...scale.map(({ type, quantity, size }) => ({
      what: 'Run dynos',
      which: `${type}: ${quantity}${size ? ` ${size}` : ', of the size that Heroku gives'}`
    })),
    certificates ? { what: 'Have Heroku manage the certificate', which: 'ACM' } : undefined,
    streaming && {
      what: `Set up ${streaming.app}`,
      which: [...streaming.attachments.map(name => `attach ${name}`), ...Object.keys(streaming.vars)].join(', ')
    }
  ]
  return rows.filter(row => row !== undefined)
}

/** The same for the job's summary, with what a person has to do. */
export function provisionMarkdown(plan: Lacking): string {
  const rows = provisionRows(plan)
  const shown = rows.map(({ what, which }) => [what, prose(which)])
  return [
    rows.length > 0 ? table(['What', 'Which'], shown, 'll') : 'Nothing is missing.',
    needs('Do this first: nothing is bought or set before', plan.blockers),
    needs('Do this, too', plan.hints)
  ]
    .filter(Boolean)
    .join('\n\n')
}

function needs(title: string, list: readonly ToDo[]): string {
  if (list.length === 0) return ''
  return [`**${title}:**`, '', ...list.map(({ reason, remedy }) => `- ${prose(reason)}. ${prose(remedy)}`)].join('\n')
}
