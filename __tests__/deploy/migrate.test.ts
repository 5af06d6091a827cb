import { afterEach, describe, expect, it } from '@jest/globals'
import { requireSameCommit } from '../../src/deploy/index.ts'
import { APP, NEW, STREAMING, World, type WorldOptions } from './world.ts'

const PRE = '20260201000000'
const POST = '20260202000000'

let world: World
afterEach(() => world.close())

/** The new code is live, and nothing of it is migrated. */
const open = async (options: WorldOptions = {}): Promise<World> => {
  world = await World.open(options)
  await world.deploy(NEW)
  for (const version of [PRE, POST]) world.database.applied.delete(version)
  return world
}

describe('migrate', () => {
  it('runs both phases', async () => {
    await open()
    expect(await world.migrate('all')).toEqual([PRE, POST])
  })

  it('runs the first phase alone', async () => {
    await open()
    expect(await world.migrate('pre')).toEqual([PRE])
    expect([...world.database.applied]).not.toContain(POST)
  })

  it('refuses the second phase where the first is not done', async () => {
    await open()
    await expect(world.migrate('post')).rejects.toMatchObject({
      message: expect.stringMatching(/Pre-deployment migrations are still pending[^]*20260201000000/),
      nextStep: expect.stringMatching(/phase: pre/)
    })
    expect(world.database.applied.size).toBe(1)
    await world.migrate('pre')
    expect(await world.migrate('post')).toEqual([POST])
  })

  it('is refused while the streaming app runs another commit', async () => {
    await open({ streaming: true })
    const both = async (): Promise<void> => requireSameCommit(await world.target(APP), await world.target(STREAMING))
    await both()
    const { app } = world.heroku.machine(STREAMING)
    app.slugs.forEach(slug => Object.assign(slug, { commit: 'd'.repeat(40) }))
    await expect(both()).rejects.toThrow(/my-streaming runs dddddddd, and my-mastodon bbbbbbbb/)
  })
})
