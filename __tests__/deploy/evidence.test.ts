import { afterEach, describe, expect, it } from '@jest/globals'
import { Unverified } from '../../src/runtime/index.ts'
import { type RunningDyno } from '../rig/local-heroku/index.ts'
import { APP, NEW, OLD, STREAMING, untilSignal, World, type WorldOptions } from './world.ts'

let world: World
afterEach(() => world.close())

const open = async (options: WorldOptions = {}): Promise<World> => (world = await World.open(options))
const writes = (): string[] => world.heroku.requests.filter(request => !request.startsWith('GET '))
const told = (): string => world.lines.join('\n')

async function unverified(): Promise<Unverified> {
  const error = await world.deploy(NEW).then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(Unverified)
  // Nothing was taken back.
  expect(world.live).toBe(NEW)
  expect(told()).not.toContain('Going back')
  return error as Unverified
}

/** A dyno that ends by itself after some time of the world's clock. */
function exitsAfter(milliseconds: number): RunningDyno {
  const running = untilSignal()
  const exited = new Promise<number>(resolve => void world.clock.after(milliseconds, () => resolve(1)))
  return { ...running, exited: Promise.race([running.exited, exited]) }
}

describe('maintenance mode', () => {
  it.each(['zero-downtime', 'off'] as const)('that is on refuses a deploy, with both ways on; %s', async strategy => {
    await open({ strategy })
    world.machine.app.maintenance = true
    await expect(world.deploy(NEW)).rejects.toMatchObject({
      message: expect.stringMatching(/^Maintenance mode of my-mastodon is on: .*\(maintenance-mode\)/),
      nextStep: expect.stringMatching(
        /`heroku maintenance:off --app my-mastodon`.*`migrations: maintenance` in the config: such a deploy turns it off at its end/
      )
    })
    expect(writes()).toEqual([])
    expect(world.machine.app.maintenance).toBe(true)
  })

  it('is turned off at the end with `migrations: maintenance`, also if a killed deploy had left it', async () => {
    await open({ strategy: 'maintenance' })
    world.machine.app.maintenance = true
    await world.deploy(NEW)
    expect(world.machine.app.maintenance).toBe(false)
    expect(world.live).toBe(NEW)
  })

  it('is turned off at the end also if Heroku wants to be asked later', async () => {
    await open({ strategy: 'maintenance' })
    world.heroku.faults.add({ kind: '429', method: 'PATCH', nth: 2, times: 8 })
    await world.deploy(NEW)
    expect(world.machine.app.maintenance).toBe(false)
    expect(world.live).toBe(NEW)
  })

  it('of the streaming app refuses it, too', async () => {
    await open({ streaming: true, strategy: 'maintenance' })
    world.heroku.machine(STREAMING).app.maintenance = true
    await expect(world.deploy(NEW)).rejects.toMatchObject({
      message: expect.stringMatching(/^Maintenance mode of my-streaming is on/),
      nextStep: expect.not.stringContaining('migrations: maintenance')
    })
    expect(writes()).toEqual([])
  })

  it('that somebody turns on meanwhile is no fault of the code', async () => {
    await open()
    world.worker = () => {
      world.machine.app.maintenance = true
      return untilSignal()
    }
    const { message, nextStep } = await unverified()
    expect(message).toMatch(/answered 503, and maintenance mode is on.*Nothing was taken back/)
    expect(nextStep).toContain('`heroku maintenance:off --app my-mastodon`')
  })

  it('is the first that every command says', async () => {
    await open()
    world.machine.app.maintenance = true
    world.lines.length = 0
    await world.target(APP)
    expect(world.lines[0]).toBe(
      'Maintenance mode of my-mastodon is on: visitors get 503. `heroku maintenance:off --app my-mastodon` turns it off'
    )
  })
})

