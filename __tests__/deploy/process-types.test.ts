import { afterEach, describe, expect, it } from '@jest/globals'
import { NEW, OLD, procfileOf, STAGING, STREAMING, World, type WorldOptions } from './world.ts'

/** A buildpack that may add any process type, so that the build alone tells. */
const UNKNOWN = 'https://example.com/everything.tgz'

let world: World
afterEach(() => world.close())

const open = async (options: WorldOptions = {}): Promise<World> => (world = await World.open(options))
const writes = (): string[] => world.heroku.requests.filter(request => !request.startsWith('GET '))
/** How many dynos of each type run; `release` has none. */
const formation = (app?: string): Record<string, number> => {
  const { release: _, ...rest } = (app === undefined ? world.machine : world.heroku.machine(app)).app.formation
  return Object.fromEntries(Object.entries(rest).map(([type, { quantity }]) => [type, quantity]))
}

/** The new commit has no worker any more; `unknown`: its tree does not prove it. */
const loseWorker = (proof: 'proven' | 'unknown' = 'proven'): void => {
  world.procfile = {
    ...procfileOf('web'),
    comments: [{ type: 'worker', line: 2, text: '# worker: bundle exec sidekiq' }]
  }
  world.builds.web = { web: 'web', rake: 'bundle exec rake' }
  if (proof === 'unknown') world.buildpacks = ['heroku/nodejs', UNKNOWN]
}

const REFUSED = {
  message: expect.stringMatching(
    /^my-mastodon runs 1 worker dyno \(Basic\), and .* has no process type `worker`: .*Procfile:2 is a comment: "# worker: bundle exec sidekiq"/
  ),
  nextStep: expect.stringMatching(
    /Take the # away from that line\. If `worker` is no longer wanted: `heroku ps:scale worker=0 --app my-mastodon`/
  )
}

describe('a commit without a process type of what runs', () => {
  it('is refused before it is built, if its tree proves it', async () => {
    await open()
    loseWorker()
    let built = false
    world.onBuild = () => (built = true)
    await expect(world.deploy(NEW)).rejects.toMatchObject(REFUSED)
    expect(built).toBe(false)
    expect(writes()).toEqual([])
    expect(formation()).toEqual({ web: 1, worker: 1 })
  })

  it('is refused after the build and before the upload, if only the build tells', async () => {
    await open()
    loseWorker('unknown')
    let built = false
    world.onBuild = () => (built = true)
    await expect(world.deploy(NEW)).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringMatching(/and the slug has no process type `worker`: .* It has rake, web\. Procfile:2/)
    })
    expect(built).toBe(true)
    expect(world.lines.join('\n')).toMatch(/A buildpack may add it: .*\(perhaps-lost-process-type\)/)
    expect(writes()).toEqual([])
    expect(formation()).toEqual({ web: 1, worker: 1 })
    expect(world.machine.dynos.map(({ options: { name } }) => name).sort()).toEqual(['web.1', 'worker.1'])
    expect(world.live).toBe(OLD)
  })

  it('goes live if a buildpack adds the type', async () => {
    await open()
    loseWorker('unknown')
    world.builds.web = { web: 'web', worker: 'bundle exec sidekiq' }
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
    expect(formation()).toEqual({ web: 1, worker: 1 })
  })

  it.each(['proven', 'unknown'] as const)('goes live if its dynos were scaled away before; %s', async proof => {
    await open()
    loseWorker(proof)
    world.machine.app.formation['worker'] = { quantity: 0, size: 'Basic' }
    await world.machine.scale()
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
    expect(formation()).toEqual({ web: 1, rake: 0 })
  })

  it('is held against what runs when the build is done: somebody may have scaled meanwhile', async () => {
    await open()
    loseWorker('unknown')
    world.machine.app.formation['worker'] = { quantity: 0, size: 'Basic' }
    world.onBuild = () => (world.machine.app.formation['worker'] = { quantity: 2, size: 'Standard-1X' })
    await expect(world.deploy(NEW)).rejects.toThrow(/runs 2 worker dynos \(Standard-1X\)/)
    expect(writes()).toEqual([])
  })

  it.each(['proven', 'unknown'] as const)('goes live with a warning if it is let through; %s', async proof => {
    await open()
    loseWorker(proof)
    world.skip = ['lost-process-type']
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
    expect(formation()).toEqual({ web: 1, rake: 0 })
    expect(world.lines.join('\n')).toMatch(/the slug has no process type `worker`.*\(lost-process-type\)/)
  })
})

