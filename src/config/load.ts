import { DEFAULT_STACK, DYNO_SIZES, dynoSize, LIMITS } from '../knowledge/index.ts'
import { UserError } from '../runtime/index.ts'
import { cronProblem } from './cron.ts'
import { YamlFile, type Reader } from './reader.ts'
import {
  APP_NAME,
  APP_NAME_RULE,
  CHECK,
  CRON,
  MINUTE,
  LONGEST_START,
  MOST_MINUTES,
  REFUSED_ENV,
  SHA256,
  STACK,
  STATE,
  TIME_OF_DAY,
  VARIABLE
} from './rules.ts'
import { didYouMean, shown } from './shown.ts'
import { parseLimit } from './size.ts'
import {
  FFMPEG,
  INTERVALS,
  MIGRATIONS,
  REDIS_TLS,
  SCHEDULERS,
  type BuildpackConfig,
  type ChecksConfig,
  type Config,
  type ScheduleConfig,
  type SlugConfig,
  type TaskConfig,
  type TrimConfig
} from './types.ts'

const SAFE_TRIM: TrimConfig = { safe: true, globs: [] }

const TOP = [
  'app',
  'streaming-app',
  'staging-app',
  'stack',
  'ffmpeg',
  'slug',
  'migrations',
  'schedule',
  'checks',
  'redis-tls'
] as const
const SLUG = ['limit', 'buildpacks', 'env', 'trim'] as const
const SCHEDULE = ['with', 'tasks', 'state'] as const
const TASK = ['command', 'every', 'at', 'cron', 'size', 'timeout'] as const
const CHECKS = ['skip', 'thresholds'] as const
const THRESHOLDS = ['certificate-days', 'key-days', 'queue-latency', 'dyno-start'] as const

/** Where each key belongs. `slug-limit` is what the action's input is called. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ...TOP.map(key => [key, key] as const),
  ...under('slug', SLUG),
  ...under('schedule', SCHEDULE),
  // The others of a task could be meant for anything.
  ...under('schedule.tasks[]', ['command', 'every', 'cron']),
  ...under('checks', CHECKS),
  ...under('checks.thresholds', THRESHOLDS),
  ['slug-limit', 'slug.limit']
])

function under(path: string, keys: readonly string[]): [key: string, place: string][] {
  return keys.flatMap(key => [
    [key, `${path}.${key}`],
    [`${path}.${key}`, `${path}.${key}`]
  ])
}

/**
 * The typed config of a file's text, or the defaults where there is no file (`undefined`).
 * `fileName` is what messages call it. Throws one `UserError` that lists everything wrong, a line each:
 * `file:line: key: what was expected`.
 */
export function loadConfig(text: string | undefined, fileName: string): Config {
  const file = new YamlFile(text ?? '', fileName, PLACES)
  const config = readConfig(file.root)
  file.finish()
  return config
}

function readConfig(root: Reader): Config {
  const at = root.members(TOP)
  return {
    app: at.app.text(APP_NAME_RULE, APP_NAME),
    streamingApp: at['streaming-app'].text(APP_NAME_RULE, APP_NAME),
    stagingApp: at['staging-app'].text(APP_NAME_RULE, APP_NAME),
    stack: at.stack.text(`a stack that runs slugs, like ${DEFAULT_STACK}`, STACK),
    ffmpeg: at.ffmpeg.choice(FFMPEG) ?? 'auto',
    slug: readSlug(at.slug),
    migrations: (isFalse(at.migrations) ? 'off' : at.migrations.choice(MIGRATIONS)) ?? 'zero-downtime',
    schedule: readSchedule(at.schedule),
    checks: readChecks(at.checks),
    redisTls: at['redis-tls'].choice(REDIS_TLS) ?? 'verify'
  }
}

/** What YAML 1.1, which many editors still speak, makes of `off`. */
function isFalse(reader: Reader): boolean {
  return reader.scalar === 'false'
}

function readSlug(reader: Reader): SlugConfig {
  const at = reader.members(SLUG)
  return {
    limit: readSize(at.limit) ?? LIMITS.slugWarns,
    buildpacks: readBuildpacks(at.buildpacks),
    env: readEnv(at.env),
    trim: readTrim(at.trim) ?? SAFE_TRIM
  }
}

