import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { RunCommand } from '../runtime/index.ts'

/** A process of an app, to start. */
export interface DynoSpec {
  /** `web.1`, `run.1234`. */
  readonly name: string
  readonly slug: { readonly id: string; readonly file: string }
  readonly command: string
  readonly env: Readonly<Record<string, string>>
  readonly output: (chunk: Buffer) => void
}

export interface RunningDyno {
  /** To all its processes. */
  signal(name: NodeJS.Signals): void
  /** Its exit status; 128 and the number where a signal ended it. */
  readonly exited: Promise<number>
  /** Bytes of memory that its processes have, where that can be known. */
  memory(): Promise<number | undefined>
}

/** Where dynos run. Tests may hand in another one. */
export interface DynoHost {
  start(spec: DynoSpec): Promise<RunningDyno>
}

export interface HostOptions {
  /** Where slugs are unpacked and dynos have their folders. */
  readonly folder: string
  readonly run: RunCommand
  /** PATH of dynos, before `.profile.d` adds to it. */
  readonly searchPath: string
  /** Dynos run under this user; the own one without it. */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** Runs dynos in a container of this image instead. */
  readonly image?: { readonly name: string; readonly dockerEnv: Readonly<Record<string, string>> }
}

/** Sources what buildpacks left, as a dyno does (Dev Center: profiled), then becomes the command. */
const BOOT =
  'cd "$HOME" || exit 1; for f in .profile.d/*.sh; do if [ -f "$f" ]; then . "$f"; fi; done; if [ -f .profile ]; then . ./.profile; fi; eval "$0"'

/** Dynos as processes of this machine, or in containers of it. Each has a folder of its own with the slug's files. */
export function processHost({ folder, run, searchPath, user, image }: HostOptions): DynoHost {
  const unpacked = new Map<string, Promise<string>>()

  const unpack = async ({ id, file }: DynoSpec['slug']): Promise<string> => {
    const into = path.join(folder, 'slugs', id)
    if (existsSync(into)) return into
    await mkdir(`${into}.part`, { recursive: true })
    await must(run, 'tar', ['-xzf', file, '-C', `${into}.part`, '--no-same-owner'])
    if (user) await must(run, 'chown', ['-hR', `${user.uid}:${user.gid}`, `${into}.part`])
    await rename(`${into}.part`, into)
    return into
  }

  return {
    async start({ name, slug, command, env, output }) {
      if (!unpacked.has(slug.id)) unpacked.set(slug.id, unpack(slug))
      const home = path.join(folder, 'dynos', `${name}-${Math.random().toString(36).slice(2)}`)
      // Hard links: a dyno may add and remove files without touching another's, and a copy costs no space.
      await must(run, 'cp', ['-al', path.join(await unpacked.get(slug.id)!, 'app'), home])
      const vars = { ...env, HOME: image ? '/app' : home, PATH: env['PATH'] ?? searchPath, DYNO: name }
      const [program, args, childEnv] = image
        ? inContainer(image, home, command, vars, user)
        : (['bash', ['--norc', '-c', BOOT, command], vars] as const)
      const child = spawn(program, args, {
        cwd: home,
        env: childEnv,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(image ? {} : user)
      })
      child.stdout.on('data', output)
      child.stderr.on('data', output)
      const exited = new Promise<number>(resolve => {
        child.on('error', error => {
          output(Buffer.from(`${error.message}\n`))
          resolve(127)
        })
        child.on('close', (code, signal) => resolve(code ?? 128 + (signal === 'SIGKILL' ? 9 : 15)))
      })
      void exited.then(() => rm(home, { recursive: true, force: true }).catch(() => {}))
      return {
        exited,
        signal(name) {
          try {
            if (child.pid !== undefined) process.kill(-child.pid, name)
          } catch {
            // It has ended already.
          }
        },
        memory: async () => (child.pid === undefined || image ? undefined : memoryOfGroup(child.pid))
      }
    }
  }
}

type Program = readonly [string, readonly string[], Readonly<Record<string, string>>]

function inContainer(
  { name, dockerEnv }: NonNullable<HostOptions['image']>,
  home: string,
  command: string,
  vars: Readonly<Record<string, string>>,
  user: HostOptions['user']
): Program {
  // Values come by the client's own environment, so that none is in its arguments.
  const names = Object.keys(vars).filter(name => name !== 'PATH')
  const args = [
    'run',
    '--rm',
    '--init',
    '--network=host',
    `--volume=${home}:/app`,
    '--workdir=/app',
    ...(user ? [`--user=${user.uid}:${user.gid}`] : []),
    ...names.map(name => `--env=${name}`),
    name,
    'bash',
    '-c',
    BOOT,
    command
  ]
  return ['docker', args, { ...vars, ...dockerEnv }]
}

async function must(run: RunCommand, program: string, args: string[]): Promise<void> {
  const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } })
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr.trim().slice(0, 500)}`)
}

/** Resident memory of a process group, from /proc. */
async function memoryOfGroup(group: number): Promise<number | undefined> {
  let pages = 0
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[2]) === group) pages += Number(fields[21])
  }
  return pages * 4096
}
