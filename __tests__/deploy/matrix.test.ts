import { afterAll, describe, expect, it } from '@jest/globals'
import { FAULT_KINDS, type Fault } from '../../src/local-heroku/index.ts'
import { UserError } from '../../src/runtime/index.ts'
import { NEW, World } from './world.ts'

interface Outcome {
  readonly green: boolean
  readonly error: Error | undefined
}

async function tryDeploy(world: World, signal?: AbortSignal): Promise<Outcome> {
  try {
    await world.deploy(NEW, signal)
    return { green: true, error: undefined }
  } catch (error) {
    return { green: false, error: error as Error }
  }
}

/** What must be so whatever happened: green means live, red is clean, and nothing was done twice. */
async function judge(world: World, { green, error }: Outcome): Promise<void> {
  if (error && !(error instanceof UserError)) throw error
  expect(world.releasesOf(NEW).length).toBeLessThanOrEqual(1)
  expect(world.database.runs.migrate).toBeLessThanOrEqual(1)
  expect(await world.asks()).toMatch(/^4\.7\.0\+(aaaaaaa|bbbbbbb)$/)
  if (!green) return
  expect(world.live).toBe(NEW)
  expect(await world.asks()).toBe('4.7.0+bbbbbbb')
  expect(world.database.applied.size).toBe(3)
}

/** A deploy that went wrong, run again without any fault, is green. */
async function judgeAgain(world: World): Promise<void> {
  world.heroku.faults.clear()
  const again = await tryDeploy(world)
  if (again.error) throw again.error
  expect(world.live).toBe(NEW)
  expect(world.releasesOf(NEW).length).toBe(1)
  expect(world.database.applied.size).toBe(3)
  expect(world.database.runs.release).toBe(1)
}

const count = { fault: 0, green: 0, red: 0, kill: 0 }
afterAll(() => {
  console.log(
    `Fault matrix: ${count.fault} deploys, ${count.green} green and live, ${count.red} red and clean, then green. Kill matrix: ${count.kill} deploys killed, then green.`
  )
})

async function requestsOfADeploy(): Promise<string[]> {
  const world = await World.open()
  await world.deploy(NEW)
  await world.close()
  return world.heroku.requests
}

const requests = await requestsOfADeploy()

describe('fault matrix', () => {
  it.each(requests.map((request, i) => [i + 1, nameOf(request)] as const))('request %i, %s: each fault', async nth => {
    for (const kind of FAULT_KINDS) await suffer({ kind, nth })
  })

  it.each(['reset-before', 'cut'] as const)('the connection to a one-off dyno: %s', async kind => {
    for (const nth of [1, 2]) await suffer({ kind, nth, method: 'RENDEZVOUS' })
  })

  async function suffer(fault: Fault): Promise<void> {
    const world = await World.open()
    try {
      world.heroku.faults.add(fault)
      const outcome = await tryDeploy(world)
      await judge(world, outcome)
      if (!outcome.green) await judgeAgain(world)
      count.fault++
      count[outcome.green ? 'green' : 'red']++
    } catch (error) {
      throw new Error(`${fault.kind}: ${String(error)}\n${world.heroku.requests.join('\n')}\n${world.lines.join('\n')}`)
    } finally {
      await world.close()
    }
  }
})

describe('kill matrix', () => {
  it.each(requests.map((request, i) => [i + 1, nameOf(request)] as const))('killed at request %i, %s', async nth => {
    // SIGKILL: the request is the last thing that is ever done, its answer is not seen. SIGTERM: what can be cleared away is.
    for (const kind of ['hang-before', 'hang-after'] as const) {
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        const world = await World.open()
        try {
          await world.kill(nth, kind, signal)
          expect(world.releasesOf(NEW).length).toBeLessThanOrEqual(1)
          await judgeAgain(world)
          count.kill++
        } finally {
          await world.close()
        }
      }
    }
  })
})

/** Without what differs from run to run. */
function nameOf(request: string): string {
  return request.replaceAll(/[0-9a-f-]{36,40}/g, 'ID')
}
