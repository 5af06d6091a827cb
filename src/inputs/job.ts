import os from 'node:os'
import path from 'node:path'
import { readEvent, type GithubEvent } from './event.ts'

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
  /** `owner/name` of the action that runs, if a workflow names it by its repository. */
  readonly actionRepository?: string
  /** What started the job. */
  readonly event: GithubEvent
  readonly serverUrl: string
  readonly apiUrl: string
}

/** What this machine has for a command. */
export interface Machine {
  /** Where programs are looked for. */
  readonly searchPath: string
  /** The proxy variables, for programs that fetch. */
  readonly proxyEnvironment: Record<string, string>
  /** What the docker client needs of the environment. */
  readonly dockerEnvironment: Record<string, string>
  /** `STACK` of the image in which the job runs, if it is one of Heroku's. */
  readonly hostStack?: string
  /** What holds a key or a token that a program of this user could read: nobody's code may run beside it as this user. */
  readonly secretsHeld: readonly string[]
  /** The folder that is kept between builds if no other is named. */
  readonly cacheFolder: string
  /** The job's own temporary folder, emptied between jobs. */
  readonly jobFolder?: string
  /** On the terminal, for commands that share a slug: a folder of this user's, outside of any checkout. */
  readonly userFolder?: string
  /** DATABASE_URL and REDIS_URL of a rehearsal's service containers. */
  readonly services: Readonly<Record<string, string>>
}

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

/** What the variables of a job say of it (docs.github.com: variables reference, default environment variables). */
export function readJob(env: NodeJS.ProcessEnv): GithubJob {
  return {
    repository: env['GITHUB_REPOSITORY'],
    ref: env['GITHUB_REF'],
    baseRef: env['GITHUB_BASE_REF'] || undefined,
    runId: env['GITHUB_RUN_ID'],
    runAttempt: env['GITHUB_RUN_ATTEMPT'],
    actionRepository: env['GITHUB_ACTION_REPOSITORY'] || undefined,
    event: readEvent(env['GITHUB_EVENT_NAME'], env['GITHUB_EVENT_PATH']),
    serverUrl: env['GITHUB_SERVER_URL'] ?? 'https://github.com',
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com'
  }
}

/** What the environment says of the machine. */
export function readMachine(env: NodeJS.ProcessEnv, secretsHeld: readonly string[]): Machine {
  const cache = env['RUNNER_TOOL_CACHE'] || env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache')
  return {
    searchPath: env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    proxyEnvironment: pick(env, PROXY_VARIABLES),
    dockerEnvironment: pick(env, DOCKER_VARIABLES),
    hostStack: /^heroku-\d+$/.test(env['STACK'] ?? '') ? env['STACK'] : undefined,
    secretsHeld,
    cacheFolder: path.join(cache, 'mastodon-on-heroku'),
    jobFolder: env['RUNNER_TEMP'] || undefined,
    services: pick(env, ['DATABASE_URL', 'REDIS_URL'])
  }
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap(name => (env[name] ? [[name, env[name]]] : [])))
}
