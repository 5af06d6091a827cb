import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { RunCommand } from '../runtime/index.ts'
import { memoryOf } from './memory.ts'
import { type DynoImage, type DynoUser, type RunningDyno } from './dyno-host.ts'

interface ContainerSpec {
  /** The dyno's folder on this machine; /app in the container. */
  readonly home: string
  readonly argv: readonly string[]
  readonly vars: Readonly<Record<string, string>>
  readonly output: (chunk: Buffer) => void
  /** The local Heroku's folder, by which its containers are found again. */
  readonly folder: string
  /** A folder of this machine that it has under the same path. */
  readonly shared: string | undefined
  readonly user: DynoUser
  readonly run: RunCommand
}

/** Docker label with the folder of the local Heroku that made a container. */
export const LABEL = 'local-heroku'

/**
 * Starts a dyno in a container of the stack's run image. It is on this machine's network, so that the router reaches it, and
 * it reaches service containers. Rejects if Docker cannot make the container.
 */
export async function startContainer(image: DynoImage, spec: ContainerSpec): Promise<RunningDyno> {
  const { user, run, output } = spec
  const container = `local-heroku-${randomBytes(6).toString('hex')}`
  const owner = `--user=${user.uid}:${user.gid}`
  const docker = (...args: string[]): ReturnType<RunCommand> => run('docker', args, { env: { ...image.dockerEnv } })
  // Values are in the Docker client's environment, never in its arguments. PATH is the image's, as on a dyno.
  const names = Object.keys(spec.vars).filter(name => !['PATH', 'HOME'].includes(name) && !(name in image.dockerEnv))
  const made = await run(
    'docker',
    [
      'create',
      '--init',
      `--name=${container}`,
      `--label=${LABEL}=${spec.folder}`,
      '--platform=linux/amd64',
      '--network=host',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      bindMount(spec.home, '/app'),
      ...(spec.shared === undefined ? [] : [bindMount(spec.shared, spec.shared)]),
      '--workdir=/app',
      owner,
      '--env=HOME=/app',
      ...names.map(name => `--env=${name}`),
      image.name,
      ...spec.argv
    ],
    { env: { ...spec.vars, ...image.dockerEnv } }
  )
  if (made.code !== 0) throw new Error(`docker create ended with ${made.code}: ${made.stderr.trim().slice(0, 500)}`)

  // A process group of its own: a terminal's Ctrl-C is not for the dyno.
  const child = spawn('docker', ['start', '--attach', container], {
    env: image.dockerEnv,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  child.stdout.on('data', output)
  child.stderr.on('data', output)
  let over = false
  const exited = new Promise<number>(resolve => {
    child.on('error', () => resolve(127))
    child.on('close', code => resolve(code ?? 137))
  }).then(async code => {
    over = true
    await docker('rm', '--force', container)
    return code
  })
  return {
    exited,
    signal(signal) {
      if (signal === 'SIGKILL') return void docker('rm', '--force', container)
      void (async () => {
        // Sent to all its processes, as its own user; again until it is up.
        const kill = `kill -s ${signal.slice(3)} -- -1`
        while (!over && (await docker('exec', owner, container, 'bash', '-c', kill)).code !== 0) await wait(50)
      })()
    },
    async memory() {
      const { code, stdout } = await docker('exec', owner, container, 'bash', '-c', 'cat /proc/[0-9]*/smaps_rollup')
      // One that has just ended makes `cat` fail, and the others count all the same.
      return code > 1 ? undefined : memoryOf(stdout.toString())
    }
  }
}

/** An option of `docker create`: a CSV record, in which a field with a quote or a comma stands in quotes. */
function bindMount(source: string, target: string): string {
  const field = (text: string): string => `"${text.replaceAll('"', '""')}"`
  return `--mount=type=bind,${field(`source=${source}`)},${field(`target=${target}`)}`
}
