import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { processHost, type LocalHeroku } from '../rig/local-heroku/index.ts'
import { runCommand } from '../../src/runtime/real.ts'
import { DockerEngine } from '../helpers/docker-engine.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { ask } from './ask.ts'

const IMAGE = 'local/heroku-stand-in:24'

const unavailable = DockerEngine.unavailable()
const engine = unavailable === undefined ? new DockerEngine() : undefined
const reason = unavailable ?? (await engine!.start())

describeOrSkip('dynos in containers', reason, () => {
  const folder = lastingTemp()
  let heroku: LocalHeroku

  async function open(): Promise<LocalHeroku> {
    const dockerEnv = { PATH: process.env['PATH']!, DOCKER_HOST: engine!.host }
    const host = processHost({
      folder,
      run: runCommand,
      searchPath: process.env['PATH']!,
      image: { name: IMAGE, dockerEnv }
    })
    return (await openHeroku({ folder, host, times: { memory: 50, coolOff: 600_000 } })).heroku
  }

  const log = async (): Promise<string> => {
    const { body } = await ask(heroku, 'POST /apps/one/log-sessions', { body: { lines: 1500 } })
    return (await fetch(body.logplex_url)).text()
  }
  const logSays = (what: RegExp): Promise<true> => until(async () => what.test(await log()) || undefined)
  const containers = (): string => engine!.docker(['ps', '--all', '--quiet'])!

  beforeAll(async () => {
    engine!.importImage(IMAGE)
    heroku = await open()
    await heroku.addApp('one', { config: { SECRET: 'it is one', LINES: 'two\nlines' } })
    const worker = `trap 'echo "ends well"; exit 0' TERM; echo "$SECRET, $FROM_PROFILE, $LINES"; id -u; pwd; touch new; while :; do sleep 0.1; done`
    const files = { '.profile.d/a.sh': 'export FROM_PROFILE=profile\n', 'bin/work': `#!/bin/bash\n${worker}\n` }
    await ship(appOf(clientOf(heroku), 'one'), makeSlug(files), { worker: 'bin/work' })
    await ask(heroku, 'PATCH /apps/one/formation/worker', { body: { quantity: 1 } })
  })
  afterAll(async () => {
    await heroku.close()
    // The engine leaves this mount of containers on the host's network; its folder could not be removed.
    const socketFolder = path.dirname(engine!.host.replace('unix://', ''))
    spawnSync('umount', ['--lazy', path.join(socketFolder, 'exec/netns/default')])
    await engine!.stop()
  })

  it('run in the image as its user, in /app, with config vars and .profile.d', async () => {
    await logSays(/app\[worker\.1\]: it is one, profile, two\n.* app\[worker\.1\]: lines\n.*: 1000\n.*: \/app\n/)
    const inspected = engine!.docker([
      'inspect',
      '--format',
      '{{json .Config.Cmd}} {{json .Config.Labels}}',
      containers().trim()
    ])
    expect(inspected).not.toContain('it is one')
    expect(readdirSync(path.join(folder, 'dynos'))).toHaveLength(1)
  })

  it('are ended by SIGTERM, every process of them', async () => {
    await ask(heroku, 'PATCH /apps/one/formation/worker', { body: { quantity: 0 } })
    // Its shell may say, too, that the command it was at is "Terminated".
    await logSays(/app\[worker\.1\]: ends well\n[^]*Process exited with status 0/)
    await until(() => containers() === '')
  })

  it('are told of by R14', async () => {
    const grow = `x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo grown; sleep 1000`
    await ship(appOf(clientOf(heroku), 'one'), makeSlug({ file: 'x' }), { worker: grow })
    await ask(heroku, 'PATCH /apps/one/formation/worker', { body: { quantity: 1 } })
    await logSays(/heroku\[worker\.1\]: Error R14 \(Memory quota exceeded\)/)
  })

  it('leave nothing when the local Heroku ends, nor when it was killed', async () => {
    await heroku.close()
    expect(containers()).toBe('')
    expect(existsSync(path.join(folder, 'state.json'))).toBe(true)
    engine!.docker(['run', '--detach', `--label=local-heroku=${folder}`, IMAGE, 'sleep', '1000'])
    heroku = await open()
    await until(async () => (await ask(heroku, 'GET /apps/one/dynos')).body[0]?.state === 'up')
    expect(containers().trim().split('\n')).toHaveLength(1)
  })
})
