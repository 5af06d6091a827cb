import { afterEach, describe, expect, it } from '@jest/globals'
import { NEW, OLD, STAGING, STREAMING, World, type WorldOptions } from './world.ts'

let world: World
afterEach(() => world.close())

const open = async (options: WorldOptions = {}): Promise<World> => (world = await World.open(options))
const builds = (): string[] => world.heroku.requests.filter(request => /^POST .*\/builds$/.test(request))
const said = (): string => world.lines.join('\n')

describe('builder: heroku, with a staging app', () => {
  const options: WorldOptions = { builder: 'heroku', staging: true }

  it('builds on staging, lets it prove itself there, and releases the same slug on production', async () => {
    await open(options)
    await world.deploy(NEW)
    expect(builds()).toEqual([`POST /apps/${STAGING}/builds`])
    expect(world.live).toBe(NEW)
    const staging = world.heroku.machine(STAGING)
    expect(staging.current()?.slugId).toBe(world.machine.current()?.slugId)
    expect(world.stagingDatabase.runs.release).toBe(1)
    expect(world.database.runs).toEqual({ release: 1, migrate: 1 })
    expect(said()).toMatch(/-----> ffmpeg, ruby/)
  })

  it('builds nothing again when it is run again', async () => {
    await open(options)
    await world.deploy(NEW)
    await world.deploy(NEW)
    expect(builds()).toHaveLength(1)
    expect(world.releasesOf(NEW)).toHaveLength(1)
    expect(world.releasesOf(NEW, STAGING)).toHaveLength(1)
  })

  it('takes the slug without ffmpeg, loudly, where the one with it is over the limit', async () => {
    await open(options)
    world.sizes = { with: 310_000_000, without: 290_000_000 }
    await world.deploy(NEW)
    expect(builds()).toHaveLength(2)
    expect(said()).toMatch(/The slug with ffmpeg is over its limit: the slug without ffmpeg is taken instead/)
    expect(world.machine.slug(world.machine.current()!.slugId)?.size).toBe(290_000_000)
  })

  it('stops at the gate: production gets nothing', async () => {
    await open(options)
    world.sizes = { with: 320_000_000, without: 310_000_000 }
    world.heroku.requests.length = 0
    await expect(world.deploy(NEW)).rejects.toThrow(/The slug without ffmpeg is over its limit/)
    expect(world.live).toBe(OLD)
    expect(world.heroku.requests.filter(request => /^(POST|PATCH) \/apps\/my-mastodon/.test(request))).toEqual([])
  })

  it('says first what the staging app lacks', async () => {
    await open(options)
    delete world.heroku.machine(STAGING).app.configVars['DATABASE_URL']
    await expect(world.deploy(NEW)).rejects.toMatchObject({
      message: 'my-staging has no DATABASE_URL (add-on)',
      nextStep: expect.stringMatching(/addons:create heroku-postgresql --app my-staging/)
    })
    expect(builds()).toEqual([])
  })

  it.each(['release', 'boot', 'health'] as const)('leaves production alone where %s fails on staging', async broken => {
    await open({ ...options, broken })
    await expect(world.deploy(NEW)).rejects.toThrow()
    expect(world.live).toBe(OLD)
    expect(world.releasesOf(NEW)).toEqual([])
    expect(world.database.runs).toEqual({ release: 0, migrate: 0 })
  })
})

describe('builder: heroku, without a staging app', () => {
  const options: WorldOptions = { builder: 'heroku' }

  it('says plainly that the gate comes after, and deploys with the one release that the build makes', async () => {
    await open(options)
    await world.deploy(NEW)
    expect(said()).toMatch(/the size and the process types are judged after the release, not before/)
    expect(world.live).toBe(NEW)
    expect(world.releasesOf(NEW)).toHaveLength(1)
    expect([...world.database.applied]).toHaveLength(3)
  })

  it('brings the old slug back where the new one turns out to be over the limit', async () => {
    await open(options)
    world.sizes = { with: 310_000_000, without: 310_000_000 }
    await expect(world.deploy(NEW)).rejects.toThrow(/over its limit[^]*was brought back/)
    expect(world.live).toBe(OLD)
  })

  it('gives the streaming app a build of its own, after the web app is healthy', async () => {
    await open({ ...options, streaming: true })
    const { told } = await world.deploy(NEW)
    expect(builds()).toEqual(['POST /apps/my-mastodon/builds', `POST /apps/${STREAMING}/builds`])
    expect(told.steps.indexOf(`Build on ${STREAMING}`)).toBeGreaterThan(told.steps.indexOf('Health'))
    const { machine } = { machine: world.heroku.machine(STREAMING) }
    expect(machine.slug(machine.current()!.slugId)).toMatchObject({ commit: NEW, processTypes: { web: 'stream' } })
    expect(world.database.runs.release).toBe(1)
  })

  it('is red where the build fails, with its last lines', async () => {
    await open(options)
    world.failBuild = 'yarn install: no space left'
    await expect(world.deploy(NEW)).rejects.toThrow(
      /Heroku's build on my-mastodon failed\. Its last lines:[^]*no space left/
    )
    expect(world.live).toBe(OLD)
  })

  it('ends the build with the job, so that it releases nothing later', async () => {
    await open(options)
    const cancel = new AbortController()
    world.duringBuild = signal => {
      cancel.abort()
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('Build cancelled'))))
    }
    await expect(world.deploy(NEW, cancel.signal)).rejects.toThrow(/cancel/i)
    expect(world.heroku.requests.filter(request => /^DELETE .*\/builds\//.test(request))).toHaveLength(1)
    expect(world.releasesOf(NEW)).toEqual([])
    expect(world.live).toBe(OLD)
  })
})

describe('the slug of another app', () => {
  it('is used again where a release of the staging app holds it', async () => {
    await open({ staging: true })
    await world.deploy(NEW, undefined, undefined, STAGING)
    world.heroku.requests.length = 0
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
    expect(world.heroku.requests.filter(request => request.endsWith('/slugs'))).toEqual([])
    expect(world.machine.current()?.slugId).toBe(world.heroku.machine(STAGING).current()?.slugId)
  })
})
