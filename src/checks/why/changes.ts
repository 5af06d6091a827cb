import { type Release } from '../../heroku/index.ts'
import { shortened } from '../../runtime/index.ts'
import { type Sighting } from './seen.ts'

/** Something that somebody changed about an app. */
export interface Change {
  readonly kind: 'config' | 'deploy' | 'add-on' | 'rollback' | 'scaling' | 'other'
  readonly at: number
  /** Its release, if it made one. */
  readonly version?: number
  /** In Heroku's words: `Set DB_POOL config vars`. Hostile text of bounded length. */
  readonly what: string
  /** Names of the config vars that it changed. */
  readonly vars: readonly string[]
  /** E-mail address of the account, as Heroku has it. */
  readonly author?: string
}

/** How much of an author may be told: a public page must not have anybody's address. */
export type Naming = 'address' | 'nobody'

const WORDS: readonly (readonly [Change['kind'], RegExp])[] = [
  ['config', /^(?:Set|Remove|Unset|Config (?:add|remove)) [A-Z_]/],
  ['deploy', /^(?:Deploy|Promote|Retry of|Copy)\b/i],
  ['rollback', /^Rollback\b/i],
  [
    'add-on',
    /^(?:Attach|Detach|Update|Upgrade|Downgrade|Add|Remove|Create|Delete|Provision|Deprovision|Change)\b|@ref:/i
  ]
]

/** What was changed, the newest first: releases that succeeded, and the scaling that the log still tells. */
export function changesOf({ releases = [], log = [] }: Pick<Sighting, 'releases' | 'log'>): Change[] {
  const scaled = log.flatMap(({ time, source, dyno, text }): Change[] => {
    const [, what, author] =
      source === 'app' && dyno === 'api' ? (/^(Scaled to .{1,200}?)(?: by user (\S{1,200}))?$/.exec(text) ?? []) : []
    return what === undefined ? [] : [{ kind: 'scaling', at: time, what: brief(what), vars: [], author }]
  })
  const released = releases.filter(({ status }) => status !== 'failed').flatMap(release => changeOf(release) ?? [])
  return [...released, ...scaled].sort((a, b) => b.at - a.at)
}

/** The change that a release is; undefined if it does not say when it was made. */
export function changeOf({ version, description: whole, user, created_at }: Release): Change | undefined {
  // It is as long as who wrote it likes.
  const description = shortened(whole, 1_000)
  const at = Date.parse(created_at)
  if (Number.isNaN(at)) return undefined
  const [kind] = WORDS.find(([, words]) => words.test(description)) ?? ['other' as const]
  const vars =
    kind === 'config' ? [...description.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b/g)].map(([name]) => name) : []
  return { kind, at, version, what: brief(description), vars, author: user?.email }
}

/** Without addresses: the author is told apart, if at all. */
function brief(text: string): string {
  return shortened(text.replace(/[^\s@]{1,200}@[^\s@]{1,200}\.[^\s@]{1,200}/g, '…').replace(/[\s\p{Cc}]+/gu, ' '), 120)
}

/** `v41 (Set DB_POOL config vars, by ann@example.org)`. */
export function changeText({ version, what, author }: Change, naming: Naming): string {
  const by = authorText(author, naming)
  const whole = by === undefined ? what : `${what}, by ${by}`
  return version === undefined ? `“${whole}”` : `v${version} (${whole})`
}

function authorText(author: string | undefined, naming: Naming): string | undefined {
  if (!author) return undefined
  // Add-ons change their own config vars under an address of Heroku's.
  const addon = /^([\w.-]{1,60})@addons\.heroku\.com$/.exec(author)?.[1]
  if (addon !== undefined) return `the add-on ${addon}`
  return naming === 'address' ? shortened(author, 100) : 'a collaborator'
}

/** `03:12:40` (UTC). */
export function clockText(time: number): string {
  return new Date(time).toISOString().slice(11, 19)
}
