/**
 * The config file: its keys, their values, the messages for other values, the defaults. `loadConfig` reads by it, the types
 * come from it, and so does docs/config.schema.json (scripts/config-schema.ts). What JSON Schema needs beyond the rules is
 * beside them as `metadata`.
 */
import * as v from 'valibot'
import { DEFAULT_STACK, DYNO_SIZES, dynoSize } from '../knowledge/index.ts'
import { isMapping, UserError } from '../runtime/index.ts'
import { cronProblem } from './cron.ts'
import {
  APP_NAME,
  APP_NAME_RULE,
  CHECK,
  CRON,
  LONGEST_START,
  MINUTE,
  MOST_MINUTES,
  REFUSED_ENV,
  SHA256,
  STACK,
  STATE,
  TIME_OF_DAY,
  VARIABLE
} from './rules.ts'
import { didYouMean, oneOf, shown } from './shown.ts'
import { parseLimit } from './size.ts'
import { WHAT_IS_THERE } from './yaml-file.ts'

/** The values of `ffmpeg`. */
export const FFMPEG = ['with', 'without', 'auto'] as const
const MIGRATIONS = ['zero-downtime', 'maintenance', 'off'] as const
const SCHEDULERS = ['heroku-scheduler', 'cron-to-go', 'advanced-scheduler', 'github-actions'] as const
const INTERVALS = ['10 minutes', 'hour', 'day'] as const
const REDIS_TLS = ['verify', 'no-verify'] as const

type Message = (issue: { readonly input: unknown }) => string

/** @param near words, one of which may have been meant */
function expected(what: string, near: readonly string[] = []): Message {
  return ({ input }) =>
    `expected ${what}, not ${WHAT_IS_THERE}${typeof input === 'string' ? didYouMean(input, near) : ''}`
}

const ofItem =
  (message: Message): Message =>
  issue =>
    issue.input === null ? 'the item is empty' : message(issue)

type Camel<Key> = Key extends `${infer Head}-${infer Rest}` ? `${Head}${Capitalize<Camel<Rest>>}` : Key
type Members<Of> = { readonly [Key in keyof Of as Camel<Key>]: Exclude<Of[Key], null> }

/** A mapping with only these keys. A key without a value counts as left out. */
function members<const Entries extends v.ObjectEntries>(
  entries: Entries,
  what = `a mapping with ${oneOf(Object.keys(entries))}`
) {
  return v.pipe(v.custom<Record<string, unknown>>(isMapping, expected(what)), v.object(entries))
}

/** The same, without rules that look at two keys. In the result `a-b` is called `aB`. */
function mapping<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(members(entries), camel(entries))
}

function camel<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.transform((found: v.InferOutput<v.ObjectSchema<Entries, undefined>>) => {
    const named = Object.keys(entries).map(key => [
      key.replace(/-./g, at => at.charAt(1).toUpperCase()),
      (found as Record<string, unknown>)[key] ?? undefined
    ])
    return Object.fromEntries(named) as Members<typeof found>
  })
}

/** Not empty, and without control characters. */
const ONE_LINE = /^[^\u0000-\u001f\u007f-\u009f]+$/ // eslint-disable-line no-control-regex

/** JSON Schema has no flag for capitals, so both forms of a letter are written out. */
const patternOf = ({ source, flags }: RegExp): string =>
  flags.includes('i') ? source.replace(/([a-z])-([a-z])/g, (range: string) => range + range.toUpperCase()) : source

function text(description: string, message: Message, shape = ONE_LINE) {
  return v.pipe(v.string(message), v.regex(shape, message), v.metadata({ description, pattern: patternOf(shape) }))
}

const app = (description: string) =>
  v.nullish(text(`${description}: ${APP_NAME_RULE}.`, expected(APP_NAME_RULE), APP_NAME))

function choice<const Words extends readonly string[]>(words: Words, description: string) {
  return v.pipe(v.picklist(words, expected(oneOf(words), words)), v.description(description))
}

function above0(what: string, description: string, most = Infinity) {
  const message = expected(`a number of ${what} above 0${most === Infinity ? '' : `, at most ${most}`}`)
  const number = v.pipe(v.number(message), v.finite(message), v.gtValue(0, message), v.description(description))
  return most === Infinity ? number : v.pipe(number, v.maxValue(most, message))
}

/** YAML 1.1, which many editors still use, reads `off` as false. */
const falseIsOff = v.transform((value: unknown) => (value === false ? 'off' : value))

