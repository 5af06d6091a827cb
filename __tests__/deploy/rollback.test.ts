import { afterEach, describe, expect, it } from '@jest/globals'
import { NEW, OLD, World } from './world.ts'

const OTHER = 'c'.repeat(40)
/** Of no tree here: somebody applied it long ago. */
const ORPHAN = '20251201000000'

let world: World
afterEach(() => world.close())

const open = async (...commits: string[]): Promise<World> => {
  world = await World.open()
  for (const commit of commits) await world.deploy(commit)
  // Nothing that destroys data stands in the way, unless a test puts it there.
  world.database.applied.delete('20260202000000')
  return world
}

describe('going back', () => {
  it('brings the last good code back, and checks it as a deploy does', async () => {
    await open(NEW)
    const { commit, release } = await world.back()
    expect(commit).toBe(OLD)
    expect(world.live).toBe(OLD)
    expect(world.machine.current()?.version).toBe(release.version)
    expect(world.lines.join('\n')).toMatch(/api\/v2\/instance: 200/)
  })

  it('never goes to what somebody went back from', async () => {
    await open(NEW)
    await world.back()
    await expect(world.back()).rejects.toThrow(/There is no earlier release/)
    expect(world.live).toBe(OLD)
  })

  it('goes to it where it was deployed again since', async () => {
    await open(NEW)
    await world.back()
    await world.deploy(NEW)
    await world.deploy(OTHER)
    world.database.applied.delete('20260202000000')
    await world.back()
    expect(world.live).toBe(NEW)
  })

  it('lives with a migration that no tree since has', async () => {
    await open(NEW)
    world.database.applied.add(ORPHAN)
    await world.back(() => Promise.resolve(new Set(['20260101000000'])))
    expect(world.live).toBe(OLD)
  })

  it('is refused where the release that applied a migration cannot be looked at', async () => {
    await open(OTHER, NEW)
    world.database.applied.add(ORPHAN)
    world.machine.app.slugs.find(({ commit }) => commit === OTHER)!.deletedAt = new Date().toISOString()
    await expect(world.back()).rejects.toThrow(new RegExp(`${ORPHAN} \\(its file is not in this checkout\\)`))
    expect(world.live).toBe(NEW)
  })

  it('is refused where a tree since has such a migration', async () => {
    await open(OTHER, NEW)
    world.database.applied.add(ORPHAN)
    world.machine.app.releases.find(({ version }) => version === 3)!.status = 'failed'
    const versionsAt = (commit: string): Promise<Set<string>> =>
      Promise.resolve(new Set(commit === OTHER ? [ORPHAN] : ['20260101000000']))
    await expect(world.back(versionsAt)).rejects.toThrow(new RegExp(ORPHAN))
  })
})
