/** The five-minute path's scene: an admin's machine, the fork on a GitHub, the instance on a Heroku. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { leadGithubCli } from '../../helpers/github-cli.ts'
import { startPlainRedis } from '../../helpers/redis.ts'
import { processHost, startLocalHeroku, type LocalHeroku } from '../local-heroku/index.ts'
import { runCommand, systemClock } from '../../../src/runtime/real.ts'
import { startPostgres } from '../postgres.ts'
import { git } from '../sample-fork.ts'
import { Stage } from '../workflows/stage.ts'
import { openInstance, query } from './instance.ts'
import { openInternet } from './internet.ts'

export interface SceneOptions {
  /** A clone of a fork of Mastodon; it is read alone. */
  readonly clone: string
  /** Its own, empty. */
  readonly folder: string
  readonly app: string
  /** Folders of buildpacks, by their name in app.json. */
  readonly buildpacks: Readonly<Record<string, string>>
}

export interface Ran {
  readonly code: number
  readonly output: string
}

export interface Scene {
  readonly stage: Stage
  readonly heroku: LocalHeroku
  /** The admin's clone. */
  readonly fork: string
  /** What stands in for something else, and why. */
  readonly standIns: readonly string[]
  /** The admin types a command, in the fork, and answers what it asks. */
  type(this: void, command: string, answer?: string): Promise<Ran>
  close(this: void): Promise<void>
}

const TOKEN = 'ghp_of-the-admin'

export async function openScene({ clone, folder, app, buildpacks }: SceneOptions): Promise<Scene> {
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne()
  }
  try {
    chmodSync(folder, 0o755)
    const at = (name: string): string => {
      mkdirSync(path.join(folder, name))
      return path.join(folder, name)
    }
    const branch = git(clone, 'rev-parse', '--abbrev-ref', 'HEAD')
    const origin = path.join(folder, 'owner', 'fork.git')
    execFileSync('git', [
      'clone',
      '-q',
      '--bare',
      '--single-branch',
      '--branch',
      branch,
      `file://${path.resolve(clone)}`,
      origin
    ])

    const internet = await openInternet(at('internet'), fileOf(origin, branch, 'Aptfile'), buildpacks)
    closers.push(internet.close)
    const databases = await startPostgres(at('postgres'))
    closers.push(() => databases.stop())
    const services = await openServices(at('services'), closers)
    const heroku = await openHeroku(at('heroku'))
    closers.push(() => heroku.close())
    await databases.createDatabase('instance')
    await openInstance(heroku, app, {
      origin,
      branch,
      url: databases.url('instance'),
      redis: services.redis,
      folder: at('before')
    })

    const stage = await Stage.open({ folder: at('jobs'), origin, heroku, branch })
    closers.push(() => stage.close())
    stage.services = services
    stage.inputs = { 'buildpack-registry-url': internet.registryUrl }
    stage.env = { PATH: `${internet.programs}:${process.env['PATH']}` }
    stage.github.allow(TOKEN, ADMIN, 'admin')
    stage.github.repository.hasIssues = false // as in a new fork
    const cli = await leadGithubCli(at('github'), stage.github.url)
    closers.push(cli.close)

    const home = at('home')
    const programs = adminsPrograms(at('bin'), folder)
    writeFileSync(path.join(home, '.gitconfig'), '[user]\n\tname = Admin\n\temail = admin@social.example\n')
    const env = {
      PATH: `${programs}:${process.env['PATH']}`,
      HOME: home,
      TERM: 'dumb',
      ...cli.env,
      GH_TOKEN: TOKEN,
      // docs/local-heroku.md: how Heroku's CLI is led there.
      HEROKU_HOST: heroku.apiUrl,
      HEROKU_API_KEY: heroku.apiKey,
      HEROKU_SKIP_NEW_VERSION_CHECK: '1',
      HEROKU_ANALYTICS_URL: heroku.apiUrl,
      DISABLE_TELEMETRY: '1',
      npm_config_registry: internet.npmUrl,
      npm_config_update_notifier: 'false'
    }
    const fork = path.join(folder, 'fork')
    await mustType(`git clone -q git@github.com:owner/fork.git '${fork}'`, folder, env)
    return {
      stage,
      heroku,
      fork,
      standIns: [...internet.standIns.map(name => `the buildpack ${name}`), ...standInPrograms()],
      type: (command, answer) => type(command, fork, env, answer),
      close
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What the owner of a repository may do with a token of `gh auth login`. */
const ADMIN = {
  administration: 'write',
  environments: 'write',
  actions: 'write',
  actions_variables: 'write',
  'pull-requests': 'write'
} as const

export function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

function standInPrograms(): string[] {
  return has('heroku') ? [] : ['Heroku’s CLI, which is not installed']
}

/** Service containers of the rehearsal: an empty Postgres with the workflow's password, a Redis. */
async function openServices(
  folder: string,
  closers: (() => Promise<void>)[]
): Promise<{ postgres: number; redis: number }> {
  const postgres = await startPostgres(path.join(folder, 'postgres'))
  closers.push(() => postgres.stop())
  const url = new URL(postgres.url('postgres'))
  await query(url.href, `ALTER USER postgres PASSWORD 'postgres'`)
  const redis = await startPlainRedis(folder)
  closers.push(() => redis.close())
  return { postgres: Number(url.port), redis: redis.port }
}

function openHeroku(folder: string): Promise<LocalHeroku> {
  return startLocalHeroku({
    folder,
    clock: systemClock,
    host: processHost({ folder, run: runCommand, searchPath: process.env['PATH'] ?? '' })
  })
}

/** A file's text; empty if it is not there. */
function fileOf(origin: string, branch: string, file: string): string {
  return spawnSync('git', ['-C', origin, 'show', `${branch}:${file}`], { encoding: 'utf8' }).stdout
}

/** ssh that leads to GitHub's repositories in `folder`; `heroku`, if there is none, makes keys alone. */
function adminsPrograms(into: string, folder: string): string {
  const ssh = `for last; do :; done\nexec sh -c "$(printf %s "$last" | sed "s,'owner/,'${folder}/owner/,")"`
  const heroku = `exec '${process.execPath}' '${path.join(import.meta.dirname, 'heroku.ts')}' "$@"`
  for (const [name, text] of Object.entries({ ssh, ...(has('heroku') ? {} : { heroku }) })) {
    writeFileSync(path.join(into, name), `#!/bin/sh\n${text}\n`)
    chmodSync(path.join(into, name), 0o755)
  }
  return into
}

async function mustType(command: string, cwd: string, env: Readonly<Record<string, string>>): Promise<void> {
  const { code, output } = await type(command, cwd, env)
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`)
}

/** As in a terminal where nobody answers more than that. */
function type(command: string, cwd: string, env: Readonly<Record<string, string>>, answer = ''): Promise<Ran> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    cwd,
    env: { ...env },
    stdio: ['pipe', 'pipe', 'pipe']
  })
  child.stdin.on('error', () => {}) // a command that reads nothing
  child.stdin.end(answer)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code: code ?? 1, output }))
  })
}
