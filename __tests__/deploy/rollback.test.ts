import { afterEach, describe, expect, it } from '@jest/globals'
import { Unverified } from '../../src/runtime/index.ts'
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
    expect(world.lines.join('\n')).toMatch(/example.com\/: 200 in 0.0 s, says 4.7.0\+aaaaaaa/)
  })

  it('is finished when it is run again, and goes no further', async () => {
    await open(OTHER, NEW)
    const first = await world.back()
    expect(world.live).toBe(OTHER)
    const again = await world.back()
    expect(again).toMatchObject({ wasBack: true, release: { version: first.release.version }, commit: OTHER })
    expect(world.live).toBe(OTHER)
    // A config change since is a release, too, of the same slug.
    world.machine.release(world.machine.current()!.slugId, 'Set FOO config vars')
    expect(await world.back()).toMatchObject({ wasBack: true, commit: OTHER })
    expect(world.live).toBe(OTHER)
  })

  it('that ended red on health is finished by the next', async () => {
    await open(OTHER, NEW)
    world.answers = (_, path) => (path === '/health' ? { status: 500 } : undefined)
    await expect(world.back()).rejects.toThrow(Unverified)
    await expect(world.back()).rejects.toMatchObject({
      message: expect.stringMatching(/^v\d+ of my-mastodon is live, and could not be proved healthy: .*answered 500/),
      nextStep: expect.stringContaining('run `command: rollback` again: it finishes this one, and goes no further back')
    })
    expect(world.live).toBe(OTHER)
    world.answers = () => undefined
    expect(await world.back()).toMatchObject({ wasBack: true, commit: OTHER })
    expect(world.live).toBe(OTHER)
  })

  it('that was killed at any request is finished by the next, and goes no further', async () => {
    await open(OTHER, NEW)
    const before = world.heroku.requests.length
    await world.back()
    const requests = world.heroku.requests.length - before
    expect(requests).toBeGreaterThan(10)
    for (let nth = 1; nth <= requests; nth++) {
      await world.deploy(NEW)
      world.database.applied.delete('20260202000000')
      await world.killBack(nth)
      world.heroku.faults.clear()
      await world.back()
      expect(world.live).toBe(OTHER)
    }
  })

  it('goes further to the release that is named', async () => {
    await open(OTHER, NEW)
    await world.back()
    const { commit, wasBack } = await world.back(undefined, world.releasesOf(OLD)[0])
    expect({ commit, wasBack, live: world.live }).toEqual({ commit: OLD, wasBack: false, live: OLD })
    // The one that is named runs: nothing more.
    expect(await world.back(undefined, world.releasesOf(OLD)[0])).toMatchObject({ wasBack: true, commit: OLD })
  })

  it.each([
    [99, 'there is no such release; the newest is v3'],
    [1, 'it has no slug']
  ])('is refused if v%i is named: %s', async (version, why) => {
    await open(NEW)
    await expect(world.back(undefined, version)).rejects.toMatchObject({
      message: `v${version} of my-mastodon cannot be gone back to: ${why}`,
      nextStep: expect.stringMatching(/^Releases with another slug than now: v2\. `heroku releases --app my-mastodon`/)
    })
    expect(world.live).toBe(NEW)
  })

  it('says the true reason if a slug names no commit, or one that is not in the checkout', async () => {
    await open(NEW)
    await expect(world.back(() => Promise.resolve(undefined))).rejects.toMatchObject({
      message: expect.stringContaining(`its commit ${OLD} is not in this checkout`),
      nextStep: expect.stringContaining(`\`git fetch origin ${OLD}\``)
    })
    const old = world.machine.app.slugs.find(({ commit }) => commit === OLD)!
    Object.assign(old, { commit: null })
    await expect(world.back()).rejects.toMatchObject({
      message: expect.stringContaining('its slug names no commit'),
      nextStep: expect.stringContaining('`heroku rollback v2 --app my-mastodon`')
    })
    expect(world.live).toBe(NEW)
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
