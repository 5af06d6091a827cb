import { readTreeFile } from '../runtime/index.ts'
import { shellCommands } from './shell-words.ts'
import { readText } from './text.ts'

/** Advice on a scheduled task: that it fails, or that nobody needs it. */
interface TaskAdvice {
  /** `dead`: it ends with an error in this tree. `needless`: Mastodon does it by itself. */
  readonly kind: 'dead' | 'needless'
  /** What is so, and what to do instead. */
  readonly text: string
}

const BY_WORKER = 'nothing, Mastodon’s worker does it by itself (sidekiq-scheduler, since 1.4)'
const BY_UPGRADE = 'nothing, it was a step of an upgrade long ago'
const NO_PUSH = 'nothing, PuSH subscriptions went with OStatus in 3.0'
/** The setting without which Mastodon's vacuum removes nothing. */
const RETENTION = '“Media cache retention period” in Administration → Server settings → Content retention'

/**
 * What took the place of the rake tasks of 2017 (mastodon/mastodon: lib/tasks/mastodon.rake of v1.0 to v2.4, its issues
 * 2473, 2799, 3180, 4336; lib/mastodon/cli). Documentation told Heroku's users to schedule some of them.
 */
const SUCCESSORS: readonly (readonly [names: RegExp, instead: string])[] = [
  [/^daily$/, BY_WORKER],
  [/^media:clear$/, BY_WORKER],
  [/^media:remove_remote$/, `set ${RETENTION}, or run \`bin/tootctl media remove --days 7\``],
  [/^media:remove_silenced$/, `${RETENTION}, for all remote accounts`],
  [/^media:redownload_avatars$/, '`bin/tootctl accounts refresh`'],
  [/^push:(?:refresh|clear)$/, NO_PUSH],
  [/^feeds:clear$/, BY_WORKER],
  [/^feeds:clear_all$/, '`bin/tootctl feeds clear`'],
  [/^feeds:build$/, '`bin/tootctl feeds build --all`'],
  [/^emails:digest$/, 'nothing, the worker sent them from 2.2 on, and newer versions have no such mails'],
  [/^users:clear$/, BY_WORKER],
  [/^users:admins$/, 'Administration → Accounts'],
  [/^(?:make_admin|make_mod)$/, '`bin/tootctl accounts modify NAME --role Owner`'],
  [/^confirm_email$/, '`bin/tootctl accounts modify NAME --confirm`'],
  [/^settings:open_registrations$/, '`bin/tootctl settings registrations open`'],
  [/^settings:close_registrations$/, '`bin/tootctl settings registrations close`'],
  [/^(?:maintenance:|media:set_unknown)/, BY_UPGRADE]
]

/** Tasks that the worker does by itself, and the class in config/sidekiq.yml that does them. */
const DONE_BY_WORKER: readonly { readonly task: RegExp; readonly by: RegExp; readonly when?: string }[] = [
  {
    task: /^media remove(?![-\w]|.*--(?:prune-profiles|remove-headers))/,
    by: /^Scheduler::VacuumScheduler$/,
    when: RETENTION
  },
  { task: /^preview[_-]cards remove\b/, by: /^Scheduler::VacuumScheduler$/, when: RETENTION },
  { task: /^feeds vacuum\b/, by: /^Scheduler::(?:VacuumScheduler|FeedCleanupScheduler)$/ }
]

/**
 * Advice on a scheduled command, by a tree; none if the tree says nothing of it.
 * @param root folder of the tree
 * @param command for a shell; what stands in quotes within it counts, too
 */
export function adviseTask(root: string, command: string): TaskAdvice[] {
  const all = shellCommands(command).flatMap(words => adviseWords(root, words))
  return all.filter(({ text }, index) => all.findIndex(advice => advice.text === text) === index)
}