function readSize(reader: Reader): number | undefined {
  if (reader.absent) return undefined
  if (reader.scalar === undefined) return reader.expected('a size like 300MB')
  try {
    return parseLimit(reader.scalar)
  } catch (error) {
    if (error instanceof UserError)
      return reader.fail(`${error.message}${error.message.endsWith('?') ? '' : '.'} ${error.nextStep}`)
    throw error
  }
}

function readBuildpacks(reader: Reader): BuildpackConfig[] | undefined {
  const items = reader.items('buildpacks')
  if (items?.length === 0)
    return reader.fail('the list is empty: name a buildpack, or leave the key out for app.json’s')
  return items?.map(readBuildpack).filter(buildpack => buildpack !== undefined)
}

function readBuildpack(reader: Reader): BuildpackConfig | undefined {
  const what = 'a buildpack (name, URL or folder)'
  if (!reader.isMapping) {
    const buildpack = reader.absent ? reader.fail('the item is empty') : readReference(reader, what)
    return buildpack === undefined ? undefined : { buildpack }
  }
  const at = reader.members(['buildpack', 'sha256'])
  if (at.buildpack.absent) return at.buildpack.fail(`expected ${what}, nothing is there`)
  const buildpack = readReference(at.buildpack, what)
  const sha256 = at.sha256.text('64 hexadecimal digits in quotes', SHA256)?.toLowerCase()
  return buildpack === undefined ? undefined : { buildpack, sha256 }
}

/** Behind a space a `#ref` is a comment, and the buildpack would silently be another one. */
function readReference(reader: Reader, what: string): string | undefined {
  const { remark } = reader
  const written = reader.text(what)
  if (written === undefined || remark === undefined || !takesRef(written)) return written
  return reader.fail(
    `${shown(remark)} is a comment, because of the space in front of it. Without the space it says which branch, tag or commit is meant; write "# …" for a comment`
  )
}

