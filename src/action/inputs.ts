import * as core from '@actions/core'
import os from 'node:os'
import path from 'node:path'
import { parseAmount } from '../config/index.ts'
import { requireSafeUrl, UserError } from '../runtime/index.ts'
import { readEvent, type GithubEvent } from './event.ts'

/** The action's inputs, read and checked once; an input that is not given is undefined. */
export interface Inputs {
  readonly command: string
  /** Path of the config file, below `path`. */
  readonly config: string
  /** The fork's checkout. */
  readonly path: string
  readonly ref?: string
  readonly app?: string
  readonly streamingApp?: string
  readonly stagingApp?: string
  readonly ffmpeg?: string
  readonly slugLimit?: string
  readonly buildIn?: 'container' | 'host'
  readonly buildImage?: string
  readonly runImage?: string
  readonly buildNetwork?: string
  /** Milliseconds. */
  readonly buildTimeout: number
  /** The folder kept between builds; undefined where nothing is kept. */
  readonly cache?: string
  readonly outputDir: string
  /** The job's own temporary folder, emptied between jobs. */
  readonly jobFolder?: string
  readonly failOn: 'limit' | 'growth' | 'never'
  /** Growth that is still accepted. */
  readonly maxGrowth?: Amount
  /** A change below makes no new comment. */
  readonly commentThreshold: Amount
  /** Path of a report.json. */
  readonly report?: string
  /** Path of the report.json to compare with, or `none`. */
  readonly baseline?: string
  readonly artifactName: string
  readonly builder: 'runner' | 'heroku'
  readonly herokuApiKey?: string
  readonly herokuApiUrl: string
  /** Heroku's API for Postgres and Redis. */
  readonly herokuDataUrl: string
  /** Heroku Scheduler's API. */
  readonly herokuSchedulerUrl: string
  /** Access token of a bot account on the instance. */
  readonly mastodonToken?: string
  readonly githubToken?: string
  /** Name of the GitHub environment. */
  readonly environment?: string
  readonly streamingSetup: boolean
  /** Whether a deploy may buy add-ons and set config vars on an app that has none. */
  readonly provision: boolean
  /** Show what would change, and change nothing. */
  readonly plan: boolean
  /** Whether tasks are removed that the action did not make. */
  readonly prune: boolean
  readonly phase: 'pre' | 'post' | 'all'
  /** Command for a one-off dyno. */
  readonly run?: string
  readonly dynoSize?: string
  /** Milliseconds. */
  readonly timeout: number
  readonly github: GithubJob
  /** DATABASE_URL and REDIS_URL of a rehearsal's service containers. */
  readonly rehearsal: Readonly<Record<string, string>>
  readonly buildpackRegistryUrl: string
  /** Names of the inputs and variables that hold a key or a token in this job. */
  readonly secretsHeld: readonly string[]
  /** Where programs are looked for. */
  readonly searchPath: string
  /** The proxy variables, for programs that fetch. */
  readonly proxyEnvironment: Record<string, string>
  /** What the docker client needs of the environment. */
  readonly dockerEnvironment: Record<string, string>
  /** `STACK` of the image in which the job runs, where it is one of Heroku's. */
  readonly hostStack?: string
}

type Amount = ReturnType<typeof parseAmount>

/** What GitHub says of the job; empty outside one. */
export interface GithubJob {
  /** `owner/name` of the fork. */
  readonly repository?: string
  /** The ref that started the job: `refs/tags/v4.7.0`. */
  readonly ref?: string
  /** Branch that a pull request goes into. */
  readonly baseRef?: string
  readonly runId?: string
  readonly runAttempt?: string
  /** What started the job. */
  readonly event: GithubEvent
  readonly serverUrl: string
  readonly apiUrl: string
}

const HEROKU_API = 'https://api.heroku.com'
/** heroku/cli: `HEROKU_DATA_HOST`; undocumented. */
const HEROKU_DATA = 'https://api.data.heroku.com'
/** @heroku-cli/command: lib/vars.js; undocumented. */
const HEROKU_SCHEDULER = 'https://particleboard.heroku.com'
const BUILDPACK_REGISTRY = 'https://buildpack-registry.heroku.com'
const SECRET_INPUTS = ['heroku-api-key', 'github-token', 'mastodon-token']
const SECRET_VARIABLES = ['HEROKU_API_KEY', 'GITHUB_TOKEN', 'GH_TOKEN', 'MASTODON_TOKEN']

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'SSL_CERT_FILE', 'GIT_SSL_CAINFO']
const DOCKER_VARIABLES = [
  'PATH',
  'HOME',
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY'
]

