import { beforeEach, describe, expect, it } from '@jest/globals'
import { adviseTask, starterTasks } from '../../src/mastodon/index.ts'
import { writeTreeFile } from '../../src/runtime/index.ts'
import { temp } from '../helpers/temp.ts'

let root: string
beforeEach(() => {
  root = temp()
})

const write = (files: Record<string, string>): void => {
  for (const [file, text] of Object.entries(files)) writeTreeFile(root, file, text)
}
const job = (name: string, className: string, times = `cron: '<%= Random.rand(0..59) %> 3 * * *'`): string =>
  `  ${name}:\n    ${times}\n    class: ${className}\n    queue: scheduler\n`
const sidekiq = (...jobs: string[]): string =>
  `---\n:concurrency: <%= ENV.fetch('SIDEKIQ_CONCURRENCY', 5) %>\n:queues:\n  - [default, 8]\n:scheduler:\n  :schedule:\n${jobs.join('')}`
/** A command group, as Thor declares it. */
const cli = (name: string, commands: Record<string, string[]>): string =>
  `class ${name} < Base\n${Object.entries(commands)
    .map(
      ([command, options]) =>
        `${options.map(option => `  option :${option}\n`).join('')}  desc '${command}'\n  def ${command}(name = nil)\n  end\n`
    )
    .join('\n')}end\n`
const rake = (...names: string[]): string =>
  `namespace :mastodon do\n${names.map(name => `  task ${name}: :environment do\n  end\n`).join('')}end\n`

/** What the trees of these versions say, as far as it matters here. */
const V4_7 = {
  'config/sidekiq.yml': sidekiq(
    job('indexing_scheduler', 'Scheduler::IndexingScheduler', 'interval: 1 minute'),
    job('vacuum_scheduler', 'Scheduler::VacuumScheduler')
  ),
  'lib/mastodon/cli/media.rb': cli('Media', {
    remove: ['days', 'prune_profiles', 'remove_headers', 'keep_interacted'],
    remove_orphans: ['prefix'],
    usage: []
  }),
  'lib/mastodon/cli/preview_cards.rb': cli('PreviewCards', { remove: ['days'] }),
  'lib/mastodon/cli/feeds.rb': cli('Feeds', { clear: [], vacuum: [] }),
  'lib/mastodon/cli/accounts.rb': cli('Accounts', { prune: ['dry_run'], cull: [] }),
  'lib/mastodon/cli/email_domain_blocks.rb': cli('EmailDomainBlocks', { list: [] }),
  'lib/tasks/mastodon.rake':
    'namespace :mastodon do\n  task :setup do\n  end\n  namespace :webpush do\n    task :generate_vapid_key do\n    end\n  end\nend\n'
}
const V3_5 = {
  'config/sidekiq.yml': sidekiq(job('media_cleanup_scheduler', 'Scheduler::MediaCleanupScheduler')),
  'lib/mastodon/media_cli.rb': cli('MediaCLI', { remove: ['days'] }),
  'lib/mastodon/preview_cards_cli.rb': cli('PreviewCardsCLI', { remove: ['days'] }),
  'lib/tasks/mastodon.rake': rake()
}
const V1_2 = {
  'config/sidekiq.yml': '---\n:queues:\n  - [default, 6]\n',
  'lib/tasks/mastodon.rake': rake('daily', 'clear', 'refresh', 'digest')
}

/** Every line that documentation and posts of 2017 told people to schedule. */
const OF_2017: [command: string, instead: RegExp][] = [
  ['rake mastodon:daily', /nothing, Mastodon’s worker does it/],
  ['bundle exec rake mastodon:media:clear', /nothing, Mastodon’s worker does it/],
  [
    'RAILS_ENV=production bundle exec rake mastodon:media:remove_remote',
    /retention period.*tootctl media remove --days 7/
  ],
  ['rake mastodon:media:remove_silenced', /retention period/],
  ['rake -s mastodon:push:refresh', /nothing, PuSH subscriptions went/],
  ['rake mastodon:push:clear', /nothing, PuSH subscriptions went/],
  ['rake mastodon:feeds:clear', /nothing, Mastodon’s worker does it/],
  ['rake mastodon:feeds:clear_all', /`bin\/tootctl feeds clear`/],
  ['rake mastodon:feeds:build', /`bin\/tootctl feeds build --all`/],
  ['bin/rails mastodon:emails:digest', /newer versions have no such mails/],
  ['rake mastodon:users:clear', /nothing, Mastodon’s worker does it/],
  ['rake mastodon:make_admin USERNAME=me', /--role Owner/],
  ['rake mastodon:settings:close_registrations', /settings registrations close/],
  ['rake mastodon:maintenance:update_counter_caches', /a step of an upgrade/]
]

describe('a task of 2017', () => {
  it.each(OF_2017)('%s is named, with what took its place', (command, instead) => {
    write(V4_7)
    expect(adviseTask(root, command)).toEqual([{ kind: 'dead', text: expect.stringMatching(instead) }])
    // Also without a tree.
    expect(adviseTask(temp(), command)).toHaveLength(1)
  })

  it.each(['rake mastodon:daily', 'rake mastodon:push:refresh'])('%s is fine in a tree of 2017', command => {
    write(V1_2)
    expect(adviseTask(root, command)).toEqual([])
  })
})

