/**
 * Writes docs/config.schema.json, the JSON Schema of the config file for editors, from the rules that read it. What a schema
 * cannot say (a cron that never comes, a size beyond all bounds) the action says; a test compares both, key by key.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
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
} from '../src/config/rules.ts'
import { DYNO_SIZES } from '../src/knowledge/index.ts'
import { FFMPEG, INTERVALS, MIGRATIONS, REDIS_TLS, SCHEDULERS } from '../src/config/types.ts'

type Schema = Record<string, unknown>

/** A key without a value counts as left out. */
const optional = (schema: Schema): Schema => {
  const { description, default: otherwise, ...rest } = schema
  return {
    ...(description === undefined ? {} : { description }),
    ...(otherwise === undefined ? {} : { default: otherwise }),
    anyOf: [rest, { type: 'null' }]
  }
}

/** A mapping with these keys alone. */
function mapping(properties: Record<string, Schema>, more: Schema = {}): Schema {
  const members = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, optional(schema)]))
  return { type: 'object', properties: members, additionalProperties: false, ...more }
}

/** What `Reader.text` takes where no shape is given: no control characters, and not empty. */
const ONE_LINE = '^[^\\u0000-\\u001f\\u007f-\\u009f]+$'

/** JSON Schema knows no flags: letters in either case are spelled out. */
function text(description: string, shape?: RegExp): Schema {
  const pattern = shape?.flags.includes('i') ? inEitherCase(shape.source) : (shape?.source ?? ONE_LINE)
  return { type: 'string', description, pattern }
}

function inEitherCase(source: string): string {
  return source.replace(/([a-z])-([a-z])/g, (range: string) => range + range.toUpperCase())
}

const words = (list: readonly string[], description: string, otherwise?: string): Schema => ({
  enum: list,
  description,
  ...(otherwise === undefined ? {} : { default: otherwise })
})

/** YAML 1.1 reads `off` as false. */
const orFalse = (schema: Schema): Schema => ({ ...schema, enum: [...(schema['enum'] as string[]), false] })

const app = (description: string): Schema => text(`${description}: ${APP_NAME_RULE}.`, APP_NAME)

const positive = (description: string, otherwise: number, maximum?: number): Schema => ({
  type: 'number',
  exclusiveMinimum: 0,
  ...(maximum === undefined ? {} : { maximum }),
  description,
  default: otherwise
})

/** `src/config/size.ts`: a unit is either decimal or binary, never just a letter; a number without one is that of bytes. */
const size: Schema = {
  anyOf: [
    { type: 'integer', minimum: 1_000_000 },
    {
      type: 'string',
      pattern: '^\\s*(\\d{7,15}(\\.\\d{1,9})?|\\d{1,15}(\\.\\d{1,9})?[ \\t]*([bB]|[kKmMgG][iI]?[bB]))\\s*$'
    }
  ],
  description: 'Largest compressed slug: 300MB (10^6 bytes each), 286MiB (2^20 bytes each), 1GB, or a number of bytes.',
  default: '300MB'
}

const buildpackName = text('A name of the registry, URL[#ref], or a folder of the fork.')
const buildpacks: Schema = {
  type: 'array',
  minItems: 1,
  items: {
    anyOf: [
      buildpackName,
      mapping(
        {
          buildpack: buildpackName,
          sha256: text('What the fetched buildpack must be: 64 hexadecimal digits.', SHA256)
        },
        { required: ['buildpack'], not: { properties: { buildpack: { type: 'null' } } } }
      )
    ]
  },
  description: 'Buildpacks in order. Default: app.json’s.'
}

const env: Schema = {
  type: 'object',
  propertyNames: {
    pattern: VARIABLE.source,
    not: { anyOf: REFUSED_ENV.map(({ names, why }) => ({ pattern: names.source, description: why })) }
  },
  additionalProperties: { type: ['string', 'number', 'boolean'] },
  description: 'Build-time variables. Never the app’s secrets: a build needs none.'
}

const glob: Schema = {
  ...text('A glob like "spec/", or the word safe.'),
  not: { pattern: '^off$|^!|(^|/)\\.\\.(/|$)' }
}
const trim: Schema = {
  anyOf: [{ enum: ['safe', 'off', false] }, { type: 'array', items: glob }],
  description:
    'What is taken out of the slug: safe (what a dyno never reads), off, or a list of globs, with or without safe.',
  default: 'safe'
}