const limit = v.pipe(
  v.union([v.string(), v.number()], expected('a size like 300MB')),
  v.rawTransform<string | number, number>(({ dataset, addIssue, NEVER }) => {
    try {
      return parseLimit(String(dataset.value))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      addIssue({ message: `${error.message}${error.message.endsWith('?') ? '' : '.'} ${error.nextStep}` })
      return NEVER
    }
  }),
  // A unit is decimal or binary, never only a letter. A number without a unit is bytes.
  v.metadata({
    anyOf: [
      { type: 'integer', minimum: 1_000_000 },
      {
        type: 'string',
        pattern: '^\\s*(\\d{7,15}(\\.\\d{1,9})?|\\d{1,15}(\\.\\d{1,9})?[ \\t]*([bB]|[kKmMgG][iI]?[bB]))\\s*$'
      }
    ],
    description:
      'Largest compressed slug: 300MB (10^6 bytes each), 286MiB (2^20 bytes each), 1GB, or a number of bytes.'
  })
)

const BUILDPACK = 'a buildpack (name, URL or folder)'
const buildpackName = text('A name of the registry, URL[#ref], or a folder of the fork.', ofItem(expected(BUILDPACK)))
const buildpack = v.union(
  [
    buildpackName,
    v.pipe(
      mapping({
        buildpack: v.nullish(buildpackName),
        /** Lower case. */
        sha256: v.nullish(
          v.pipe(
            text(
              'What the fetched buildpack must be: 64 hexadecimal digits.',
              expected('64 hexadecimal digits in quotes'),
              SHA256
            ),
            v.toLowerCase()
          )
        )
      }),
      v.rawCheck(({ dataset, addIssue }) => {
        const found = dataset.value as Record<string, unknown>
        if (isMapping(found) && (found['buildpack'] ?? null) === null)
          addIssue({ message: `expected ${BUILDPACK}, nothing is there`, path: [pathTo(found, 'buildpack')] })
      }),
      v.metadata({ required: ['buildpack'], not: { properties: { buildpack: { type: 'null' } } } }),
      v.transform(found => found as { readonly buildpack: string; readonly sha256?: string })
    )
  ],
  ofItem(expected(BUILDPACK))
)

function pathTo(input: object, key: string): v.ObjectPathItem {
  return { type: 'object', origin: 'value', input: input as Record<string, unknown>, key, value: undefined }
}

const buildpacks = v.pipe(
  v.array(buildpack, expected('a list of buildpacks')),
  v.minLength(1, 'the list is empty: name a buildpack, or leave the key out for app.json’s'),
  v.transform(list => list.map(item => (typeof item === 'string' ? { buildpack: item } : item))),
  v.description('Buildpacks in order. Default: app.json’s.')
)

const env = v.pipe(
  v.custom<Record<string, unknown>>(isMapping, expected('a mapping (name: value)')),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    for (const [name, value] of Object.entries(dataset.value)) {
      const message = envProblem(name, value)
      if (message !== undefined) addIssue({ message, path: [pathTo(dataset.value, name)] })
    }
  }),
  v.transform(found => Object.fromEntries(Object.entries(found)) as Readonly<Record<string, string>>),
  v.metadata({
    type: 'object',
    propertyNames: {
      pattern: VARIABLE.source,
      not: { anyOf: REFUSED_ENV.map(({ names, why }) => ({ pattern: names.source, description: why })) }
    },
    additionalProperties: { type: ['string', 'number', 'boolean'] },
    description: 'Build-time variables. Never the app’s secrets: a build needs none.'
  })
)

function envProblem(name: string, value: unknown): string | undefined {
  if (!VARIABLE.test(name)) return 'a variable’s name has letters, digits and _ only'
  const refused = REFUSED_ENV.find(({ names }) => names.test(name))
  if (refused !== undefined) return `this variable cannot be set: ${refused.why}`
  if (value === null) return 'expected a value; write "" for an empty one'
  return typeof value === 'object' ? expected('a text, a number or a boolean')({ input: value }) : undefined
}

const trimGlob = v.pipe(
  text('A glob like "spec/", or the word safe.', ofItem(expected('a glob like "spec/" or "**/*.map"'))),
  v.check(glob => glob !== 'off', '"off" cannot be in a list; write `trim: off`'),
  v.check(glob => !glob.startsWith('!'), 'a glob cannot be negated with "!"'),
  v.check(glob => !glob.split('/').includes('..'), 'a glob cannot leave the app with ".."'),
  v.check(glob => !/^[./]*$/.test(glob), 'this would take away the whole app'),
  v.check(
    glob => !isSlow(glob),
    'this glob may take hours: it can have 300 characters, `**` three times, and `*` four times between two slashes, and no `*(…)`, `+(…)`, `(…)*` or `(…)+`'
  ),
  v.metadata({ not: { pattern: '^off$|^!|(^|/)\\.\\.(/|$)' } })
)

