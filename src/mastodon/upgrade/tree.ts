import { createHash } from 'node:crypto'
import { parseAptfile, readProcfile, type Aptfile, type Procfile } from '../../buildpacks/index.ts'
import { readTreeFile, UserError, walkTree } from '../../runtime/index.ts'
import { initializers, readConfigRules, type ConfigRules } from '../config-rules.ts'
import { breakpoints, readMigrations, type Breakpoints, type Migration } from '../migrations.ts'
import { readMinimums, type Minimums } from '../minimums.ts'
import { newestNode } from '../node.ts'
import { readRuby, type TreeRuby } from '../ruby.ts'
import { readText } from '../text.ts'
import { readMastodon, type MastodonTree } from '../tree.ts'

/** What a tree says of itself, as far as it matters to an upgrade. */
export interface UpgradeTree extends MastodonTree {
  readonly minimums: Minimums
  readonly ruby: TreeRuby
  /** The newest major version of Node that package.json takes; undefined without an upper bound. */
  readonly newestNode?: number
  readonly config: ConfigRules
  /** Both phases, oldest first. */
  readonly migrations: readonly Migration[]
  readonly breakpoints: Breakpoints
  readonly redis: RedisTls
  /** SHA-256 of the streaming server's files; undefined if there are none. */
  readonly streaming: string | undefined
  /** Whether its content security policy lists the hosts of media, and so blocks those that it does not know. */
  readonly listsMediaHosts: boolean
  /** Whether it signs web pushes. */
  readonly usesVapid: boolean
  /** Whether it serves `public/` only if RAILS_SERVE_STATIC_FILES is exactly `true` (config/application.rb). */
  readonly wantsStaticFilesTrue: boolean
  /** Whether it has the queue `scheduler`, which exactly one process must listen to. */
  readonly hasScheduler: boolean
  readonly procfile: TreeProcfile
  /** Whether it has the Rake task `jobs:work`, for which heroku/ruby adds a process type `worker`. */
  readonly hasJobsWork: boolean
  readonly aptfile: Aptfile
}

/** A Procfile; if it cannot be read it has no types, but a problem. */
export interface TreeProcfile extends Procfile {
  readonly problem?: TreeProblem
}

/** What keeps a tree from being built, and what to do. */
export interface TreeProblem {
  readonly reason: string
  readonly remedy: string
}

/** How a tree can talk to a Redis with TLS (mastodon/mastodon#19824, #21600). */
interface RedisTls {
  /** `choice`: `hiredis`, or `ruby` if REDIS_DRIVER says so. */
  readonly driver: 'hiredis' | 'choice' | 'ruby'
  /** Whether it has the gem `hiredis`, which raises at a rediss:// address; its successor `hiredis-client` does not. */
  readonly hiredisLacksTls: boolean
  /** Whether it accepts self-signed certificates, such as Heroku's. */
  readonly takesSelfSigned: boolean
  readonly streamingTakesSelfSigned: boolean
}

const REDIS_FILES = [
  'lib/mastodon/redis_configuration.rb',
  'lib/mastodon/redis_config.rb',
  'config/initializers/redis.rb',
  'config/initializers/sidekiq.rb'
]

