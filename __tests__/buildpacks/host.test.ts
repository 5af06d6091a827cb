import { describe, expect, it } from '@jest/globals'
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openHost } from '../../src/buildpacks/host.ts'
import { type PlaceFolders, type BuildStep } from '../../src/buildpacks/place.ts'
import { CancelledError, UserError } from '../../src/runtime/index.ts'
import { describeOrSkip, isRoot } from '../helpers/skip.ts'
import { temp } from '../helpers/temp.ts'

function folders(): PlaceFolders {
  const root = temp()
  chmodSync(root, 0o755)
  const at = (name: string): string => path.join(root, name)
  const all = { app: at('app'), cache: at('cache'), env: at('env'), buildpacks: at('buildpacks'), home: at('home') }
  for (const folder of Object.values(all)) mkdirSync(folder)
  return all
}

async function run(script: string, more: Partial<BuildStep> = {}) {
  const all = folders()
  const place = openHost(all, { secretsHeld: [] })
  const chunks: Buffer[] = []
  const result = await place.run({
    argv: ['bash', '-c', script],
    env: { HOME: all.home },
    cwd: all.app,
    output: chunk => chunks.push(chunk),
    signal: new AbortController().signal,
    timeout: 60_000,
    ...more
  })
  await place.close()
  return { ...result, output: Buffer.concat(chunks).toString(), folders: all }
}

/** Commands of processes that carry this word as an argument. */
function running(word: string): string[] {
  return readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && commandOf(pid).includes(word))
}

function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

describe('a step on the host', () => {
  it.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143]
  ])('%s gives %d', async (script, code) => expect(await run(script)).toMatchObject({ code, timedOut: false }))

  it.each([
    [['/no/such/program'], 127],
    [['/etc/passwd'], 126]
  ])('%j gives %d and says why', async (argv, code) => {
    const result = await run('', { argv })
    expect(result.code).toBe(code)
    expect(result.output).toMatch(/ENOENT|EACCES/)
  })

  it('sees the environment that it is given, and nothing else', async () => {
    process.env['OF_THE_JOB'] = 'secret'
    const { output } = await run('env')
    const names = output
      .trim()
      .split('\n')
      .map(line => line.split('=')[0])
    expect(names.sort()).toEqual(['BUILD_STEP_ID', 'HOME', 'PATH', 'PWD', 'SHLVL', 'TMPDIR', '_'])
  })

  it('has both streams handed over whole', async () => {
    const { output } = await run('head -c 5000000 /dev/zero | tr "\\0" x; head -c 5000000 /dev/zero | tr "\\0" y >&2')
    expect([output.length, output.replaceAll('x', '').length]).toEqual([10_000_000, 5_000_000])
  })

  it('is ended with all that it started when its time is over', async () => {
    const result = await run('sleep 54321 & setsid sleep 54321 & trap "" TERM; while :; do sleep 54321; done', {
      timeout: 200
    })
    expect(result.timedOut).toBe(true)
    expect(running('54321')).toEqual([])
  })

  it('is ended when the job is cancelled', async () => {
    const cancel = new AbortController()
    const step = run('echo up; sleep 54322', { signal: cancel.signal, output: () => cancel.abort() })
    await expect(step).rejects.toThrow(CancelledError)
    expect(running('54322')).toEqual([])
  })

  it('leaves no daemon that goes on writing, and does not wait for one that holds its output', async () => {
    const { code } = await run(
      'setsid bash -c "exec -a 54323 sleep 54323" & until [ -e /proc/$!/exe ]; do :; done; exit 0'
    )
    expect(code).toBe(0)
    expect(running('54323')).toEqual([])
  })
})

describeOrSkip(
  'the user of a build on the host',
  isRoot ? undefined : 'only root can run a build as another user',
  () => {
    it('is another one than ours, owns the folders, and cannot read our environment', async () => {
      const { output } = await run(`id -u; stat -c %u .; touch file; cat /proc/${process.pid}/environ > /dev/null`)
      const [uid, owner, ...rest] = output.trim().split('\n')
      expect(uid).not.toBe('0')
      expect(owner).toBe(uid)
      expect(rest.join()).toMatch(/environ: Permission denied/)
    })
  }
)

describe('a build on the host without root', () => {
  it('is refused beside a key, and says what to do', () => {
    const open = (secretsHeld: string[]) => openHost(folders(), { secretsHeld, identity: null })
    expect(() => open(['heroku-api-key'])).toThrow(UserError)
    expect(() => open(['heroku-api-key'])).toThrow(/cannot run on the host beside heroku-api-key/)
    expect(() => open([])).not.toThrow()
  })
})
