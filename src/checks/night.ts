import { type Check, type Finding, type Result } from './check.ts'

/** Something that is wrong, as it was found tonight. */
export interface Problem {
  /** Of the check, and of its part: `queues/dead-set`. Stable over nights. */
  readonly key: string
  readonly title: string
  readonly level: 'warn' | 'fail'
  readonly finding: Finding
  /** The first night, `2026-11-25` (UTC). */
  readonly since: string
  /** Whether it is told for the first time, or has become a failure. */
  readonly news: 'new' | 'worse' | undefined
}

/** What was wrong, and could not be looked at tonight: neither there nor gone. */
export interface Held extends Remembered {
  readonly title: string
}

export interface Gone {
  readonly key: string
  readonly since: string
  /** The first night without it. */
  readonly until: string
}

/** What is known of one night, in the light of those before. */
export interface Night {
  readonly date: string
  /** Failures first, then in the order of the checks. */
  readonly problems: readonly Problem[]
  readonly held: readonly Held[]
  /** The latest first. */
  readonly gone: readonly (Gone & { readonly title: string })[]
}

export interface Remembered {
  readonly key: string
  readonly level: 'warn' | 'fail'
  readonly since: string
}

/** What one night hands on to the next. */
export interface Memory {
  readonly problems: readonly Remembered[]
  readonly gone: readonly Gone[]
}

export const NO_MEMORY: Memory = { problems: [], gone: [] }

const DAY = 86_400_000
/** Days for which what is gone is still told, and for which a closed issue is opened again rather than a new one made. */
const SAME_STORY = 14
const MOST_GONE = 20

/** `2026-11-25`, of milliseconds since 1970. */
export function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** Compares tonight's results with what the night before left. Pure. */
export function compareNight(results: readonly Result[], memory: Memory, now: number): Night {
  const date = dateOf(now)
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

export function memoryOf({ problems, held, gone }: Night): Memory {
  const remembered = [...problems, ...held].map(({ key, level, since }) => ({ key, level, since }))
  return { problems: remembered, gone: gone.map(({ key, since, until }) => ({ key, since, until })) }
}

/** What becomes of the issue. `remember`: it stays closed, and only what it keeps for the next night changes. */
export type IssueStep = 'none' | 'open' | 'update' | 'close' | 'reopen' | 'remember'

/**
 * An issue opens for a failure and for a new warning. Somebody may close it: then a warning that was in it does not open
 * it again. It closes when nothing is wrong; what could not be looked at keeps it open.
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
    // Two of one key would be one line of the issue: the worse counts.
    if (problems.get(key)?.level === 'fail') continue
    const before = known.get(key)
    const news = before === undefined ? 'new' : before.level === 'warn' && level === 'fail' ? 'worse' : undefined
    const title = about === undefined ? check.title : `${check.title}: ${about.replaceAll('-', ' ')}`
    problems.set(key, { key, title, level, finding, since: before?.since ?? date, news })
  }
  return [...problems.values()]
}

function keyOf({ name }: Check, about: string | undefined): string {
  // A part may be named by what others say, and a key that cannot be read again would be new every night.
  return about === undefined
    ? name
    : `${name}/${about
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, 60)}`
}

/** Whether a problem that was not found tonight may still be there: its check, or its part of it, could not look. */
function isHidden(key: string, results: readonly Result[]): boolean {
  const result = ofKey(key, results)
  const part = result?.findings.find(({ about }) => keyOf(result.check, about) === key)
  if (part) return part.level === 'unknown'
  return result?.findings.some(({ level }) => level === 'unknown') ?? false
}

function ofKey(key: string, results: readonly Result[]): Result | undefined {
  return results.find(({ check }) => check.name === key.split('/')[0])
}

function titleOf(key: string, results: readonly Result[]): string {
  const about = key.split('/')[1]
  const title = ofKey(key, results)?.check.title ?? key.split('/')[0]!
  return about === undefined ? title : `${title}: ${about.replaceAll('-', ' ')}`
}
