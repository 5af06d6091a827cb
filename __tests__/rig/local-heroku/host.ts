import { mkdir, readdir, readlink, rm } from 'node:fs/promises'
import path from 'node:path'
import { LABEL } from '../../../src/local-heroku/container.ts'
import { type DynoHost } from '../../../src/local-heroku/dyno-host.ts'
import { processHost as rehearsalHost, type DynoHostOptions } from '../../../src/local-heroku/host.ts'

/**
 * Dynos as a rehearsal has them. Before the first one starts, what a local Heroku left in the folder that was killed is
 * ended: its dynos would run beside the new ones.
 */
export function processHost(options: DynoHostOptions): DynoHost {
  const host = rehearsalHost(options)
  let cleared: Promise<void> | undefined
  return {
    async start(spec) {
      await (cleared ??= clear(options))
      return host.start(spec)
    }
  }
}

async function clear({ folder, image, run }: DynoHostOptions): Promise<void> {
  const dynos = path.join(folder, 'dynos')
  if (image) {
    const env = { ...image.dockerEnv }
    const { stdout } = await run('docker', ['ps', '--all', '--quiet', `--filter=label=${LABEL}=${folder}`], { env })
    const ids = stdout.toString().split('\n').filter(Boolean)
    if (ids.length > 0) await run('docker', ['rm', '--force', ...ids], { env })
  }
  await endProcessesIn(dynos)
  await rm(dynos, { recursive: true, force: true })
  await mkdir(dynos, { recursive: true })
}

async function endProcessesIn(folder: string): Promise<void> {
  for (const pid of (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))) {
    const at = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    if (!at.startsWith(`${folder}/`)) continue
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
}
