import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { AS_DYNO, once, type RunCommand } from '../runtime/index.ts'
import { startContainer } from './container.ts'
import { type DynoHost, type DynoImage, type DynoSpec, type DynoUser, type RunningDyno } from './dyno-host.ts'
import { memoryOf } from './memory.ts'

export interface DynoHostOptions {
  /** For unpacked slugs and the dynos' folders. */
  readonly folder: string
  readonly run: RunCommand
  /** PATH of dynos, before `.profile.d` adds to it. */
  readonly searchPath: string
  /** The user of dynos: by default this process's, or in a container the user of Heroku's images if this process is root. */
  readonly user?: DynoUser
  /** If set, dynos run in containers of this image. */
  readonly image?: DynoImage
  /**
   * A folder that all dynos share under its own path, made for their user. Heroku has none: it stands in for the bucket
   * that an instance keeps its media in.
   */
  readonly shared?: string
}

/** User of Heroku's images (heroku/base-images). */
const HEROKU_USER: DynoUser = { uid: 1000, gid: 1000 }

/** Runs dynos as processes of this machine, or in containers. Each has a folder of its own with the slug's files. */
export function processHost(options: DynoHostOptions): DynoHost {
  const { folder, run, searchPath, image, shared } = options
  const user = options.user ?? (image ? containerUser() : undefined)
  const dynos = path.join(folder, 'dynos')
  const unpacked = new Map<string, Promise<string>>()
  const isRoot = process.getuid?.() === 0
  const share = once(async (): Promise<void> => {
    if (shared === undefined) return
    await mkdir(shared, { recursive: true })
    if (user && isRoot) await chown(shared, user.uid, user.gid)
  })

  const unpack = async ({ id, file }: DynoSpec['slug']): Promise<string> => {
    const into = path.join(folder, 'slugs', id)
    if (existsSync(into)) return into
    await rm(`${into}.part`, { recursive: true, force: true })
    await mkdir(`${into}.part`, { recursive: true })
    await must(run, 'tar', ['-xzf', file, '-C', `${into}.part`, '--no-same-owner'])
    if (user && isRoot) await must(run, 'chown', ['-hR', `${user.uid}:${user.gid}`, `${into}.part`])
    await rename(`${into}.part`, into)
    return into
  }

  return {
    async start({ name, slug, command, env, output }) {
      if (!unpacked.has(slug.id)) unpacked.set(slug.id, unpack(slug))
      const home = path.join(dynos, `${name}-${Math.random().toString(36).slice(2)}`)
      // Hard links: a copy costs no space, and a dyno can add and remove files without changing another's.
      await must(run, 'cp', ['-al', path.join(await unpacked.get(slug.id)!, 'app'), home])
      await share()
      const vars = { ...env, DYNO: name }
      const running = image
        ? await startContainer(image, {
            home,
            argv: argv(command),
            vars,
            output,
            folder,
            shared,
            user: user ?? HEROKU_USER,
            run
          })
        : startProcess(home, argv(command), { PATH: searchPath, ...vars, HOME: home }, output, user)
      void running.exited.then(() => rm(home, { recursive: true, force: true }).catch(() => {}))
      return running
    }
  }
}

function containerUser(): DynoUser {
  const uid = process.getuid?.() ?? 0
  return uid === 0 ? HEROKU_USER : { uid, gid: process.getgid?.() ?? uid }
}

function argv(command: string): [program: string, ...args: string[]] {
  return ['bash', '--norc', '-c', AS_DYNO, 'dyno', 'bash', '--norc', '-c', command]
}

/** Starts a dyno as a process group of its own. */
function startProcess(
  home: string,
  [program, ...args]: [program: string, ...args: string[]],
  env: Readonly<Record<string, string>>,
  output: (chunk: Buffer) => void,
  user: DynoUser | undefined
): RunningDyno {
  const child = spawn(program, args, {
    cwd: home,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user
  })
  child.stdout.on('data', output)
  child.stderr.on('data', output)
  const exited = new Promise<number>(resolve => {
    child.on('error', error => {
      output(Buffer.from(`${error.message}\n`))
      resolve(127)
    })
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)))
  })
  return {
    exited,
    signal(name) {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name)
      } catch {
        // It has ended already.
      }
    },
    memory: async () => (child.pid === undefined ? undefined : memoryOfGroup(child.pid))
  }
}

async function must(run: RunCommand, program: string, args: string[]): Promise<void> {
  const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } })
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr.trim().slice(0, 500)}`)
}

/** Bytes of memory of a process group, by /proc. */
async function memoryOfGroup(group: number): Promise<number | undefined> {
  const processes = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))
  let rollups = ''
  for (const pid of processes) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[2]) === group) rollups += await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  }
  return memoryOf(rollups)
}
