import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { startPostgres } from '../rig/postgres.ts'
import { DockerEngine } from '../helpers/docker-engine.ts'
import { startPlainRedis } from '../helpers/redis.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { addBuildpack, configWith, Fork } from './fork.ts'

const IMAGE = 'local/heroku-stand-in:24'

const unavailable = DockerEngine.unavailable()
const engine = unavailable === undefined ? new DockerEngine() : undefined
const reason = unavailable ?? (await engine!.start())

describeOrSkip('build in a container', reason, () => {
  const inputs = { 'build-in': 'container', 'build-image': IMAGE, 'run-image': IMAGE, 'build-network': 'none' }
  const env = (): Record<string, string> => ({ DOCKER_HOST: engine!.host })

  beforeAll(() => engine!.importImage(IMAGE, 'node'))
  afterAll(async () => {
    // The engine leaves this mount of containers on the host's network; its folder could not be removed.
    spawnSync('umount', ['--lazy', path.join(path.dirname(engine!.host.replace('unix://', '')), 'exec/netns/default')])
    await engine!.stop()
  })

  it('gives the slug that a build on the host gives', async () => {
    const fork = new Fork()
    const config = configWith(['activestorage-preview', 'apt', 'nodejs', 'ruby'], '  trim: off\n')
    const here = await fork.build({ ffmpeg: 'with' }, config)
    const { code, output, outputs } = await fork.build({ ...inputs, ffmpeg: 'with' }, config, { env: env() })
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    expect(outputs['slug-sha256']).toBe(here.outputs['slug-sha256'])
    expect(fork.report().place).toEqual({ kind: 'container', buildImage: IMAGE, runImage: IMAGE })
    expect(fork.report().ffmpeg.check).toMatchObject({ works: true })
    expect(fork.leftovers()).toEqual([])
    expect(engine!.docker(['ps', '--all', '--quiet'])).toBe('')
  })

  it('gives a slug that a rehearsal in the same job takes; its dynos run in containers, too', async () => {
    const fork = new Fork()
    const config = configWith(['nodejs', 'ruby'])
    const postgres = await startPostgres(path.join(fork.temporary, 'postgres'))
    const redis = await startPlainRedis(fork.temporary)
    try {
      const job = { ...env(), RUNNER_TEMP: lastingTemp() }
      const built = await fork.build(inputs, config, { env: job })
      expect({ code: built.code, output: built.code === 0 ? '' : built.output }).toEqual({ code: 0, output: '' })
      const services = { DATABASE_URL: postgres.url('postgres'), REDIS_URL: `redis://127.0.0.1:${redis.port}` }
      const rehearse = { ...inputs, command: 'rehearse' }
      const { code, output } = await fork.build(rehearse, config, { env: { ...job, ...services } })
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
      expect(output).toMatch(/This job built it already: .*slug\.tgz/)
      expect(output).not.toMatch(/Buildpack 1 of/)
      expect(output).toMatch(/Dynos run in containers of local[^]*Rehearsal passed: boots, /)
    } finally {
      await redis.close()
      await postgres.stop()
    }
  })

  it('is unprivileged, in /app, with nothing of the job in its environment', async () => {
    const fork = new Fork(folder =>
      addBuildpack(folder, 'spy', 'env; echo "uid $(id -u)"; pwd; touch /usr/bin/x 2>&1; ls /tmp')
    )
    const key = 'HRKU-0123456789-secret'
    const { code, output } = await fork.build({ ...inputs, 'heroku-api-key': key }, configWith(['spy']), {
      env: { ...env(), GITHUB_TOKEN: key }
    })
    expect(code).toBe(0)
    const lines = output.split('\n').filter(line => !line.startsWith('::add-mask::'))
    expect(lines.filter(line => line.includes(key) || /^(INPUT|GITHUB|ACTIONS|RUNNER|DOCKER)_/.test(line))).toEqual([])
    for (const line of ['uid 1000', '/app', 'HOME=/tmp/build-home', 'STACK=heroku-24'])
      expect(lines.includes(line)).toBe(true)
    expect(output).toMatch(/touch: cannot touch '\/usr\/bin\/x'/)
  })

  it('ends daemons of a step before the next one', async () => {
    const write = 'setsid bash -c "while :; do date +%N > $1/daemon.txt; done" > /dev/null 2>&1 &'
    const check =
      'a=$(cat "$1/daemon.txt"); for i in $(seq 1 20000); do :; done; [ "$a" = "$(cat "$1/daemon.txt")" ] && echo "it stands still"'
    const fork = new Fork(folder => {
      addBuildpack(folder, 'daemon', `${write} until [ -s "$1/daemon.txt" ]; do :; done`)
      addBuildpack(folder, 'next', check)
    })
    const { code, output } = await fork.build(inputs, configWith(['daemon', 'next']), { env: env() })
    expect(code).toBe(0)
    expect(output).toContain('it stands still')
  })

  it('leaves no container when it is cancelled or takes too long', async () => {
    const fork = new Fork(folder => addBuildpack(folder, 'slow', 'echo started; sleep 1000'))
    let pid = 0
    const cancelled = await fork.build(inputs, configWith(['slow']), {
      env: env(),
      onStart: started => (pid = started),
      onOutput: chunk => {
        if (chunk.toString().includes('started')) process.kill(pid, 'SIGTERM')
      }
    })
    expect(cancelled).toMatchObject({ code: 1, output: expect.stringContaining('The build was cancelled') })
    const late = await fork.build({ ...inputs, 'build-timeout': '0.02' }, configWith(['slow']), { env: env() })
    expect(late).toMatchObject({ code: 1, output: expect.stringContaining('the build took longer') })
    expect(engine!.docker(['ps', '--all', '--quiet'])).toBe('')
    expect(fork.leftovers()).toEqual([])
  })

  it.each([
    [
      'an image that is not there',
      { 'build-image': 'local/nothing:1' },
      /The image local\/nothing:1 could not be pulled/
    ],
    ['a network that is not there', { 'build-network': 'nowhere' }, /no network "nowhere"/]
  ])('says what to do about %s', async (_what, wrong, says) => {
    const fork = new Fork()
    const { code, output } = await fork.build({ ...inputs, ...wrong }, undefined, { env: env() })
    expect(code).toBe(1)
    expect(output).toMatch(says)
    expect(fork.leftovers()).toEqual([])
  })
})
