import { afterAll, describe, expect, it } from '@jest/globals'
import { FAULT_KINDS, type Fault, type FaultKind } from '../rig/local-heroku/index.ts'
import { UserError } from '../../src/runtime/index.ts'
import { until } from '../helpers/local-heroku.ts'
import { APP, NEW, STAGING, STREAMING, World, type WorldOptions } from './world.ts'

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
async function judge(world: World, options: WorldOptions, { green, error }: Outcome): Promise<void> {
  if (error && !(error instanceof UserError)) throw error
  for (const name of appsOf(options)) expect(world.releasesOf(NEW, name).length).toBeLessThanOrEqual(1)
  expect(world.database.runs.migrate).toBeLessThanOrEqual(1)
  // A build that Heroku was given goes on though the job is red: its dynos may be changing over at this moment.
  await until(async () => /^4\.7\.0\+(aaaaaaa|bbbbbbb)$/.test(await world.asks()))
  if (!green) return
  expect(await world.asks()).toBe('4.7.0+bbbbbbb')
  expectLive(world, options)
}

/** A deploy that went wrong, run again without any fault, is green. */
async function judgeAgain(world: World, options: WorldOptions): Promise<void> {
  world.heroku.faults.clear()
  const again = await tryDeploy(world)
  if (again.error) throw again.error
  expectLive(world, options)
  expect(world.database.runs.release).toBe(1)
}

function expectLive(world: World, options: WorldOptions): void {
  for (const name of appsOf(options)) {
    expect(world.liveOn(name)).toBe(NEW)
    expect(world.releasesOf(NEW, name)).toHaveLength(1)
  }
  expect(world.database.applied.size).toBe(3)
}

function appsOf({ staging, streaming }: WorldOptions): string[] {
  return [APP, ...(staging ? [STAGING] : []), ...(streaming ? [STREAMING] : [])]
}

const count = { fault: 0, green: 0, red: 0, kill: 0 }
afterAll(() => {
  console.log(
    `Fault matrix: ${count.fault} deploys, ${count.green} green and live, ${count.red} red and clean, then green. Kill matrix: ${count.kill} deploys killed, then green.`
  )
})

/** Ways to deploy: for each but the first only the requests that those before it do not have. */
const WAYS: Record<string, WorldOptions> = {
  'built on the runner': {},
  'with a streaming app': { streaming: true },
  'built by Heroku': { builder: 'heroku' },
  'built by Heroku on a staging app, with a streaming app': { builder: 'heroku', staging: true, streaming: true }
}

/** Places of the requests of a deploy, and their names. */
async function requestsOf(options: WorldOptions): Promise<(readonly [number, string])[]> {
  const world = await World.open(options)
  await world.deploy(NEW)
  await world.close()
  // Heroku's builder fetches the source itself: that is no request of ours.
  return world.heroku.requests
    .map((request, i) => [i + 1, nameOf(request)] as const)
    .filter(([, request]) => !request.startsWith('GET /blobs/'))
}

const seen = new Set<string>()
const ways: [string, WorldOptions, (readonly [number, string])[]][] = []
for (const [name, options] of Object.entries(WAYS)) {
  const requests = await requestsOf(options)
  const news = requests.filter(([, request]) => ways.length === 0 || !seen.has(request))
  for (const [, request] of news) seen.add(request)
  ways.push([name, options, news])
}

describe.each(ways)('fault matrix, %s', (_, options, requests) => {
  it.each(requests)('request %i, %s: each fault', async (nth, request) => {
    for (const kind of kindsFor(request)) await suffer(options, { kind, nth })
  })
})

describe('fault matrix, one-off dynos', () => {
  it.each(['reset-before', 'cut'] as const)('the connection: %s', async kind => {
    for (const nth of [1, 2]) await suffer({}, { kind, nth, method: 'RENDEZVOUS' })
  })
})

describe.each(ways)('kill matrix, %s', (_, options, requests) => {
  it.each(requests)('killed at request %i, %s', async (nth, request) => {
    // SIGKILL: the request is the last thing that is ever done, its answer is not seen. SIGTERM: what can be cleared away is.
    for (const kind of kindsFor(request).filter(of => of === 'hang-before' || of === 'hang-after')) {
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        const world = await World.open(options)
        try {
          await world.kill(nth, kind, signal)
          expect(world.releasesOf(NEW).length).toBeLessThanOrEqual(1)
          await judgeAgain(world, options)
          count.kill++
        } finally {
          await world.close()
        }
      }
    }
  })
})

/** Whether a read was carried out makes no difference: only its answer does. */
function kindsFor(request: string): readonly FaultKind[] {
  return request.startsWith('GET ') ? FAULT_KINDS.filter(kind => !kind.endsWith('-after')) : FAULT_KINDS
}

async function suffer(options: WorldOptions, fault: Fault): Promise<void> {
  const world = await World.open(options)
  try {
    world.heroku.faults.add(fault)
    const outcome = await tryDeploy(world)
    await judge(world, options, outcome)
    if (!outcome.green) await judgeAgain(world, options)
    count.fault++
    count[outcome.green ? 'green' : 'red']++
  } catch (error) {
    throw new Error(`${fault.kind}: ${String(error)}\n${world.heroku.requests.join('\n')}\n${world.lines.join('\n')}`)
  } finally {
    await world.close()
  }
}

/** Without what differs from run to run. */
function nameOf(request: string): string {
  return request.replaceAll(/[0-9a-f-]{36,40}/g, 'ID')
}
