import { signedShare, signedSize, numberText, sizeText } from '../../runtime/index.ts'
import { code, details, escape, table } from '../../verdict/index.ts'
import { type ChangedComponent, type Comparison } from '../compare/index.ts'
import { type Told } from './told.ts'

const SHOWN_COMPONENTS = 15
const SHOWN_FILES = 12
/** A reason is named if it is at least this share of what was added or removed. */
const WORTH_NAMING = 0.1
const MOST_REASONS = 4

/** What changed against the base, folded; `open` unfolds it. */
export function whatChanged({ comparison, baseline, report }: Told, open: boolean): string {
  if (!comparison || !baseline) return ''
  const { change, components, buildpacks } = comparison
  if (change === undefined) return ''
  if (components.length === 0 && buildpacks.length === 0) return change === 0 ? 'Nothing in the slug has changed.' : ''
  const content = [
    reasons(comparison, report.source.mastodonVersion, baseline.report.source.mastodonVersion),
    componentTable(comparison),
    fileTable(comparison.files)
  ]
  return details(`What changed: ${signedSize(change)}`, content.filter(Boolean).join('\n\n'), open)
}

/**
 * One or two sentences: what most of the change comes from, and what was updated.
 * @param now Mastodon's version, and `before` that of the base
 */
function reasons(
  { change = 0, components, buildpacks }: Comparison,
  now: string | undefined,
  before: string | undefined
): string {
  const updates = buildpacks.map(({ name, from, to }) => {
    if (from === undefined) return `buildpack ${code(name)} is new`
    if (to === undefined) return `buildpack ${code(name)} is gone`
    return `buildpack ${code(name)} ${escape(from.slice(0, 12))} → ${escape(to.slice(0, 12))}`
  })
  if (before !== now) updates.unshift(`Mastodon ${escape(before ?? '?')} → ${escape(now ?? '?')}`)
  const grown = change >= 0
  const same = components.filter(component => component.change > 0 === grown)
  const all = same.reduce((sum, component) => sum + Math.abs(component.change), 0)
  const main = same
    .filter(component => Math.abs(component.change) >= all * WORTH_NAMING)
    .slice(0, MOST_REASONS)
    .map(component => `${title(component)} (${component.how === 'new' ? 'new, ' : ''}${signedSize(component.change)})`)
  const lines = []
  if (main.length > 0) lines.push(`${grown ? 'Most of what was added' : 'Most of what went'}: ${main.join('; ')}.`)
  if (updates.length > 0) lines.push(`Other versions: ${updates.join('; ')}.`)
  return lines.join('\n')
}

function title({ kind, name, ...change }: ChangedComponent): string {
  const versions = versionsOf(change)
    .filter(version => version !== undefined)
    .join(' → ')
  const version = versions === '' ? '' : ` ${escape(versions)}`
  return kind === 'folder' ? code(name) : `${kind === 'gem' ? 'gem' : 'npm package'} ${code(name)}${version}`
}

function versionsOf({ how, from, to }: Pick<ChangedComponent, 'how' | 'from' | 'to'>): (string | undefined)[] {
  if (from === to || how === 'new') return [to]
  return how === 'gone' ? [from] : [from, to]
}

function componentTable({ components, rest, shares, moved }: Comparison): string {
  const shown = components.slice(0, SHOWN_COMPONENTS)
  const others = components.slice(SHOWN_COMPONENTS)
  const left = others.reduce((sum, { change }) => sum + change, rest.change)
  const count = others.length + rest.count
  const rows = shown.map(component => [title(component), component.how, signedSize(component.change)])
  if (count > 0 || left !== 0)
    rows.push([count > 0 ? `${numberText(count)} more, and the archive` : 'the archive itself', '', signedSize(left)])
  if (shares !== 0) rows.push(['unchanged files in blocks shared with changed ones', '', signedSize(shares)])
  const note =
    moved > 0
      ? `\n\n${numberText(moved)} files only have another folder than before, with the same name and size; they do not count.`
      : ''
  return rows.length === 0 ? '' : table(['Part of the slug', 'What', 'Change'], rows, '--r') + note
}

function fileTable(files: Comparison['files']): string {
  const rows = files
    .slice(0, SHOWN_FILES)
    .map(({ path, how, change, size: now }) => [
      code(path),
      how,
      signedSize(change),
      how === 'gone' ? '' : sizeText(now)
    ])
  const more =
    files.length > SHOWN_FILES ? `\n\n${numberText(files.length - SHOWN_FILES)} more files have changed.` : ''
  return rows.length === 0 ? '' : table(['File', 'What', 'Change', 'Size now'], rows, '--rr') + more
}

/** A table's cell for a change in size. */
export function changeCell(head: number, base: number | undefined): string {
  if (base === undefined) return 'new'
  const share = signedShare(head - base, base)
  return share === '' ? signedSize(head - base) : `${signedSize(head - base)} (${share})`
}