describe('a task in quotes', () => {
  it.each([
    `sh -c "rake mastodon:media:remove"`,
    `sh -c 'cd /app && bundle exec rake mastodon:media:remove'`,
    `bundle exec 'rake mastodon:media:remove'`,
    `bash -lc "bundle exec 'rake mastodon:media:remove'"`,
    `bundle exec "rake" 'mastodon:media:remove'`,
    `bundle exec rake 'mastodon:'media":remove"`,
    `/app/bin/rake RAILS_ENV=production --trace mastodon:media:remove`,
    String.raw`sh -c "rake \"mastodon:media:remove\""`,
    String.raw`rake mastodon:media\:remove`,
    'rake mastodon:media:remove[7]',
    'rake db:migrate mastodon:media:remove',
    'true; (rake mastodon:media:remove)',
    'echo $(rake mastodon:media:remove)',
    'rake mastodon:media:remove # every night'
  ])('is seen: %s', command => {
    write(V4_7)
    const text = 'this version has no `rake mastodon:media:remove`, so it ends with an error'
    expect(adviseTask(root, command)).toEqual([{ kind: 'dead', text }])
  })

  it('is seen beside others, each once', () => {
    write(V4_7)
    const all = adviseTask(
      root,
      `sh -c "rake mastodon:daily && rake mastodon:feeds:clear; rake mastodon:daily"; tootctl nothing at`
    )
    expect(all.map(({ text }) => /(?:rake|tootctl) [\w:]+/.exec(text)![0])).toEqual([
      'rake mastodon:daily',
      'rake mastodon:feeds:clear',
      'tootctl nothing'
    ])
  })

  it.each([
    'echo "rake mastodon:daily"',
    'true # rake mastodon:daily',
    'rake other:one#rake mastodon',
    `rake 'mastodon:daily`.replace('mastodon', 'other'),
    `'`.repeat(9_999),
    `"'`.repeat(9_999),
    '\\'.repeat(10_001)
  ])('is none: %.40s', command => {
    write(V4_7)
    expect(adviseTask(root, command)).toEqual([])
  })
})

describe('a task of today', () => {
  const needless = (by: RegExp): object[] => [{ kind: 'needless', text: expect.stringMatching(by) }]
  const dead = (why: string): object[] => [{ kind: 'dead', text: why }]
  const ifRetention = /vacuum_scheduler in config\/sidekiq\.yml\), if a number of days is set as “Media cache retention/
  const cases: [command: string, tree: Record<string, string>, advice: object[]][] = [
    ['bin/tootctl media remove --days 7 --keep-interacted', V4_7, needless(ifRetention)],
    ['bin/tootctl media remove --prune-profiles --days 30', V4_7, []],
    ['bin/tootctl media remove-orphans --prefix x', V4_7, []],
    ['bin/tootctl preview_cards remove', V4_7, needless(ifRetention)],
    ['cd /app && tootctl preview-cards remove --days 180', V4_7, needless(ifRetention)],
    ['bin/tootctl feeds vacuum', V4_7, needless(/vacuum_scheduler in config\/sidekiq\.yml\)$/)],
    ['bin/tootctl feeds clear', V4_7, []],
    ['bin/tootctl email-domain-blocks list', V4_7, []],
    ['bin/tootctl accounts prune --dry-run', V4_7, []],
    ['bin/tootctl accounts prune && bin/curl --location x', V4_7, []],
    ['rails mastodon:webpush:generate_vapid_key', V4_7, []],
    [
      'rake mastodon:unheard_of',
      V4_7,
      dead('this version has no `rake mastodon:unheard_of`, so it ends with an error')
    ],
    ['bin/tootctl nothing remove', V4_7, dead('this version has no `tootctl nothing`')],
    ['bin/tootctl accounts nothing', V4_7, dead('this version has no `tootctl accounts nothing`')],
    [
      'bin/tootctl media remove --keep-interacted',
      V3_5,
      dead('`tootctl media remove` of this version has no `--keep-interacted`')
    ],
    ['bin/tootctl media remove --days 7', V3_5, []],
    ['bin/tootctl media remove --days 7', {}, []],
    ['bin/tootctl nothing remove', {}, []],
    ['rake mastodon:unheard_of', {}, []],
    ['echo mastodon:daily', V4_7, []]
  ]
  it.each(cases)('%s', (command, tree, advice) => {
    write(tree)
    expect(adviseTask(root, command)).toEqual(advice)
  })
})

describe('a list to start with', () => {
  it.each([
    ['4.7', V4_7, ['bin/tootctl media remove --prune-profiles --days 30', 'bin/tootctl accounts prune']],
    ['3.5', V3_5, ['bin/tootctl media remove --days 7', 'bin/tootctl preview_cards remove --days 180']],
    ['1.2', V1_2, ['bundle exec rake mastodon:daily']],
    ['something else', {}, []]
  ])('of %s has what it knows and does not do by itself', (_, tree, commands) => {
    write(tree)
    expect(starterTasks(root).map(({ command }) => command)).toEqual(commands)
  })
})
