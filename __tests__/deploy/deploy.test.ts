import { afterEach, describe, expect, it } from '@jest/globals'
import { NEW, OLD, World, type WorldOptions } from './world.ts'

let world: World
afterEach(() => world.close())

const open = async (options: WorldOptions = {}): Promise<World> => (world = await World.open(options))

describe('deploy', () => {
  it('ships a commit: released, its dynos up, healthy, both phases migrated', async () => {
    await open()
    const { told, requests } = await world.deploy(NEW)
    expect(world.live).toBe(NEW)
    expect(await world.asks()).toBe('4.7.0+bbbbbbb')
    expect([...world.database.applied]).toHaveLength(3)
    expect(told.migrated).toEqual(['20260201000000', '20260202000000'])
    expect(world.machine.dynos.map(({ options: { name, release } }) => `${name} v${release.version}`).sort()).toEqual([
      'web.1 v3',
      'worker.1 v3'
    ])
    expect(requests).toBeLessThanOrEqual(27)
  })

  it.each([false, true])('migrates the second phase only when no older dyno is left; preboot %s', async preboot => {
    await open({ preboot })
    await world.deploy(NEW)
    expect(world.dynosAtMigration.sort()).toEqual(['web.1 v3', 'worker.1 v3'])
  })

  it('asks rarely enough for a release phase of an hour: Heroku gives 4,500 requests an hour', async () => {
    await open()
    world.releaseTakes = 3_600_000
    const before = world.clock.now()
    const { requests } = await world.deploy(NEW)
    expect(world.clock.now() - before).toBeGreaterThan(3_600_000)
    expect(requests).toBeLessThan(700)
    expect(world.live).toBe(NEW)
    console.log(`A deploy whose release phase takes an hour: ${requests} requests`)
  })

  it('does nothing twice when it is run again', async () => {
    await open()
    await world.deploy(NEW)
    await world.deploy(NEW)
    expect(world.releasesOf(NEW)).toHaveLength(1)
    expect(world.database.runs).toEqual({ release: 1, migrate: 2 })
    expect(world.heroku.requests.filter(request => request.endsWith('/slugs'))).toHaveLength(1)
  })

  it('is red where the release phase fails, and the old release never stopped', async () => {
    await open({ broken: 'release' })
    const before = world.machine.dynos.map(({ id }) => id)
    await expect(world.deploy(NEW)).rejects.toThrow(
      /The release phase of v3 failed; the release before it still serves[^]*PG::UndefinedTable/
    )
    expect(world.live).toBe(OLD)
    expect(world.machine.dynos.map(({ id }) => id)).toEqual(before)
  })

  it.each(['boot', 'health'] as const)('rolls back where the new code fails at %s', async broken => {
    await open({ broken })
    const run = world.deploy(NEW)
    await expect(run).rejects.toThrow(/The release before was brought back and serves/)
    expect(world.live).toBe(OLD)
    expect(await world.asks()).toBe('4.7.0+aaaaaaa')
  })

  it('refuses to roll back where the database has a migration that destroys data', async () => {
    await open({ broken: 'boot' })
    world.database.applied.add('20260202000000')
    await expect(world.deploy(NEW)).rejects.toMatchObject({
      message: expect.stringMatching(
        /And it was not rolled back: Going back to v2 \(aaaaaaaa\) is refused.*20260202000000 post/
      ),
      nextStep: expect.stringMatching(/db:migrate:down/)
    })
    expect(world.live).toBe(NEW)
  })
})
