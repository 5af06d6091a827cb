import { describe, expect, it } from '@jest/globals'
import { planUpgrade } from '../../src/mastodon/index.ts'
import {
  makeUpgrade,
  parseReport,
  renderMarkdown,
  reportJson,
  upgradeMarkdown,
  type Upgrade
} from '../../src/report/index.ts'
import { factsOf, versionFile } from '../mastodon/upgrade/fork.ts'
import { sampleReport } from './sample.ts'

const KEYS = 'db/post_migrate/20260702144128_migrate_local_account_keypairs.rb'
const HOSTILE = 'db/migrate/20260601000000_add_a.rb'
const base = { kind: 'merge-base' as const, commit: 'a'.repeat(40), name: 'main' }

/** Of a tree whose author writes what he likes if a line is shown. */
function upgradeOf(): Upgrade {
  const files = {
    [KEYS]: 'accounts.update_all(private_key: nil)',
    [HOSTILE]: 'remove_column :a, "`<b>@you</b>|` [x](https://evil.example)"'
  }
  const before = { [KEYS]: undefined, [HOSTILE]: undefined, 'lib/mastodon/version.rb': versionFile('4.6.5') }
  return makeUpgrade(planUpgrade(factsOf({ files, before, vars: { REDIS_NAMESPACE: 'm', OTP_SECRET: 'a' } })), base)
}

const withUpgrade = (change: (upgrade: Upgrade) => void = () => {}): string => {
  const upgrade = structuredClone(upgradeOf())
  change(upgrade)
  return reportJson(sampleReport(report => (report.upgrade = upgrade)))
}

describe('the upgrade plan in report.json', () => {
  it('is read as it was written', () => {
    expect(parseReport(withUpgrade()).upgrade).toEqual(upgradeOf())
  })

  it.each([
    ['an unknown field', (upgrade: Upgrade) => Object.assign(upgrade, { note: 'x' })],
    [
      'a migration with a sentence for a name',
      (upgrade: Upgrade) => (upgrade.migrations[0]!.name = 'visit evil.example')
    ],
    ['a finding that is none', (upgrade: Upgrade) => Object.assign(upgrade.findings[0]!, { name: 'click-here' })],
    ['a level that is none', (upgrade: Upgrade) => Object.assign(upgrade.findings[0]!, { level: 'fine' })],
    ['a version with words', (upgrade: Upgrade) => (upgrade.to = 'www.evil.example')],
    ['a reason with a line break', (upgrade: Upgrade) => (upgrade.findings[0]!.reason = 'a\n# b')],
    ['a remedy without end', (upgrade: Upgrade) => (upgrade.findings[0]!.remedy = 'a'.repeat(2_001))],
    ['a line that turns around', (upgrade: Upgrade) => (upgrade.migrations[0]!.destructive!.text = 'a\u202eb')],
    [
      'too many findings',
      (upgrade: Upgrade) => (upgrade.findings = Array.from({ length: 101 }, () => upgrade.findings[0]!))
    ],
    ['a base that is no commit', (upgrade: Upgrade) => (upgrade.base!.commit = 'main')]
  ])('with %s is refused', (_, change) => {
    expect(() => parseReport(withUpgrade(change))).toThrow(/not valid at upgrade\./)
  })

  it('is cut to what may be written, however long a tree makes it', () => {
    const name = 'a'.repeat(230)
    const file = `db/migrate/20260601000000_${name}.rb`
    const plan = planUpgrade(factsOf({ files: { [file]: 'drop_table :a' }, before: { [file]: undefined } }))
    const upgrade = makeUpgrade(plan, { ...base, name: 'b\u0000'.repeat(300) })
    expect(parseReport(reportJson(sampleReport(report => (report.upgrade = upgrade)))).upgrade).toEqual(upgrade)
    expect(upgrade.migrations[0]!.name).toHaveLength(200)
  })
})

/** As GitHub shows it. */
function shown(markdown: string): string {
  return markdown.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}

describe('the upgrade plan for people', () => {
  it('says what it brings, what stands against it, what is done by hand, and each migration', () => {
    const text = shown(upgradeMarkdown(upgradeOf(), true))
    expect(text).toMatch(/^### This upgrade: 2 migrations, 1 after deployment, one moves every account's keys\n/)
    expect(text).toMatch(/From 4\.6\.5 to 4\.7\.6, compared with where it left `main` \(`aaaaaaaa`\)\./)
    const same = upgradeMarkdown(
      { ...upgradeOf(), from: '4.7.6', base: { kind: 'parent', commit: 'a'.repeat(40), name: '' } },
      true
    )
    expect(same).toContain('Mastodon 4.7.6 as before, compared with the commit before it (`aaaaaaaa`).')
    expect(text).toMatch(
      /\| \*\*stops it\*\* \| `forbidden-config` \|.*<code>heroku config:unset REDIS_NAMESPACE --app my-mastodon<\/code>/
    )
    expect(text).toMatch(
      /\| `20260702144128` \| `migrate_local_account_keypairs` \| after \| moves every account's keys<br>rewrites rows, line 1/
    )
    expect(text).toContain('Afterwards a rollback will be refused.')
  })

  it('shows nothing of a hostile line as markup, mention or link', () => {
    const text = upgradeMarkdown(upgradeOf(), true)
    expect(text).not.toMatch(/<b>|@you|\]\(https/)
    for (const row of text.split('\n').filter(line => line.startsWith('| `2026')))
      expect(row.split(' | ')).toHaveLength(4)
  })

  it('is a section of the report; of a fork’s pull request figures and names alone', () => {
    const report = parseReport(withUpgrade())
    expect(renderMarkdown({ report, history: [] })).toContain('one moves every account')
    const foreign = renderMarkdown({ report, history: [], measuredBy: 7 })
    expect(foreign).toContain('### This upgrade: 2 migrations, 1 after deployment\n')
    expect(foreign).toContain('`forbidden-config` (stops it)')
    expect(foreign).not.toMatch(/every account|REDIS_NAMESPACE|remove_column|migrate_local/)
    // Where there is no room it is left out, and named.
    expect(renderMarkdown({ report, history: [] }, 3_000)).toMatch(/Left out.*the upgrade plan/)
  })

  it('says so where nothing is to be said', () => {
    const nothing = makeUpgrade(planUpgrade(factsOf()), undefined)
    expect(upgradeMarkdown(nothing, true)).toMatch(/This upgrade: no migrations[^]*Nothing stands against it\./)
    expect(
      upgradeMarkdown(makeUpgrade(planUpgrade(factsOf({ before: false, live: false })), undefined), true)
    ).toContain('fetch-depth: 0')
  })
})
