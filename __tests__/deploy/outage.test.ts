import { afterEach, describe, expect, it } from '@jest/globals'
import { HerokuError } from '../../src/heroku/index.ts'
import { endingOf } from '../../src/verdict/index.ts'
import { type FaultKind } from '../rig/local-heroku/index.ts'
import { APP, NEW, World } from './world.ts'

/** Answers in a row that fail: with the waits between them nearly two minutes. */
const LONG = 8

let world: World
afterEach(() => world.close())

const WORLD = await World.open()
await WORLD.deploy(NEW)
const REQUESTS = WORLD.heroku.requests
await WORLD.close()
/** How many requests of a method a deploy sends. */
const count = (method: string): number[] =>
  REQUESTS.filter(request => request.startsWith(`${method} /apps`)).map((_, i) => i + 1)

async function deployWith(kind: FaultKind, method: string, nth: number): Promise<void> {
  world = await World.open()
  world.heroku.faults.add({ kind, method, path: '/apps', nth, times: LONG })
  await world.deploy(NEW)
  expect(world.live).toBe(NEW)
  expect(world.releasesOf(NEW)).toHaveLength(1)
  expect(world.database.runs).toEqual({ release: 1, migrate: 1 })
}

describe('a deploy goes on within its time when Heroku does not answer for two minutes', () => {
  it.each(count('GET'))('503 from read %i on', async nth => {
    await deployWith('503-before', 'GET', nth)
    expect(world.lines.join('\n')).toMatch(/with 503 service_unavailable: .*It is asked again, until \d\d:\d\d UTC/)
  })

  it.each(count('POST'))('429 from POST %i on', nth => deployWith('429', 'POST', nth))

  it('503 as the slug is made, which belongs to nothing', async () => {
    world = await World.open()
    world.heroku.faults.add({ kind: '503-after', path: '/slugs', method: 'POST', times: LONG })
    await world.deploy(NEW)
    expect(world.live).toBe(NEW)
  })
})

it('a deploy that Heroku does not answer before anything is changed has failed, and is no refusal', async () => {
  world = await World.open()
  world.heroku.faults.add({ kind: '503-before', path: `/apps/${APP}`, times: 10_000 })
  const error: unknown = await world.deploy(NEW).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(HerokuError)
  expect(endingOf(error, [])).toMatchObject({
    outcome: 'failed',
    headline: expect.stringMatching(/^Heroku answered GET .* with 503/),
    next: ['Look at https://status.heroku.com, then run the job again.']
  })
})