/** Whether its regular expression (picomatch) may take longer than anybody can wait. */
function isSlow(glob: string): boolean {
  const parts = glob.replace(/\\./g, '_').split('/')
  return (
    glob.length > 300 ||
    parts.filter(part => part.includes('**')).length > 3 ||
    parts.some(part => part !== '**' && part.split('*').length > 5) ||
    /[*+]\(|\)[*+{]/.test(parts.join('/'))
  )
}

/** In a list the word `safe` adds the rules of `safe`; every other text is a glob. */
const trim = v.pipe(
  v.unknown(),
  falseIsOff,
  v.union([v.picklist(['safe', 'off']), v.array(trimGlob)], expected('safe, off or a list of globs', ['safe', 'off'])),
  v.transform(found => {
    const globs = Array.isArray(found) ? found : []
    return {
      /** Take out what no dyno reads. */
      safe: found === 'safe' || globs.includes('safe'),
      /** Take these out, too. */
      globs: globs.filter(glob => glob !== 'safe')
    }
  }),
  v.description(
    'What is taken out of the slug: safe (what a dyno never reads), off, or a list of globs, with or without safe.'
  )
)

/** JSON Schema for a mapping in which this key has a value. */
const written = (key: string): object => ({ required: [key], not: { properties: { [key]: { type: 'null' } } } })

const size = v.pipe(
  v.string(expected('a dyno size, like Basic or Standard-1X')),
  // Capitals as Heroku writes them.
  v.transform(name => dynoSize(name)?.name ?? name),
  v.check(name => DYNO_SIZES.includes(name), expected('a dyno size, like Basic or Standard-1X', DYNO_SIZES)),
  v.metadata({
    anyOf: [{ enum: DYNO_SIZES }, { type: 'string', pattern: `^(?:${DYNO_SIZES.map(spelledAnyhow).join('|')})$` }],
    description: 'Dyno size.'
  })
)

function spelledAnyhow(word: string): string {
  return word.replace(/[a-z]/gi, letter => `[${letter.toLowerCase()}${letter.toUpperCase()}]`)
}

const TIMES = {
  day: [TIME_OF_DAY, 'a time of day (UTC) in quotes, like "03:30"'],
  hour: [MINUTE, 'a minute of the hour in quotes, like ":20"']
} as const

const minutes = expected(`a number of minutes, 1 to ${MOST_MINUTES}`)
const TASK = {
  command: v.nullish(text('A command on one line.', expected('a command on one line'))),
  every: v.nullish(choice(INTERVALS, 'How often; or `cron`, if the scheduler has it.')),
  at: v.nullish(
    v.pipe(
      v.custom<string>(() => true),
      v.metadata({ type: 'string', description: 'UTC: "03:30" with `every: day`, ":20" with `every: hour`.' })
    )
  ),
  cron: v.nullish(
    v.pipe(
      text('Five fields of cron, UTC: "30 3 * * *".', expected('five fields of cron, like "30 3 * * *"'), CRON),
      v.rawCheck(({ dataset, addIssue }) => {
        const problem = dataset.issues || !dataset.typed ? undefined : cronProblem(dataset.value)
        if (problem !== undefined)
          addIssue({ message: `${shown(dataset.value as string)} is not a time for cron: ${problem}` })
      })
    )
  ),
  size: v.nullish(size),
  /** Minutes. */
  timeout: v.nullish(
    v.pipe(
      v.number(minutes),
      v.minValue(1, minutes),
      v.maxValue(MOST_MINUTES, minutes),
      v.description('Minutes that it may take.')
    )
  )
}
const task = v.pipe(
  members(TASK, 'a task (command: …, every: …)'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!isMapping(dataset.value)) return
    const { command = null, every = null, cron = null, at = null } = dataset.value
    if (command === null) addIssue({ message: 'expected a command' })
    if ((every === null) === (cron === null)) addIssue({ message: 'expected either every or cron' })
    const message = at === null ? undefined : timeProblem(at, every)
    if (message !== undefined) addIssue({ message, path: [pathTo(dataset.value, 'at')] })
  }),
  v.metadata({
    allOf: [
      written('command'),
      { oneOf: [written('every'), written('cron')] },
      {
        if: written('at'),
        then: {
          anyOf: Object.entries(TIMES).map(([every, [{ source }]]) => ({
            properties: { every: { const: every }, at: { pattern: source } },
            required: ['every']
          }))
        }
      }
    ]
  }),
  camel(TASK),
  // `line`: the task's line in the file.
  v.transform(found => found as typeof found & { readonly command: string; readonly line?: number })
)

function timeProblem(at: unknown, every: unknown): string | undefined {
  if (every !== 'day' && every !== 'hour') return 'goes with `every: day` or `every: hour` only'
  const [shape, what] = TIMES[every]
  return typeof at === 'string' && shape.test(at) ? undefined : expected(what)({ input: at })
}