describe('an app without a web dyno', () => {
  it('is refused before anything is sent, with the command that fits', async () => {
    await open()
    world.machine.app.formation['web']!.quantity = 0
    await world.machine.scale()
    await expect(world.deploy(NEW)).rejects.toMatchObject({
      message: expect.stringMatching(/^my-mastodon runs no web dyno .*\(no-web-dyno\)/),
      nextStep: 'Run `heroku ps:scale web=1 --app my-mastodon`, then deploy again.'
    })
    expect(writes()).toEqual([])
  })

  it('is refused, too, if it is the streaming app', async () => {
    await open({ streaming: true })
    await world.deploy(NEW)
    world.heroku.machine(STREAMING).app.formation['web']!.quantity = 0
    await world.heroku.machine(STREAMING).scale()
    await expect(world.deploy(OLD)).rejects.toMatchObject({
      nextStep: 'Run `heroku ps:scale web=1 --app my-streaming`, then deploy again.'
    })
  })
})

describe('the dynos', () => {
  it('are counted by the formation of the moment: an autoscaler may lower it', async () => {
    await open()
    let start = (_: RunningDyno): void => {}
    world.worker = commit => {
      if (commit !== NEW) return untilSignal()
      world.machine.app.formation['worker']!.quantity = 0
      void world.machine.scale()
      return new Promise(resolve => (start = resolve))
    }
    world.tellsSidekiq = false
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
    start(untilSignal())
  })

  it.each(['console', 'run'])('of a one-off of type %s may be of an older release', async type => {
    await open()
    // As heroku/ruby adds it to each slug: in the formation, at 0.
    world.builds.web['console'] = 'console'
    world.machine.app.formation['console'] = { quantity: 0, size: 'Basic' }
    world.machine.runOneOff({ command: 'console', type, size: 'Basic', attach: false })
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
    expect(world.machine.oneOffs.size).toBe(1)
  })

  it('that are down since the eco hours are used up are no fault of the code', async () => {
    await open()
    world.onBuild = () => (world.machine.eco = 'used up')
    const { message, nextStep } = await unverified()
    expect(message).toMatch(/(web|worker)\.1 is `down` since 20.*Z.*, with H82 in Heroku's log/)
    expect(nextStep).toContain('`heroku ps:type basic --app my-mastodon`')
  })

  it('that sleep are woken', async () => {
    await open()
    world.onBuild = () => (world.machine.eco = 'asleep')
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
  })

  it('that do not come up in time prove nothing: what was seen is told', async () => {
    await open()
    world.timeout = 600_000
    let start = (_: RunningDyno): void => {}
    world.worker = commit => (commit === NEW ? new Promise(resolve => (start = resolve)) : untilSignal())
    const { message, nextStep } = await unverified()
    expect(message).toMatch(/waited 10 minutes for the dynos to run this release, and worker\.1 is `starting` since 20/)
    expect(nextStep).toMatch(/`heroku ps --app my-mastodon`.*Nothing was taken back/)
    expect(world.database.runs.migrate).toBe(0)
    start(untilSignal())
  })

  it('whose worker exits 18 s after each start take the release back, before the second phase', async () => {
    await open()
    world.worker = commit => (commit === NEW ? exitsAfter(18_000) : untilSignal())
    world.tellsSidekiq = false
    await expect(world.deploy(NEW)).rejects.toThrow(
      /^worker\.1 of the new release keeps crashing[^]*The release before was brought back and serves/
    )
    expect(world.live).toBe(OLD)
    expect(world.database.runs.migrate).toBe(0)
  })

  it('whose worker crashed before, too, prove nothing', async () => {
    await open()
    world.worker = () => exitsAfter(18_000)
    await world.machine.restart()
    world.tellsSidekiq = false
    while (world.machine.dynos.some(({ options, state }) => options.type === 'worker' && state !== 'crashed'))
      await world.clock.sleep(5_000)
    expect((await unverified()).message).toMatch(/worker\.1 .*keeps crashing, as those of v2 did before/)
  })

  it('that somebody restarts are not crashing', async () => {
    await open()
    world.tellsSidekiq = false
    for (const at of [5_000, 15_000, 25_000, 35_000]) world.clock.after(at, () => void world.machine.restart())
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
  })

  it('of a newer release that crash are no fault of this one', async () => {
    await open()
    world.tellsSidekiq = false
    let isBad = false
    world.worker = () => (isBad ? exitsAfter(1_000) : untilSignal())
    world.clock.after(20_000, () => {
      isBad = true
      world.machine.release(world.machine.current()!.slugId, 'Set REDIS_URL config vars')
    })
    const { message } = await unverified()
    expect(message).toMatch(/v4 came after it, and worker\.1 of that crash/)
    expect(world.database.runs.migrate).toBe(0)
  })

  it('that exit when the worker was proved are looked at once more, at the end', async () => {
    await open()
    world.worker = commit => (commit === NEW ? exitsAfter(18_000) : untilSignal())
    const run = world.deploy(NEW)
    // Sidekiq came into Redis before it ended. Time that the second phase takes:
    world.duringMigration = () => world.clock.sleep(25_000)
    await expect(run).rejects.toThrow(/^worker\.1 of the new release keeps crashing/)
  })

  it('are waited for a minute if Redis knows no Sidekiq of theirs', async () => {
    await open()
    world.tellsSidekiq = false
    const before = world.clock.now()
    await world.deploy(NEW)
    expect(world.clock.now() - before).toBeGreaterThan(60_000)
    expect(told()).toContain('worker.1 has been up for a minute')
  })

  it('are not waited for if Redis does', async () => {
    await open()
    const before = world.clock.now()
    await world.deploy(NEW)
    expect(world.clock.now() - before).toBeLessThan(30_000)
    expect(told()).toContain('worker.1 is up, and Sidekiq works in it')
  })
})

describe('the answers', () => {
  it('take the release back if the old one answered rightly just before', async () => {
    await open({ broken: 'health' })
    await expect(world.deploy(NEW)).rejects.toThrow(
      /\/health answered 500, and v2 answered rightly just before\nThe release before was brought back/
    )
    expect(world.live).toBe(OLD)
  })

  it('do not if the old one answered wrongly, too', async () => {
    await open()
    world.answers = (_, path) => (path === '/health' ? { status: 500 } : undefined)
    const { message, nextStep } = await unverified()
    expect(message).toMatch(
      /^v3 of my-mastodon is live, and could not be proved healthy: .*\/health answered 500; v2 did not answer rightly before, either \(answered 500\)/
    )
    expect(nextStep).toContain('`heroku logs --app my-mastodon`')
    expect(world.database.runs.migrate).toBe(0)
  })

  it('do not if nobody knows what the old one answered: the job before was killed after its release', async () => {
    await open()
    await world.deploy(NEW)
    world.answers = (_, path) => (path === '/health' ? { status: 500 } : undefined)
    expect((await unverified()).message).toContain('what the old release answered is not known')
  })

  it('that drip never end, and do if the old one answered whole', async () => {
    await open()
    world.answers = (commit, path) => (commit === NEW && path === '/health' ? 'drip' : undefined)
    const before = world.clock.now()
    await expect(world.deploy(NEW)).rejects.toThrow(/no answer within 30 s[^]*The release before was brought back/)
    expect(world.clock.now() - before).toBeLessThan(600_000)
    expect(world.live).toBe(OLD)
  })

  it('that drip prove nothing if those of the old one did, too', async () => {
    await open()
    world.answers = (_, path) => (path === '/health' ? 'drip' : undefined)
    await unverified()
  })

  it('of the front page take it back: the code fails where it did not', async () => {
    await open()
    world.answers = (commit, path) => (commit === NEW && path !== '/health' ? { status: 500 } : undefined)
    await expect(world.deploy(NEW)).rejects.toThrow(/answered 500, and v2 answered rightly just before/)
    expect(world.live).toBe(OLD)
  })

  it('of the front page alone take it back, whatever the API says', async () => {
    await open()
    world.answers = (commit, path) => (commit === NEW && path === '/' ? { status: 500 } : undefined)
    await expect(world.deploy(NEW)).rejects.toThrow(/answered 500, and v2 answered rightly just before/)
    expect(world.live).toBe(OLD)
  })

  it('of an app whose web was scaled to 0 meanwhile prove nothing', async () => {
    await open()
    world.answers = (commit, path) => {
      if (commit !== NEW || path !== '/health') return undefined
      world.machine.app.formation['web']!.quantity = 0
      void world.machine.scale()
      return { status: 503 }
    }
    const { message, nextStep } = await unverified()
    expect(message).toMatch(/answered 503, and web is scaled to 0/)
    expect(nextStep).toContain('`heroku ps:scale web=1 --app my-mastodon`')
  })

  it('by the instance’s name may be the fault of what is in front of it', async () => {
    await open()
    world.unreachable = true
    const { message, nextStep } = await unverified()
    expect(message).toContain('v2 did not answer rightly before, either (answered 503)')
    expect(nextStep).toMatch(/example\.com leads to this app \(`heroku domains --app my-mastodon`\)/)
  })

  it('may come from the cache of Mastodon: it is waited for, and told', async () => {
    await open()
    let since = 0
    world.answers = (commit, path) => {
      if (path === '/') return { status: 200, body: '<html>' }
      if (path !== '/api/v2/instance') return undefined
      if (commit === NEW) since ||= world.clock.now()
      const says = since > 0 && world.clock.now() - since > 180_000 ? NEW : OLD
      return { status: 200, body: JSON.stringify({ version: `4.7.0+${says.slice(0, 7)}` }) }
    }
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
    expect(told()).toContain("runs 4.7.0+aaaaaaa, not +bbbbbbb: that may be Mastodon's cache of 3 minutes")
    expect(told()).toContain(
      'says 4.7.0+bbbbbbb (/api/v2/instance, which Mastodon caches for 3 minutes; the front page does not tell a version)'
    )
  })

  it('need not name the commit: glitch-soc has version metadata of its own', async () => {
    await open()
    const version = '4.7.0+glitch'
    world.answers = (_, path) =>
      path === '/'
        ? {
            status: 200,
            body: `<script id="initial-state" type="application/json">${JSON.stringify({ meta: { version } })}</script>`
          }
        : undefined
    await world.deploy(NEW)
    expect(told()).toContain('says 4.7.0+glitch, which tells no commit')
  })

  it('may want a login, until 4.3 in limited federation mode', async () => {
    await open()
    world.machine.app.configVars['LIMITED_FEDERATION_MODE'] = 'true'
    world.answers = (_, path) => {
      if (path === '/') return { status: 200, body: '<html>' }
      return path === '/api/v2/instance' ? { status: 401 } : undefined
    }
    await world.deploy(NEW)
    expect(told()).toContain('wants a login (LIMITED_FEDERATION_MODE), so it did not say its version')
  })
})

describe('the app’s state', () => {
  it('is read after a config change that is pending has ended', async () => {
    await open()
    const { app } = world.machine
    app.configVars['FORBIDDEN'] = 'yes'
    const [last] = app.releases.slice(-1)
    const change = {
      ...last!,
      id: 'c1',
      version: 99,
      description: 'Remove FORBIDDEN config vars',
      status: 'pending' as const
    }
    app.releases.push(change)
    world.clock.after(30_000, () => {
      Object.assign(change, { status: 'succeeded' })
      delete app.configVars['FORBIDDEN']
    })
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
  })

  it('tells of a newest release that failed', async () => {
    await open()
    const { app } = world.machine
    const [last] = app.releases.slice(-1)
    app.releases.push({ ...last!, id: 'c1', version: 99, description: 'Set FOO config vars', status: 'failed' })
    await world.deploy(NEW)
    expect(told()).toMatch(
      /The newest release of my-mastodon, v99 \(Set FOO config vars\), is failed: v2 still runs\. `heroku releases:output v99 --app my-mastodon` says why/
    )
  })
})
