import os from 'node:os'
import path from 'node:path'
import { UserError } from '../runtime/index.ts'
import { readEvent, type GithubEvent } from './event.ts'
import { Given, type Amount, type InputSource } from './given.ts'

/** The inputs of action.yml, read and checked once; an input that is not given is undefined. */
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
  /** On the terminal, for `build` and `rehearse` alone: a folder of this user's, outside of any checkout. */
  readonly userFolder?: string
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
  /** Stands for the API of whichever scheduler is used; undefined for its own. */
  readonly herokuSchedulerUrl?: string
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
  /** `owner/name` of the action that runs, where a workflow names it by its repository. */
  readonly actionRepository?: string
  /** What started the job. */
  readonly event: GithubEvent
  readonly serverUrl: string
  readonly apiUrl: string
}

const HEROKU_API = 'https://api.heroku.com'
/** heroku/cli: `HEROKU_DATA_HOST`; undocumented. */
const HEROKU_DATA = 'https://api.data.heroku.com'
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

/**
 * What must not be shown of the inputs and the environment: keys and tokens, also in the form in which one travels in a
 * Basic header.
 */
export function secretsOf(source: InputSource, env: NodeJS.ProcessEnv): string[] {
  const secrets = [...SECRET_INPUTS.map(source), ...SECRET_VARIABLES.map(name => env[name] ?? '')]
  return secrets
    .filter(secret => secret !== '')
    .flatMap(secret => [secret, Buffer.from(`:${secret}`).toString('base64')])
}

/** Reads the inputs of action.yml, wherever they come from. Throws a `UserError` for one that cannot be. */
export function readInputs(source: InputSource, env: NodeJS.ProcessEnv): Inputs {
  const given = new Given(source)
  return {
    command: given.text('command') ?? 'deploy',
    config: given.text('config') ?? '.github/mastodon-on-heroku.yml',
    path: given.path('path') ?? process.cwd(),
    ref: given.text('ref'),
    app: given.text('app'),
    streamingApp: given.text('streaming-app'),
    stagingApp: given.text('staging-app'),
    ffmpeg: given.text('ffmpeg'),
    slugLimit: given.text('slug-limit'),
    buildIn: given.oneOf('build-in', ['container', 'host']),
    buildImage: given.text('build-image'),
    runImage: given.text('run-image'),
    buildNetwork: given.text('build-network'),
    buildTimeout: given.minutes('build-timeout', 60),
    cache: cacheFolder(given.text('cache') ?? '', env),
    outputDir: given.path('output-dir') ?? path.resolve('slug-report'),
    jobFolder: env['RUNNER_TEMP'] || undefined,
    ...growthRules(given),
    commentThreshold: given.amount('comment-threshold') ?? { bytes: 10_000 },
    report: given.path('report'),
    baseline: given.text('baseline') === 'none' ? 'none' : given.path('baseline'),
    artifactName: given.text('artifact-name') ?? 'slug-report',
    builder: given.oneOf('builder', ['runner', 'heroku']) ?? 'runner',
    herokuApiKey: given.text('heroku-api-key'),
    herokuApiUrl: given.url('heroku-api-url') ?? HEROKU_API,
    herokuDataUrl: given.url('heroku-data-url') ?? HEROKU_DATA,
    herokuSchedulerUrl: given.url('heroku-scheduler-url'),
    mastodonToken: given.text('mastodon-token'),
    githubToken: given.text('github-token'),
    environment: given.text('environment'),
    streamingSetup: given.flag('streaming-setup'),
    provision: given.flag('provision'),
    plan: given.flag('plan'),
    prune: given.flag('prune'),
    phase: given.oneOf('phase', ['pre', 'post', 'all']) ?? 'all',
    run: given.text('run'),
    dynoSize: given.text('dyno-size'),
    timeout: given.minutes('timeout', 60),
    github: {
      repository: env['GITHUB_REPOSITORY'],
      ref: env['GITHUB_REF'],
      baseRef: env['GITHUB_BASE_REF'] || undefined,
      runId: env['GITHUB_RUN_ID'],
      runAttempt: env['GITHUB_RUN_ATTEMPT'],
      actionRepository: env['GITHUB_ACTION_REPOSITORY'] || undefined,
      event: readEvent(env['GITHUB_EVENT_NAME'], env['GITHUB_EVENT_PATH']),
      serverUrl: env['GITHUB_SERVER_URL'] ?? 'https://github.com',
      apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com'
    },
    rehearsal: pick(env, ['DATABASE_URL', 'REDIS_URL']),
    buildpackRegistryUrl: given.url('buildpack-registry-url') ?? BUILDPACK_REGISTRY,
    secretsHeld: [
      ...SECRET_INPUTS.filter(name => given.text(name) !== undefined),
      ...SECRET_VARIABLES.filter(name => (env[name] ?? '') !== '')
    ],
    searchPath: env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    proxyEnvironment: pick(env, PROXY_VARIABLES),
    dockerEnvironment: pick(env, DOCKER_VARIABLES),
    hostStack: /^heroku-\d+$/.test(env['STACK'] ?? '') ? env['STACK'] : undefined
  }
}

function growthRules(given: Given): Pick<Inputs, 'failOn' | 'maxGrowth'> {
  const failOn = given.oneOf('fail-on', ['limit', 'growth', 'never']) ?? 'limit'
  const maxGrowth = given.amount('max-growth')
  if (failOn === 'growth' && maxGrowth === undefined) {
    throw new UserError('`fail-on: growth` needs to know how much is too much', 'Give `max-growth`, such as 5MB or 2%.')
  }
  return { failOn, maxGrowth }
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