const SCHEDULE = {
  with: v.nullish(choice(SCHEDULERS, 'What runs the tasks.'), 'heroku-scheduler'),
  tasks: v.nullish(
    v.pipe(v.array(task, expected('a list of tasks')), v.description('The tasks that the app shall have; [] for none.'))
  ),
  /** The branch that keeps the last runs. */
  state: v.nullish(
    v.pipe(
      text(
        '`github-actions` only: where last runs are kept, such as branch:scheduled-tasks.',
        expected('a branch to keep last runs on, like branch:scheduled-tasks'),
        STATE
      ),
      v.transform(state => state.slice('branch:'.length))
    )
  )
}
const schedule = v.pipe(
  members(SCHEDULE),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!isMapping(dataset.value)) return
    const { with: scheduler, tasks = null, state = null } = dataset.value
    if (tasks === null)
      addIssue({
        message: 'expected a list of tasks; write [] to want none',
        path: [pathTo(dataset.value, 'tasks')]
      })
    if (state !== null && scheduler !== 'github-actions')
      addIssue({ message: `has no effect with ${String(scheduler)}`, path: [pathTo(dataset.value, 'state')] })
  }),
  v.metadata({
    description: 'Scheduled tasks. Without this key nothing is scheduled, and nothing that is scheduled is touched.',
    allOf: [
      written('tasks'),
      { if: written('state'), then: { properties: { with: { const: 'github-actions' } }, required: ['with'] } }
    ]
  }),
  camel(SCHEDULE),
  v.transform(found => found as typeof found & { readonly tasks: readonly v.InferOutput<typeof task>[] })
)

const checks = v.pipe(
  mapping({
    /** Names of checks that are not run. */
    skip: v.nullish(
      v.pipe(
        v.array(
          v.nullish(text('Name of a check.', expected('the name of a check'), CHECK)),
          expected('a list of names of checks')
        ),
        v.transform(names => names.filter(name => typeof name === 'string') as readonly string[]),
        v.description('Checks that are not run.')
      ),
      []
    ),
    thresholds: v.nullish(
      v.pipe(
        mapping({
          'certificate-days': v.nullish(above0('days', 'Days left before a certificate ends.'), 21),
          'key-days': v.nullish(above0('days', 'Days left before the Heroku key ends.'), 30),
          'queue-latency': v.nullish(above0('seconds', 'Seconds that the oldest job of a queue may have waited.'), 120),
          'dyno-start': v.nullish(
            above0('seconds', 'Seconds that the one-off dyno of the checks may take to start.', LONGEST_START),
            24
          )
        }),
        v.description('When a check warns, or gives up.')
      ),
      {}
    )
  }),
  v.description('The nightly checks.')
)

const slug = v.pipe(
  mapping({
    /** Bytes. */
    limit: v.nullish(limit, '300MB'),
    buildpacks: v.nullish(buildpacks),
    env: v.nullish(env, {}),
    trim: v.nullish(trim, 'safe')
  }),
  v.description('How the slug is built, and how large it may be.')
)

export const CONFIG = v.nullish(
  v.pipe(
    mapping({
      app: app('The app that runs web and worker'),
      'streaming-app': app('A second app that runs the streaming server'),
      'staging-app': app('An app to try slugs on; its slugs are used again'),
      stack: v.nullish(
        text(
          `The stack, such as ${DEFAULT_STACK}. Default: app.json’s, else the app’s.`,
          expected(`a stack that runs slugs, like ${DEFAULT_STACK}`),
          STACK
        )
      ),
      ffmpeg: v.nullish(
        choice(FFMPEG, 'with: fail if it does not fit. auto: with ffmpeg if it fits, else without, and a warning.'),
        'auto'
      ),
      slug: v.nullish(slug, {}),
      migrations: v.nullish(
        v.pipe(
          v.unknown(),
          falseIsOff,
          choice(MIGRATIONS, 'zero-downtime, maintenance (on while there is something to migrate), or off.')
        ),
        'zero-downtime'
      ),
      /** Absent: the app's tasks are left alone. An empty list: the app shall have none. */
      schedule: v.nullish(schedule),
      checks: v.nullish(checks, {}),
      'redis-tls': v.nullish(
        choice(
          REDIS_TLS,
          'no-verify lets stock Mastodon talk to Heroku’s own Redis, whose certificate is self-signed.'
        ),
        'verify'
      )
    }),
    v.metadata({
      title: 'mastodon-on-heroku config',
      description: '.github/mastodon-on-heroku.yml of a Mastodon fork.'
    })
  ),
  {}
)

/** The checked config, with defaults. */
export type Config = v.InferOutput<typeof CONFIG>
/** The key `schedule`. */
export type ScheduleConfig = NonNullable<Config['schedule']>