/** Reads a tree: the one to deploy, or the one that runs now. Nothing of it is run. */
export function readUpgradeTree(root: string): UpgradeTree {
  const read = (file: string): string => readText(root, file)
  const mastodon = readMastodon(root)
  const policy = read('config/initializers/content_security_policy.rb')
  return {
    ...mastodon,
    minimums: readMinimums(root, mastodon.version),
    ruby: readRuby({
      gemfileLock: read('Gemfile.lock'),
      gemfile: read('Gemfile'),
      rubyVersion: read('.ruby-version')
    }),
    newestNode: newestNode(read('package.json')),
    config: readConfigRules(root, mastodon.version),
    migrations: migrationsOf(root),
    breakpoints: breakpoints(read('lib/tasks/db.rake')),
    redis: redisTls(
      REDIS_FILES.map(read).join('\n'),
      initializers(root)
        .map(read)
        .filter(text => /redis/i.test(text))
        .join('\n'),
      read('streaming/redis.js') + read('streaming/index.js'),
      read('Gemfile.lock')
    ),
    streaming: digestOf(root, 'streaming'),
    listsMediaHosts: /\bimg_src\b/.test(policy) && !/\bimg_src\b[^\n]{0,500}:https\b/.test(policy),
    usesVapid: ['config/vapid.yml', 'config/initializers/vapid.rb'].some(file =>
      read(file).includes('VAPID_PRIVATE_KEY')
    ),
    wantsStaticFilesTrue: ['config/application.rb', 'config/environments/production.rb'].some(file =>
      /^[^#\n]*RAILS_SERVE_STATIC_FILES['"]\]\s*==\s*['"]true['"]/m.test(read(file))
    ),
    hasScheduler: /^[ \t]*-[ \t]*\[?[ \t]*scheduler\b/m.test(read('config/sidekiq.yml')),
    procfile: procfileOf(root),
    hasJobsWork: hasJobsWork(root, read),
    aptfile: parseAptfile(read('Aptfile'))
  }
}

/** The tree's migrations, both phases. */
export function migrationsOf(root: string): Migration[] {
  return readMigrations(filesBelow(root, 'db').map(path => ({ path, text: readTreeFile(root, path) ?? '' })))
}

function filesBelow(root: string, folder: string): string[] {
  return walkTree(root, name => !`${name}/`.startsWith(`${folder}/`))
    .filter(({ kind }) => kind === 'file')
    .map(({ path }) => path)
}

/** @param others initializers about Redis: a fork may change there how it connects */
function redisTls(ruby: string, others: string, streaming: string, gemfileLock: string): RedisTls {
  const [code, all] = [ruby, ruby + others].map(text => text.replace(/^[ \t]*#.*$/gm, '')) as [string, string]
  const isChoice = /REDIS_DRIVER['"]?\]?\)?\s*==\s*['"]ruby['"]/.test(code)
  const fixed = /driver:\s*:hiredis\b/.test(code) ? 'hiredis' : 'ruby'
  return {
    driver: isChoice ? 'choice' : fixed,
    hiredisLacksTls: /^ {4}hiredis \(/m.test(gemfileLock),
    takesSelfSigned: /\bVERIFY_NONE\b|\bverify_mode:\s*0\b/.test(all),
    streamingTakesSelfSigned: /\btls\s*[:=]\s*\{[^}]{0,1000}rejectUnauthorized\s*:\s*false/.test(streaming)
  }
}

function digestOf(root: string, folder: string): string | undefined {
  const files = filesBelow(root, folder).filter(
    file => !/(?:^|\/)(?:Dockerfile|README\.md|eslint[\w.-]*|tsconfig\.json)$/.test(file)
  )
  if (files.length === 0) return undefined
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0${readTreeFile(root, file) ?? ''}\0`)
  return hash.digest('hex')
}

function procfileOf(root: string): TreeProcfile {
  try {
    return readProcfile(root)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { file: 'Procfile', types: {}, comments: [], problem: { reason: error.message, remedy: error.nextStep } }
  }
}

/** The gem delayed_job brings the task (collectiveidea/delayed_job: lib/delayed/tasks.rb); a fork may have its own. */
function hasJobsWork(root: string, read: (file: string) => string): boolean {
  if (/^ {4}delayed_job\b/m.test(read('Gemfile.lock'))) return true
  const tasks = filesBelow(root, 'lib').filter(file => file.startsWith('lib/tasks/') && file.endsWith('.rake'))
  return ['Rakefile', ...tasks].some(file => /\bjobs:work\b|\bnamespace\s+:jobs\b/.test(read(file)))
}