function adviseWords(root: string, words: readonly string[]): TaskAdvice[] {
  const at = words.findIndex(word => /(?:^|\/)(?:rake|rails|tootctl)$/.test(word))
  const [program = '', ...rest] = words.slice(Math.max(0, at))
  if (at === -1) return []
  if (!program.endsWith('tootctl'))
    return rest.flatMap(word => {
      const task = /^mastodon:([a-z_:]+)(?:\[.*)?$/.exec(word)?.[1]
      return task === undefined ? [] : adviseRake(root, task)
    })
  const [group = '', name = '', ...options] = rest
  const isName = (word: string): boolean => /^[a-z_-]+$/.test(word) && !word.startsWith('-')
  return isName(group) && isName(name) ? adviseTootctl(root, group, name, options.map(word => ` ${word}`).join('')) : []
}

function adviseRake(root: string, task: string): TaskAdvice[] {
  const file = readTreeFile(root, 'lib/tasks/mastodon.rake')
  // The last part of its name is enough: no two tasks of the file share it.
  const last = task.split(':').at(-1)!
  if (file !== undefined && new RegExp(`\\btask\\s+:?${last}\\b`).test(file)) return []
  const successor = SUCCESSORS.find(([names]) => names.test(task))?.[1]
  if (successor === undefined && file === undefined) return []
  const text = `this version has no \`rake mastodon:${task}\`, so it ends with an error`
  return [{ kind: 'dead', text: successor === undefined ? text : `${text}. Instead: ${successor}` }]
}

function adviseTootctl(root: string, group: string, name: string, rest: string): TaskAdvice[] {
  const method = name.replaceAll('-', '_')
  const cli = cliOf(root, group)
  if (cli === undefined) {
    return hasCli(root) ? [{ kind: 'dead', text: `this version has no \`tootctl ${group}\`` }] : []
  }
  if (!new RegExp(`^\\s+def ${method}\\b`, 'm').test(cli)) {
    return [{ kind: 'dead', text: `this version has no \`tootctl ${group} ${name}\`` }]
  }
  const options = [...rest.matchAll(/(?:^|\s)--(?:no-|skip-)?([a-z][a-z-]*)/g)].map(([, option]) => option!)
  const unknown = options.filter(option => !new RegExp(`\\boption :${option.replaceAll('-', '_')}\\b`).test(cli))
  const dead = unknown.map((option): TaskAdvice => ({
    kind: 'dead',
    text: `\`tootctl ${group} ${name}\` of this version has no \`--${option}\``
  }))
  const workers = schedulers(root)
  const needless = DONE_BY_WORKER.flatMap(({ task, by, when }): TaskAdvice[] => {
    const worker = workers.find(({ className }) => by.test(className))
    if (!worker || !task.test(`${group} ${name}${rest}`)) return []
    const does = `Mastodon’s worker does it daily by itself (${worker.name} in config/sidekiq.yml)`
    return [{ kind: 'needless', text: when === undefined ? does : `${does}, if a number of days is set as ${when}` }]
  })
  return dead.length > 0 ? dead : needless
}

/** The source of a command of tootctl: since 4.2 in lib/mastodon/cli/, before in lib/mastodon/NAME_cli.rb. */
function cliOf(root: string, group: string): string | undefined {
  const name = group.replaceAll('-', '_')
  return readTreeFile(root, `lib/mastodon/cli/${name}.rb`) ?? readTreeFile(root, `lib/mastodon/${name}_cli.rb`)
}

function hasCli(root: string): boolean {
  return cliOf(root, 'media') !== undefined
}

/** The jobs that sidekiq-scheduler starts: those of config/sidekiq.yml, read line by line, for it has Ruby in it. */
function schedulers(root: string): { readonly name: string; readonly className: string }[] {
  const found: { name: string; className: string }[] = []
  let open: { readonly name: string; readonly indent: number } | undefined
  for (const line of readText(root, 'config/sidekiq.yml').split('\n')) {
    const indent = line.length - line.trimStart().length
    const name = /^ +(\w+):$/.exec(line)?.[1]
    const className = /^ +class: *['"]?(Scheduler::[\w:]+)/.exec(line)?.[1]
    if (indent === 0) open = undefined
    else if (name !== undefined && (!open || indent <= open.indent)) open = { name, indent }
    else if (className !== undefined && open) {
      found.push({ name: open.name, className })
      open = undefined
    }
  }
  return found
}

/** A task for a new config. */
export interface StarterTask {
  readonly command: string
  /** As the config says it. */
  readonly times: string
  readonly why: string
}

const STARTERS: readonly (StarterTask & { readonly unless?: RegExp })[] = [
  {
    command: 'bin/tootctl media remove --prune-profiles --days 30',
    times: 'every: day, at: "03:30"',
    why: 'avatars and headers of remote accounts, which the worker keeps for ever'
  },
  {
    command: 'bin/tootctl media remove --days 7',
    times: 'every: day, at: "04:00"',
    why: 'remote media; this version’s worker does not remove it',
    unless: /^Scheduler::VacuumScheduler$/
  },
  {
    command: 'bin/tootctl preview_cards remove --days 180',
    times: 'every: day, at: "04:30"',
    why: 'images of link previews; this version’s worker does not remove them',
    unless: /^Scheduler::VacuumScheduler$/
  },
  {
    command: 'bin/tootctl accounts prune',
    times: 'cron: "0 5 1 * *"',
    why: 'remote accounts that nobody here ever had to do with; monthly, and not with heroku-scheduler'
  },
  {
    command: 'bundle exec rake mastodon:daily',
    times: 'every: day, at: "03:30"',
    why: 'what this version does not do by itself',
    unless: /./
  }
]

/** Tasks worth scheduling: those that the tree knows and does not do by itself. Empty if it is not Mastodon's. */
export function starterTasks(root: string): StarterTask[] {
  const workers = schedulers(root)
  const knows = (command: string): boolean => {
    const known = command.includes('rake') ? readTreeFile(root, 'lib/tasks/mastodon.rake') !== undefined : hasCli(root)
    return known && adviseTask(root, command).every(({ kind }) => kind !== 'dead')
  }
  return STARTERS.filter(
    ({ command, unless }) => knows(command) && !workers.some(({ className }) => unless?.test(className))
  ).map(({ command, times, why }) => ({ command, times, why }))
}