const written = (key: string): Schema => ({ required: [key], not: { properties: { [key]: { type: 'null' } } } })
const task: Schema = mapping(
  {
    command: text('A command on one line.'),
    every: words(INTERVALS, 'How often; or `cron`, where the scheduler has it.'),
    at: text('UTC: "03:30" with `every: day`, ":20" with `every: hour`.'),
    cron: text('Five fields of cron, UTC: "30 3 * * *".', CRON),
    size: {
      anyOf: [{ enum: DYNO_SIZES }, { type: 'string', pattern: `^(?:${DYNO_SIZES.map(spelledAnyhow).join('|')})$` }],
      description: 'Dyno size.'
    },
    timeout: { type: 'number', minimum: 1, maximum: MOST_MINUTES, description: 'Minutes that it may take.' }
  },
  {
    allOf: [
      written('command'),
      { oneOf: [written('every'), written('cron')] },
      {
        if: written('at'),
        then: {
          anyOf: [
            { properties: { every: { const: 'day' }, at: { pattern: TIME_OF_DAY.source } }, required: ['every'] },
            { properties: { every: { const: 'hour' }, at: { pattern: MINUTE.source } }, required: ['every'] }
          ]
        }
      }
    ]
  }
)

function spelledAnyhow(word: string): string {
  return word.replace(/[a-z]/gi, letter => `[${letter.toLowerCase()}${letter.toUpperCase()}]`)
}

const schedule: Schema = mapping(
  {
    with: words(SCHEDULERS, 'What runs the tasks.', 'heroku-scheduler'),
    tasks: { type: 'array', items: task, description: 'The tasks that the app shall have; [] for none.' },
    state: text('`github-actions` only: where last runs are kept, such as branch:scheduled-tasks.', STATE)
  },
  {
    description: 'Scheduled tasks. Without this key nothing is scheduled, and nothing that is scheduled is touched.',
    allOf: [
      written('tasks'),
      { if: written('state'), then: { properties: { with: { const: 'github-actions' } }, required: ['with'] } }
    ]
  }
)

const checks: Schema = mapping(
  {
    skip: { type: 'array', items: optional(text('Name of a check.', CHECK)), description: 'Checks that are not run.' },
    thresholds: mapping(
      {
        'certificate-days': positive('Days left before a certificate ends.', 21),
        'key-days': positive('Days left before the Heroku key ends.', 30),
        'queue-latency': positive('Seconds that the oldest job of a queue may have waited.', 120),
        'dyno-start': positive('Seconds that the one-off dyno of the checks may take to start.', 24, LONGEST_START)
      },
      { description: 'When a check warns, or gives up.' }
    )
  },
  { description: 'The nightly checks.' }
)

/** The JSON Schema of the config file. */
export const configSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'mastodon-on-heroku config',
  description: '.github/mastodon-on-heroku.yml of a Mastodon fork.',
  ...optional(
    mapping({
      app: app('The app that runs web and worker'),
      'streaming-app': app('A second app that runs the streaming server'),
      'staging-app': app('An app to try slugs on; its slugs are used again'),
      stack: text('The stack, such as heroku-24. Default: app.json’s, else the app’s.', STACK),
      ffmpeg: words(FFMPEG, 'with: fail where it does not fit. auto: with if it fits, else without, loudly.', 'auto'),
      slug: mapping(
        { limit: size, buildpacks, env, trim },
        { description: 'How the slug is built, and how large it may be.' }
      ),
      migrations: orFalse(
        words(
          MIGRATIONS,
          'zero-downtime, maintenance (on while there is something to migrate), or off.',
          'zero-downtime'
        )
      ),
      schedule,
      checks,
      'redis-tls': words(
        REDIS_TLS,
        'no-verify lets stock Mastodon talk to Heroku’s own Redis, whose certificate is self-signed.',
        'verify'
      )
    })
  )
}

export function configSchemaText(): string {
  return `${JSON.stringify(configSchema, undefined, 2)}\n`
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'config.schema.json'), configSchemaText())
