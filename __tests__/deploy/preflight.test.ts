import { afterEach, describe, expect, it } from '@jest/globals'
import { NEW, OLD, World } from './world.ts'

let world: World
afterEach(() => world.close())

const writes = (): string[] => world.heroku.requests.filter(request => !request.startsWith('GET '))

describe('the upgrade plan of a deploy', () => {
  it('stops it before anything is written where something surely breaks, and says all of it with what mends it', async () => {
    world = await World.open()
    const vars = world.machine.app.configVars
    vars['FORBIDDEN'] = ''
    delete vars['LOCAL_DOMAIN']
    await expect(world.deploy(NEW)).rejects.toMatchObject({
      message: expect.stringMatching(
        /has FORBIDDEN; .*\(a\.rb:1\) \(forbidden-config\); .*403 Blocked host \(local-domain\)$/
      ),
      nextStep: expect.stringMatching(
        /`heroku config:unset FORBIDDEN --app my-mastodon`.*heroku config:set LOCAL_DOMAIN/
      )
    })
    expect(writes()).toEqual([])
    expect(world.live).toBe(OLD)
  })

  it('tells what is pending and what is amiss, and goes on', async () => {
    world = await World.open()
    await world.deploy(NEW)
    const told = world.lines.join('\n')
    expect(told).toContain('This upgrade: 2 migrations, 1 after deployment')
    expect(told).toMatch(
      /a rollback will be refused: 20260202000000 post drops a column \(line 1: remove_column :a, :c\)/
    )
    expect(told).toMatch(/my-mastodon has no SMTP_SERVER, SMTP_FROM_ADDRESS.*\(smtp\)/)
    expect(told).not.toContain('secret-password')
    expect(world.live).toBe(NEW)
  })

  it('knows that a worker which does not run is no reason to stop', async () => {
    world = await World.open()
    world.machine.app.formation['worker'] = { quantity: 0, size: 'Basic' }
    await world.deploy(NEW)
    expect(world.lines.join('\n')).toContain('heroku ps:scale worker=1 --app my-mastodon')
  })
})