describe('a slug that Heroku holds already', () => {
  it('is refused if a type of what runs by now is not in it', async () => {
    await open()
    await world.deploy(NEW)
    const { slugs } = world.machine.app
    delete (slugs.find(({ commit }) => commit === NEW)!.processTypes as Record<string, string>)['worker']
    world.machine.release(slugs.find(({ commit }) => commit === OLD)!.id, 'Back')
    world.machine.app.formation['worker'] = { quantity: 1, size: 'Basic' }
    world.heroku.requests.length = 0
    await expect(world.deploy(NEW)).rejects.toThrow(/runs 1 worker dyno .*and the slug has no process type `worker`/)
    expect(world.lines.join('\n')).toContain('it is used again')
    expect(writes()).toEqual([])
  })

  it('of the staging app is held against the production app', async () => {
    await open({ staging: true })
    loseWorker('unknown')
    await world.deploy(NEW, undefined, undefined, STAGING)
    world.heroku.requests.length = 0
    await expect(world.deploy(NEW)).rejects.toMatchObject(REFUSED)
    expect(writes()).toEqual([])
  })
})

describe('the streaming app', () => {
  it('is held against the slug of the streaming server before anything is built', async () => {
    await open({ streaming: true })
    world.heroku.machine(STREAMING).app.formation['worker'] = { quantity: 2, size: 'Eco' }
    await expect(world.deploy(NEW)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^my-streaming runs 2 worker dynos \(Eco\), and the slug of the streaming server has/
      ),
      nextStep: 'If `worker` is no longer wanted: `heroku ps:scale worker=0 --app my-streaming`.'
    })
    expect(writes()).toEqual([])
  })
})

describe('builder: heroku', () => {
  it('does not build what the tree proves', async () => {
    await open({ builder: 'heroku' })
    loseWorker()
    await expect(world.deploy(NEW)).rejects.toMatchObject(REFUSED)
    expect(writes()).toEqual([])
  })

  it('with a staging app gives production nothing that lacks a type', async () => {
    await open({ builder: 'heroku', staging: true })
    loseWorker('unknown')
    await expect(world.deploy(NEW)).rejects.toMatchObject(REFUSED)
    expect(world.liveOn(STAGING)).toBe(NEW)
    expect(writes().filter(request => request.includes('/apps/my-mastodon'))).toEqual([])
    expect(formation()).toEqual({ web: 1, worker: 1 })
  })

  it('without one brings the old slug back, and the dynos with it', async () => {
    await open({ builder: 'heroku' })
    loseWorker('unknown')
    world.machine.app.formation['web'] = { quantity: 1, size: 'Standard-1X' }
    world.machine.app.formation['worker'] = { quantity: 2, size: 'Standard-1X' }
    await world.machine.scale()
    await expect(world.deploy(NEW)).rejects.toThrow(/no process type `worker`[^]*was brought back and serves/)
    expect(world.live).toBe(OLD)
    expect(world.machine.app.formation).toMatchObject({ worker: { quantity: 2, size: 'Standard-1X' } })
    expect(world.lines.join('\n')).toContain('Scaled as before: worker 2')
  })
})

describe('going back', () => {
  it('by itself brings the dynos back, too, that the new slug was let take away', async () => {
    await open({ broken: 'boot' })
    loseWorker()
    world.skip = ['lost-process-type']
    await expect(world.deploy(NEW)).rejects.toThrow(/was brought back and serves/)
    expect(formation()).toEqual({ web: 1, worker: 1 })
  })

  it('brings them back also if the instance does not answer then', async () => {
    await open({ broken: 'boot' })
    loseWorker()
    world.skip = ['lost-process-type']
    world.unreachable = true
    await expect(world.deploy(NEW)).rejects.toThrow(/its code was released again: .*503/)
    expect(world.live).toBe(OLD)
    expect(formation()).toEqual({ web: 1, worker: 1 })
  })

  it('is refused if the old slug has no type for what runs', async () => {
    await open()
    world.procfile = procfileOf('web', 'worker', 'cron')
    world.builds.web['cron'] = 'bundle exec sidekiq'
    await world.deploy(NEW)
    world.database.applied.delete('20260202000000')
    world.machine.app.formation['cron'] = { quantity: 1, size: 'Basic' }
    await world.machine.scale()
    await expect(world.back()).rejects.toMatchObject({
      message: expect.stringMatching(/runs 1 cron dyno \(Basic\), and the old slug has no process type `cron`/),
      nextStep: expect.stringContaining('heroku ps:scale cron=0 --app my-mastodon')
    })
    expect(world.live).toBe(NEW)
    world.machine.app.formation['cron'] = { quantity: 0, size: 'Basic' }
    await world.back()
    expect(world.live).toBe(OLD)
  })
})
