import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { CancelledError, giveTree, UserError, type Log, type Owner, type RunCommand } from '../runtime/index.ts'
import { type Place, type PlaceFolders, type BuildStep, type StepResult } from './place.ts'

interface ContainerOptions {
  readonly image: string
  /** Docker's network: `bridge`, `host`, `none` or one of its own. */
  readonly network: string
  /** Mounts the app's folder read-only: for trying the built app. */
  readonly readOnlyApp: boolean
  readonly run: RunCommand
  /** Environment of the docker client. */
  readonly dockerEnv: Readonly<Record<string, string>>
  readonly log: Log
  readonly signal: AbortSignal
}

/** The folders in the container; the app's is the same as on a dyno. */
const PATHS: PlaceFolders = {
  app: '/app',
  cache: '/tmp/build-cache',
  env: '/tmp/build-env',
  buildpacks: '/tmp/buildpacks',
  home: '/tmp/build-home'
}

/** Common Runtime dynos are amd64 (heroku/base-images: README). */
const PLATFORM = 'linux/amd64'

/**
 * Starts one container of `image` for the whole build. Buildpacks run in it without capabilities, under our own uid, or
 * 1000 if we are root. Throws a `UserError` if Docker, the image or the network is missing.
 */
export async function openContainer(folders: PlaceFolders, options: ContainerOptions): Promise<Place> {
  const user = buildUser()
  if (process.getuid?.() === 0) for (const folder of Object.values(folders) as string[]) giveTree(folder, user)
  const container = new Container(options, user)
  await container.start(folders)
  return container
}

function buildUser(): Owner {
  const uid = process.getuid?.() ?? 0
  return uid === 0 ? { uid: 1000, gid: 1000 } : { uid, gid: process.getgid?.() ?? uid }
}

class Container implements Place {
  readonly kind = 'container'
  readonly paths = PATHS
  readonly #options: ContainerOptions
  readonly #user: Owner
  readonly #name = `mastodon-on-heroku-${randomBytes(6).toString('hex')}`

  constructor(options: ContainerOptions, user: Owner) {
    this.#options = options
    this.#user = user
  }

  async start(folders: PlaceFolders): Promise<void> {
    const { image, network, readOnlyApp, signal, log } = this.#options
    log.info(`Starting a container of ${image}; the image is pulled first if it is not here yet`)
    const mounts = (Object.keys(PATHS) as (keyof PlaceFolders)[]).flatMap(name =>
      mount(folders[name], PATHS[name], readOnlyApp && name === 'app')
    )
    const guards = [
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges',
      '--network',
      network,
      '--platform',
      PLATFORM
    ]
    const args = ['run', '--detach', '--rm', '--name', this.#name, '--user', '0:0', ...guards, ...mounts]
    const { code, stderr } = await this.#docker([...args, '--entrypoint', 'sleep', image, 'infinity'])
    if (code !== 0) {
      await this.close()
      throw signal.aborted ? new CancelledError('Starting the container') : explainStart(code, stderr, this.#options)
    }
    await this.#nameUser()
  }

  async run(step: BuildStep): Promise<StepResult> {
    const { uid, gid } = this.#user
    const variables = Object.keys(step.env).flatMap(name => ['--env', name])
    const args = ['exec', '--user', `${uid}:${gid}`, '--workdir', step.cwd, ...variables, this.#name, ...step.argv]
    // Values go through the client's environment, never through its arguments.
    const { dockerEnv } = this.#options
    const config = dockerEnv['DOCKER_CONFIG'] ?? `${dockerEnv['HOME'] ?? ''}/.docker`
    const child = spawn('docker', args, {
      env: { ...dockerEnv, DOCKER_CONFIG: config, ...step.env },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    child.stdout.on('data', step.output)
    child.stderr.on('data', step.output)

    let timedOut = false
    const onAbort = (): void => void this.close()
    const timer = setTimeout(
      () => {
        timedOut = true
        void this.close()
      },
      Math.min(step.timeout, 2 ** 31 - 1)
    )
    step.signal.addEventListener('abort', onAbort)
    if (step.signal.aborted) onAbort()
    try {
      const code = await new Promise<number>((resolve, reject) => {
        child.on('error', reject)
        child.on('close', status => resolve(status ?? 137))
      })
      if (step.signal.aborted) {
        await this.close()
        throw new CancelledError('The build')
      }
      if (!timedOut) await this.#endRest()
      return { code, timedOut }
    } finally {
      clearTimeout(timer)
      step.signal.removeEventListener('abort', onAbort)
    }
  }

  async close(): Promise<void> {
    await this.#docker(['rm', '--force', this.#name], false)
  }

  /** Ends every process of the build's user: no daemon of a step may go on writing. */
  async #endRest(): Promise<void> {
    const { uid, gid } = this.#user
    await this.#docker(['exec', '--user', `${uid}:${gid}`, this.#name, 'bash', '-c', 'kill -9 -1'])
  }

  /** Gives the build's user a name: npm and ssh do not run without one. */
  async #nameUser(): Promise<void> {
    const { uid, gid } = this.#user
    const script = 'grep -q "^[^:]*:[^:]*:$1:" /etc/passwd || echo "slug:x:$1:$2::$3:/bin/bash" >> /etc/passwd'
    await this.#docker([
      'exec',
      '--user',
      '0:0',
      this.#name,
      'bash',
      '-c',
      script,
      'name',
      `${uid}`,
      `${gid}`,
      PATHS.home
    ])
  }

  /** Cleaning up is not `cancellable`: it goes on after the job was cancelled. */
  #docker(args: string[], cancellable = true): ReturnType<RunCommand> {
    const { run, dockerEnv, signal } = this.#options
    return run('docker', args, { env: { ...dockerEnv }, signal: cancellable ? signal : undefined })
  }
}

function mount(source: string, target: string, readOnly: boolean): string[] {
  return [
    '--mount',
    `type=bind,"source=${source.replaceAll('"', '""')}",target=${target}${readOnly ? ',readonly' : ''}`
  ]
}

const ON_HOST =
  'or run the job in an image of Heroku’s (`container: heroku/heroku:24-build`, `options: --user root`) and use `build-in: host`.'

function explainStart(code: number, stderr: string, { image, network }: ContainerOptions): UserError {
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 500) ?? ''
  if (code === 127)
    return new UserError(
      'Docker is not installed on this runner',
      `Install it, use a runner that has it (ubuntu-latest), ${ON_HOST}`
    )
  if (/Cannot connect to the Docker daemon|permission denied .*docker/i.test(stderr)) {
    return new UserError(
      `Docker does not answer: ${said}`,
      `Start the Docker engine, give this user access to it, ${ON_HOST}`
    )
  }
  if (
    /No such image|pull access denied|manifest unknown|not found: manifest|failed to resolve|no matching manifest|Unable to find image/i.test(
      stderr
    )
  ) {
    return new UserError(
      `The image ${image} could not be pulled: ${said}`,
      'Check `stack`, `build-image` and `run-image`, and that the runner reaches the registry; it must have a linux/amd64 variant.'
    )
  }
  if (/network .* not found/i.test(stderr))
    return new UserError(
      `Docker has no network "${network}"`,
      'Set `build-network` to bridge, host, none, or a network that exists.'
    )
  return new UserError(
    `The build container of ${image} could not be started: ${said}`,
    `Correct what Docker complains of, ${ON_HOST}`
  )
}
