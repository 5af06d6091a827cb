import { upgradeHeadline } from '../../mastodon/index.ts'
import { numberText } from '../../runtime/index.ts'
import { code, details, escape, table } from '../../verdict/index.ts'
import { type Upgrade } from '../upgrade.ts'

const LEVELS = { block: 'stops it', warn: 'warning', note: 'note' } as const

/**
 * The upgrade plan as Markdown: `This upgrade: 27 migrations, 8 after deployment, one moves every account's keys`, its
 * findings, what to do by hand, and each migration with the lines that matter.
 * @param ours whether its sentences may be shown; of somebody else's plan only figures and names are
 */
export function upgradeMarkdown(upgrade: Upgrade, ours: boolean): string {
  return [
    `### This upgrade: ${head(upgrade, ours)}`,
    summary(upgrade, ours),
    ...(ours ? inWords(upgrade) : [names(upgrade.findings)])
  ]
    .filter(Boolean)
    .join('\n\n')
}

function head(upgrade: Upgrade, ours: boolean): string {
  const migrations = ours ? upgrade.migrations : upgrade.migrations.map(({ phase }) => ({ phase }))
  return escape(upgradeHeadline({ basis: upgrade.basis, migrations }))
}

function summary({ base, from, to, basis, streaming, rollback }: Upgrade, ours: boolean): string {
  const known = {
    database: 'The database was asked which migrations it has.',
    tree: 'Pending migrations are those that the commit before does not have; the database was not asked.',
    empty: '',
    unknown: 'No commit before it is in the checkout; `fetch-depth: 0` brings them.'
  }[basis]
  const versions =
    from === undefined || to === undefined
      ? ''
      : `${from === to ? `Mastodon ${escape(to)} as before` : `From ${escape(from)} to ${escape(to)}`}${base ? `, compared with ${ours ? where(base) : `\`${base.commit.slice(0, 8)}\``}` : ''}.`
  return [
    versions,
    known,
    streaming === 'yes' ? 'The streaming server changes: it must be deployed again, from the same commit.' : '',
    { unsafe: 'Afterwards a rollback will be refused.', safe: 'Afterwards a rollback is possible.', unknown: '' }[
      rollback
    ]
  ]
    .filter(Boolean)
    .join(' ')
}

function where({ kind, name, commit }: NonNullable<Upgrade['base']>): string {
  const at = `\`${commit.slice(0, 8)}\``
  if (kind === 'tag') return `the tag ${code(name)} (${at})`
  if (kind === 'parent') return `the commit before it (${at})`
  if (kind === 'release') return `what ${code(name)} runs (${at})`
  return `where it left ${code(name)} (${at})`
}

function inWords(upgrade: Upgrade): string[] {
  const { findings, steps, migrations } = upgrade
  const rows = findings.map(({ level, name, reason, remedy }) => [
    level === 'block' ? `**${LEVELS[level]}**` : LEVELS[level],
    code(name),
    prose(reason),
    prose(remedy)
  ])
  return [
    rows.length > 0
      ? table(['Level', 'Finding', 'What is so', 'What to do'], rows, '----')
      : 'Nothing stands against it.',
    steps
      .map(
        ({ when, version, text, command }) =>
          `- By hand, ${when} it (${escape(version)}): ${prose(text)}${command === undefined ? '' : `: ${code(command)}`}`
      )
      .join('\n'),
    migrations.length > 0 ? details(`Migrations (${numberText(migrations.length)})`, migrationTable(migrations)) : ''
  ]
}

/** Only the names of findings: the schema allows no others than ours. */
function names(findings: Upgrade['findings']): string {
  return findings.length === 0
    ? ''
    : `Findings: ${findings.map(({ name, level }) => `${code(name)} (${LEVELS[level]})`).join(', ')}. docs/upgrading.md of mastodon-on-heroku says what each means.`
}

const SHOWN = 200

function migrationTable(migrations: Upgrade['migrations']): string {
  const rows = migrations
    .slice(0, SHOWN)
    .map(({ version, name, phase, does, long, destructive, irreversible }) => [
      `\`${version}\``,
      code(name),
      phase === 'pre' ? 'before' : 'after',
      [...new Set([does === undefined ? '' : escape(does), lineOf(destructive), lineOf(long), lineOf(irreversible)])]
        .filter(Boolean)
        .join('<br>')
    ])
  const more = migrations.length - SHOWN
  return (
    table(['Version', 'Migration', 'Phase', 'What it does'], rows, '----') +
    (more > 0 ? `\n\nAnd ${numberText(more)} more.` : '')
  )
}

function lineOf(marker: Upgrade['migrations'][number]['long']): string {
  return marker === undefined ? '' : `${escape(marker.why)}, line ${marker.line}: ${code(marker.text)}`
}

/** Our sentences as HTML, with code for what is between backticks. They may hold text of others, so all of it is escaped. */
function prose(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map(part => (/^`[^`]+`$/.test(part) ? `<code>${escape(part.slice(1, -1))}</code>` : escape(part)))
    .join('')
}