/** Reads the inputs of action.yml and masks the secret ones. Throws a `UserError` for one that cannot be. */
export function readInputs(env: NodeJS.ProcessEnv = process.env): Inputs {
  for (const name of SECRET_INPUTS) maskSecret(core.getInput(name))
  for (const name of SECRET_VARIABLES) maskSecret(env[name] ?? '')
  return {
    command: core.getInput('command') || 'deploy',
    config: core.getInput('config') || '.github/mastodon-on-heroku.yml',
    path: path.resolve(core.getInput('path') || '.'),
    ref: given('ref'),
    app: given('app'),
    streamingApp: given('streaming-app'),
    stagingApp: given('staging-app'),
    ffmpeg: given('ffmpeg'),
    slugLimit: given('slug-limit'),
    buildIn: oneOf('build-in', ['container', 'host']),
    buildImage: given('build-image'),
    runImage: given('run-image'),
    buildNetwork: given('build-network'),
    buildTimeout: minutes('build-timeout', 60),
    cache: cacheFolder(core.getInput('cache'), env),
    outputDir: path.resolve(core.getInput('output-dir') || 'slug-report'),
    jobFolder: env['RUNNER_TEMP'] || undefined,
    ...growthRules(),
    commentThreshold: amount('comment-threshold') ?? { bytes: 10_000 },
    report: given('report') && path.resolve(core.getInput('report')),
    baseline: baseline(),
    artifactName: given('artifact-name') ?? 'slug-report',
    builder: oneOf('builder', ['runner', 'heroku']) ?? 'runner',
    herokuApiKey: given('heroku-api-key'),
    herokuApiUrl: url('heroku-api-url') ?? HEROKU_API,
    herokuDataUrl: url('heroku-data-url') ?? HEROKU_DATA,
    herokuSchedulerUrl: url('heroku-scheduler-url') ?? HEROKU_SCHEDULER,
    mastodonToken: given('mastodon-token'),
    githubToken: given('github-token'),
    environment: given('environment'),
    streamingSetup: flag('streaming-setup'),
    provision: flag('provision'),
    plan: flag('plan'),
    prune: flag('prune'),
    phase: oneOf('phase', ['pre', 'post', 'all']) ?? 'all',
    run: given('run'),
    dynoSize: given('dyno-size'),
    timeout: minutes('timeout', 60),
    github: {
      repository: env['GITHUB_REPOSITORY'],
      ref: env['GITHUB_REF'],
      baseRef: env['GITHUB_BASE_REF'] || undefined,
      runId: env['GITHUB_RUN_ID'],
      runAttempt: env['GITHUB_RUN_ATTEMPT'],
      event: readEvent(env['GITHUB_EVENT_NAME'], env['GITHUB_EVENT_PATH']),
      serverUrl: env['GITHUB_SERVER_URL'] ?? 'https://github.com',
      apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com'
    },
    rehearsal: pick(env, ['DATABASE_URL', 'REDIS_URL']),
    buildpackRegistryUrl: (given('buildpack-registry-url') ?? BUILDPACK_REGISTRY).replace(/\/+$/, ''),
    secretsHeld: [
      ...SECRET_INPUTS.filter(name => core.getInput(name) !== ''),
      ...SECRET_VARIABLES.filter(name => (env[name] ?? '') !== '')
    ],
    searchPath: env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    proxyEnvironment: pick(env, PROXY_VARIABLES),
    dockerEnvironment: pick(env, DOCKER_VARIABLES),
    hostStack: /^heroku-\d+$/.test(env['STACK'] ?? '') ? env['STACK'] : undefined
  }
}

/** The runner masks only what it is told: also the form in which a key travels in a Basic header. */
function maskSecret(secret: string): void {
  if (secret === '') return
  core.setSecret(secret)
  core.setSecret(Buffer.from(`:${secret}`).toString('base64'))
}

function given(name: string): string | undefined {
  return core.getInput(name) || undefined
}

function oneOf<const Word extends string>(name: string, words: readonly Word[]): Word | undefined {
  const value = core.getInput(name)
  const word = words.find(known => known === value)
  if (value !== '' && word === undefined) {
    throw new UserError(`Input ${name}: "${value}" is not known`, `Use one of: ${words.join(', ')}.`)
  }
  return word
}

function flag(name: string): boolean {
  return oneOf(name, ['true', 'false']) === 'true'
}

function growthRules(): Pick<Inputs, 'failOn' | 'maxGrowth'> {
  const failOn = oneOf('fail-on', ['limit', 'growth', 'never']) ?? 'limit'
  const maxGrowth = amount('max-growth')
  if (failOn === 'growth' && maxGrowth === undefined) {
    throw new UserError('`fail-on: growth` needs to know how much is too much', 'Give `max-growth`, such as 5MB or 2%.')
  }
  return { failOn, maxGrowth }
}

function amount(name: string): Amount | undefined {
  const value = given(name)
  if (value === undefined) return undefined
  try {
    return parseAmount(value)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(`Input ${name}: ${error.message}`, 'Write it like 5MB, 100KB, 2% or 0.')
  }
}

function baseline(): string | undefined {
  const value = given('baseline')
  return value === undefined || value === 'none' ? value : path.resolve(value)
}

function url(name: string): string | undefined {
  const value = given(name)
  if (value !== undefined) requireSafeUrl(value)
  return value?.replace(/\/+$/, '')
}

function minutes(name: string, otherwise: number): number {
  const value = core.getInput(name)
  if (value === '') return otherwise * 60_000
  const number = Number(value)
  if (!(number > 0) || number > 24 * 60) {
    throw new UserError(
      `Input ${name}: "${value}" is not a number of minutes`,
      'Give minutes as a number, such as 45; at most 1440.'
    )
  }
  return number * 60_000
}

function cacheFolder(value: string, env: NodeJS.ProcessEnv): string | undefined {
  if (['off', 'false', 'none'].includes(value)) return undefined
  if (value !== '' && value !== 'true') return path.resolve(value)
  const home = env['RUNNER_TOOL_CACHE'] || env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache')
  return path.join(home, 'mastodon-on-heroku')
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap(name => (env[name] ? [[name, env[name]]] : [])))
}