/** The address of a git repository, without one yet. */
function takesRef(buildpack: string): boolean {
  return /^[a-z]+:\/\/[^#]+$/i.test(buildpack) && !/\.(?:tgz|tar\.gz|tar)$/i.test(buildpack)
}

function readEnv(reader: Reader): Record<string, string> {
  const env: [string, string][] = []
  for (const [name, value] of reader.entries()) {
    const refused = REFUSED_ENV.find(({ names }) => names.test(name))
    if (!VARIABLE.test(name)) value.fail('a variable’s name has letters, digits and _ only')
    else if (refused !== undefined) value.fail(`this variable cannot be set: ${refused.why}`)
    else if (value.absent) value.fail('expected a value; write "" for an empty one')
    else if (value.scalar === undefined) value.expected('a text, a number or a boolean')
    else env.push([name, value.scalar])
  }
  return Object.fromEntries(env)
}

function readTrim(reader: Reader): TrimConfig | undefined {
  if (reader.absent) return undefined
  if (reader.isList) return readGlobs(reader.items('globs') ?? [])
  if (reader.scalar === 'safe') return SAFE_TRIM
  if (reader.scalar === 'off' || isFalse(reader)) return { safe: false, globs: [] }
  return reader.expected('safe, off or a list of globs', didYouMean(reader.scalar ?? '', ['safe', 'off']))
}

/** The word `safe` in a list adds what `safe` knows; every other text is a glob. */
function readGlobs(items: Reader[]): TrimConfig {
  const globs = items.map(item => (item.absent ? item.fail('the item is empty') : readGlob(item)))
  return {
    safe: globs.includes('safe'),
    globs: globs.filter(glob => glob !== undefined && glob !== 'safe') as string[]
  }
}

function readGlob(reader: Reader): string | undefined {
  const glob = reader.text('a glob like "spec/" or "**/*.map"')
  if (glob === 'off') return reader.fail('"off" cannot stand in a list; write `trim: off`')
  if (glob?.startsWith('!')) return reader.fail('a glob cannot be negated with "!"')
  if (glob?.split('/').includes('..')) return reader.fail('a glob cannot leave the app with ".."')
  if (glob !== undefined && /^[./]*$/.test(glob)) return reader.fail('this would take away the whole app')
  if (glob !== undefined && isSlow(glob)) return reader.fail(SLOW)
  return glob
}

const SLOW =
  'this glob may take hours: it can have 300 characters, `**` three times, and `*` four times between two slashes, and no `*(…)`, `+(…)`, `(…)*` or `(…)+`'

/** Whether a regular expression of it (picomatch) may try more ways than anybody can wait for. */
function isSlow(glob: string): boolean {
  const parts = glob.replace(/\\./g, '_').split('/')
  return (
    glob.length > 300 ||
    parts.filter(part => part.includes('**')).length > 3 ||
    parts.some(part => part !== '**' && part.split('*').length > 5) ||
    /[*+]\(|\)[*+{]/.test(parts.join('/'))
  )
}

function readSchedule(reader: Reader): ScheduleConfig | undefined {
  if (reader.absent) return undefined
  const at = reader.members(SCHEDULE)
  const scheduler = at.with.choice(SCHEDULERS) ?? 'heroku-scheduler'
  if (reader.isMapping && at.tasks.absent) at.tasks.fail('expected a list of tasks; write [] to want none')
  const tasks = at.tasks.items('tasks')?.map(readTask) ?? []
  const state = at.state.text('a branch to keep last runs on, like branch:scheduled-tasks', STATE)
  if (state !== undefined && scheduler !== 'github-actions') at.state.fail(`has no effect with ${scheduler}`)
  return { with: scheduler, tasks: tasks.filter(task => task !== undefined), state: state?.slice('branch:'.length) }
}

function readTask(reader: Reader): TaskConfig | undefined {
  if (!reader.isMapping) return reader.expected('a task (command: …, every: …)')
  const at = reader.members(TASK)
  const command = at.command.text('a command on one line')
  if (at.command.absent) reader.fail('expected a command')
  if (at.every.absent === at.cron.absent) reader.fail('expected either every or cron')
  const every = at.every.choice(INTERVALS)
  return command === undefined
    ? undefined
    : {
        command,
        every,
        at: readTime(at.at, every),
        cron: readCron(at.cron),
        size: readDynoSize(at.size),
        timeout: readMinutes(at.timeout),
        line: reader.line
      }
}

function readCron(reader: Reader): string | undefined {
  const cron = reader.text('five fields of cron, like "30 3 * * *"', CRON)
  const problem = cron === undefined ? undefined : cronProblem(cron)
  return problem === undefined ? cron : reader.fail(`${shown(cron!)} is no times for cron: ${problem}`)
}

/** Spelled as Heroku does, however the capitals are written. */
function readDynoSize(reader: Reader): string | undefined {
  const written = reader.text('a dyno size, like Basic or Standard-1X')
  if (written === undefined) return undefined
  return (
    dynoSize(written)?.name ??
    reader.expected('a dyno size, like Basic or Standard-1X', didYouMean(written, DYNO_SIZES))
  )
}

function readMinutes(reader: Reader): number | undefined {
  const what = `a number of minutes, 1 to ${MOST_MINUTES}`
  const minutes = reader.positive(what)
  return minutes === undefined || (minutes >= 1 && minutes <= MOST_MINUTES) ? minutes : reader.expected(what)
}

function readDynoStart(reader: Reader): number | undefined {
  const what = `a number of seconds above 0, at most ${LONGEST_START}`
  const seconds = reader.positive(what)
  return seconds === undefined || seconds <= LONGEST_START ? seconds : reader.expected(what)
}

function readTime(reader: Reader, every: TaskConfig['every']): string | undefined {
  if (reader.absent) return undefined
  if (every === 'day') return reader.text('a time of day (UTC) in quotes, like "03:30"', TIME_OF_DAY)
  if (every === 'hour') return reader.text('a minute of the hour in quotes, like ":20"', MINUTE)
  return reader.fail('goes with `every: day` or `every: hour` only')
}

function readChecks(reader: Reader): ChecksConfig {
  const at = reader.members(CHECKS)
  const skip = at.skip.items('names of checks')?.map(item => item.text('the name of a check', CHECK))
  const days = 'a number of days above 0'
  const seconds = 'a number of seconds above 0'
  const thresholds = at.thresholds.members(THRESHOLDS)
  return {
    skip: (skip ?? []).filter(name => name !== undefined),
    thresholds: {
      certificateDays: thresholds['certificate-days'].positive(days) ?? 21,
      keyDays: thresholds['key-days'].positive(days) ?? 30,
      queueLatency: thresholds['queue-latency'].positive(seconds) ?? 120,
      dynoStart: readDynoStart(thresholds['dyno-start']) ?? 24
    }
  }
}
