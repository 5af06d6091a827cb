import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { followToEnd } from '../../src/deploy/follow.ts'
import { type Tools } from '../../src/deploy/tools.ts'
import { type Log } from '../../src/runtime/index.ts'
import { Story } from '../../src/verdict/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { NO_SIGNAL } from '../helpers/local-heroku.ts'
import { APP, NEW, STAGING, World } from './world.ts'

const HOUR = 3_600_000

describe('a release or a build that we follow', () => {
  let lines: string[]
  let tools: Tools
  beforeEach(() => {
    lines = []
    const clock = new TestClock()
    const say = (line: string): void => void lines.push(line)
    const log: Log = {
      info: say,
      warning: say,
      error: say,
      group: (_, work) => work(),
      progress: () => {},
      fence: () => ({ write: () => {}, close: () => {} })
    }
    tools = { story: new Story(log, clock), log, clock, signal: NO_SIGNAL, timeout: HOUR }
  })
  const about = { what: 'Release v7', next: 'Look at it.' }
  const follow = async (...statuses: string[]): Promise<string> => {
    const read = (): Promise<{ status: string }> =>
      Promise.resolve({ status: statuses.length > 1 ? statuses.shift()! : statuses[0]! })
    return (await followToEnd({ status: 'pending' }, read, about, tools)).latest.status
  }

  it.each(['prepared', 'expired'])('and that Heroku calls `%s` is told once, and waited for', async status => {
    expect(await follow('pending', status, status, 'pending', status, 'succeeded')).toBe('succeeded')
    expect(lines).toEqual([`Release v7 is called \`${status}\` by Heroku, which is not known here; it is waited for`])
  })

  it('ends with what was seen when the time is over', async () => {
    await expect(follow('prepared')).rejects.toMatchObject({
      message: 'Release v7 is still called `prepared` by Heroku after 60 minutes',
      nextStep: 'Look at it.'
    })
  })
})

describe('what somebody else has begun', () => {
  let world: World
  beforeEach(async () => {
    world = await World.open({ staging: true, timeout: HOUR })
  })
  afterEach(() => world.close())

  /** Gives the newest release of the app a status, and another one after some time. */
  function call(status: string, later: string, milliseconds: number): void {
    const newest = world.machine.app.releases.at(-1)!
    newest.status = status as typeof newest.status
    world.clock.after(milliseconds, () => (newest.status = later as typeof newest.status))
  }

  it('and is called by a word that is not known here is waited for', async () => {
    call('prepared', 'succeeded', HOUR / 2)
    await world.deploy(NEW)
    expect(world.lines).toContainEqual(
      expect.stringMatching(/^Waiting: release v\d+ \(.*\) of .* is called `prepared` by Heroku$/)
    )
    expect(world.live).toBe(NEW)
  })

  it('ends the wait with what was seen of it', async () => {
    call('prepared', 'prepared', 1)
    await expect(world.target(APP)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^Waited 60 minutes for a release to finish: release v\d+ .* is called `prepared`/
      ),
      nextStep: expect.stringContaining(`heroku releases --app ${APP}`)
    })
  })

  it('is over after a day, whatever it is called: else no deploy would ever go on', async () => {
    call('prepared', 'prepared', 1)
    await world.clock.sleep(25 * HOUR)
    const before = world.clock.now()
    await world.deploy(NEW)
    expect(world.clock.now() - before).toBeLessThan(HOUR)
  })

  it('is over if it is `expired`, as old releases are', async () => {
    const [oldest] = world.heroku.machine(STAGING).app.releases
    oldest!.status = 'expired'
    await expect(world.target(STAGING)).resolves.toBeDefined()
    expect(world.lines.join('\n')).not.toMatch(/Waiting/)
  })
})
