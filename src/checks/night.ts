import { dayText } from '../runtime/index.ts'
import { type Finding, type Result } from './check.ts'

/** Something that was found wrong tonight. */
export interface Problem {
  /** The check's name, and its part: `queues/dead-set`. The same each night. */
  readonly key: string
  readonly title: string
  readonly level: 'warn' | 'fail'
  readonly finding: Finding
  /** The first night, `2026-11-25` (UTC). */
  readonly since: string
  /** `new`: it was not there the night before. `worse`: it was a warning, and is a failure now. */
  readonly news: 'new' | 'worse' | undefined
}

/** What was wrong the night before, and could not be looked at tonight: it may be there still. */
interface Held extends Remembered {
  readonly title: string
}

interface Gone {
  readonly key: string
  readonly since: string
  /** The first night without it. */
  readonly until: string
}

/** What one night found, compared with the nights before. */
export interface Night {
  readonly date: string
  /** Failures first, then in the order of the checks. */
  readonly problems: readonly Problem[]
  readonly held: readonly Held[]
  /** The latest first. */
  readonly gone: readonly (Gone & { readonly title: string })[]
}

interface Remembered {
  readonly key: string
  readonly level: 'warn' | 'fail'
  readonly since: string
}

/** What one night keeps for the next. */
export interface Memory {
  readonly problems: readonly Remembered[]
  readonly gone: readonly Gone[]
}

export const NO_MEMORY: Memory = { problems: [], gone: [] }

const DAY = 86_400_000
/** Days for which a problem that is gone is still told, and for which a closed issue is opened again in place of a new one. */
const SAME_STORY = 14
const MOST_GONE = 20

/**
 * Compares tonight's results with what the night before kept. Pure.
 * @param now milliseconds since 1970
 */
export function compareNight(results: readonly Result[], memory: Memory, now: number): Night {
  const date = dayText(now)
  const known = new Map(memory.problems.map(problem => [problem.key, problem]))
  const problems = results.flatMap(result => problemsOf(result, known, date))
  const there = new Set(problems.map(({ key }) => key))
  const missing = memory.problems.filter(({ key }) => !there.has(key))
  const held = missing.filter(({ key }) => isHidden(key, results))
  const goneNow = missing
    .filter(problem => !held.includes(problem))
    .map(({ key, since }) => ({ key, since, until: date }))
  const recent = memory.gone.filter(({ key, until }) => !there.has(key) && Date.parse(until) > now - SAME_STORY * DAY)
  const titled = <Item extends { key: string }>(item: Item): Item & { title: string } => ({
    ...item,
    title: titleOf(item.key, results)
  })
  return {
    date,
    problems: [
      ...problems.filter(({ level }) => level === 'fail'),
      ...problems.filter(({ level }) => level === 'warn')
    ],
    held: held.map(titled),
    gone: [...goneNow, ...recent].slice(0, MOST_GONE).map(titled)
  }
}

/** What the next night needs to know of this one. */
export function memoryOf({ problems, held, gone }: Night): Memory {
  const remembered = [...problems, ...held].map(({ key, level, since }) => ({ key, level, since }))
  return { problems: remembered, gone: gone.map(({ key, since, until }) => ({ key, since, until })) }
}

/** What happens to the issue. `remember`: it stays closed, and only what it keeps for the next night is written. */
export type IssueStep = 'none' | 'open' | 'update' | 'close' | 'reopen' | 'remember'

/**
 * What to do with the issue after a night. It opens for a failure and for a new warning. If somebody closed it, a warning
 * that was in it does not open it again. It closes when nothing is wrong; a problem that could not be looked at keeps it
 * open.
 * @param issue the one of the nights before, if there is one; `closedAt` in milliseconds since 1970, like `now`
 */
export function nextStep(
  { problems, held }: Night,
  issue: { readonly open: boolean; readonly closedAt?: number } | undefined,
  now: number
): IssueStep {
  if (issue?.open) return problems.length + held.length > 0 ? 'update' : 'close'
  const alarms = problems.some(({ level, news }) => level === 'fail' || news !== undefined)
  if (!alarms) return issue ? 'remember' : 'none'
  return issue && (issue.closedAt ?? 0) > now - SAME_STORY * DAY ? 'reopen' : 'open'
}

function problemsOf({ check, findings }: Result, known: ReadonlyMap<string, Remembered>, date: string): Problem[] {
  const problems = new Map<string, Problem>()
  for (const finding of findings) {
    const { level, about } = finding
    if (level !== 'warn' && level !== 'fail') continue
    const key = keyOf(check, about)
    // Two findings of one key share a line of the issue: the worse counts.
    if (problems.get(key)?.level === 'fail') continue
    const before = known.get(key)
    const title = about === undefined ? check.title : `${check.title}: ${about.replaceAll('-', ' ')}`
    problems.set(key, { key, title, level, finding, since: before?.since ?? date, news: newsOf(before, level) })
  }
  return [...problems.values()]
}

function newsOf(before: Remembered | undefined, level: Problem['level']): Problem['news'] {
  if (before === undefined) return 'new'
  return before.level === 'warn' && level === 'fail' ? 'worse' : undefined
}

function keyOf({ name }: Result['check'], about: string | undefined): string {
  // Others may have named the part. A key that could not be read back would be new every night.
  return about === undefined
    ? name
    : `${name}/${about
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, 60)}`
}

/** Whether a problem that was not found tonight may still be there: its check, or the part of it, could not look, or a cause hides it. */
function isHidden(key: string, results: readonly Result[]): boolean {
  const result = ofKey(key, results)
  if (!result) return false
  const { check, findings, under = [] } = result
  if (under.some(about => keyOf(check, about) === key)) return true
  const part = findings.find(({ about }) => keyOf(check, about) === key)
  if (part) return part.level === 'unknown'
  return under.length > 0 || findings.some(({ level }) => level === 'unknown')
}

function ofKey(key: string, results: readonly Result[]): Result | undefined {
  return results.find(({ check }) => check.name === key.split('/')[0])
}

function titleOf(key: string, results: readonly Result[]): string {
  const about = key.split('/')[1]
  const title = ofKey(key, results)?.check.title ?? key.split('/')[0]!
  return about === undefined ? title : `${title}: ${about.replaceAll('-', ' ')}`
}
