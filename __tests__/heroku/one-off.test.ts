import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import tls, { type TLSSocket } from 'node:tls'
import { type AddressInfo } from 'node:net'
import { createClient, endLeftovers, HerokuApp, runOneOff, type OneOffResult } from '../../src/heroku/index.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { CancelledError, UserError } from '../../src/runtime/index.ts'
import { systemClock } from '../../src/runtime/real.ts'
import { TestClock } from '../helpers/clock.ts'
import { HttpServer, json } from '../helpers/http-server.ts'
import { appOf, clientOf, makeSlug, NO_SIGNAL, openHeroku, ship, until } from '../helpers/local-heroku.ts'

let heroku: LocalHeroku
let app: HerokuApp
let ca: string

beforeAll(async () => {
  const opened = await openHeroku()
  heroku = opened.heroku
  await heroku.addApp('one', { config: { NAME: 'value' } })
  app = appOf(opened.client, 'one')
  ca = readFileSync(heroku.caFile, 'utf8')
  await ship(app, makeSlug({ 'file.txt': 'x' }), { worker: 'sleep 1000' })
})
afterAll(() => heroku.close())

interface Run extends OneOffResult {
  readonly output: string
}

async function run(
  command: string,
  more: { signal?: AbortSignal; timeout?: number; onOutput?: (all: string) => void } = {}
): Promise<Run> {
  const chunks: Buffer[] = []
  const { signal = NO_SIGNAL, timeout = 60_000, onOutput } = more
  const one = signal === NO_SIGNAL ? app : appOf(clientOf(heroku, signal), 'one')
  const result = await runOneOff(
    one,
    {
      command,
      purpose: 'test',
      timeout,
      write: chunk => {
        chunks.push(chunk)
        onOutput?.(Buffer.concat(chunks).toString())
      }
    },
    { clock: systemClock, signal, ca }
  )
  return { ...result, output: Buffer.concat(chunks).toString() }
}

const nobodyRuns = async (): Promise<boolean> => (await app.dynos()).every(({ type }) => type !== 'run')

describe('a one-off dyno', () => {
  it.each([
    ['true', 0],
    ['exit 3', 3],
    ['exec false', 1],
    ['kill -9 $$', 137],
    ['nothing-of-that-name', 127],
    [`echo "it's \\"quoted\\" $NAME"; (exit 5)`, 5]
  ])('tells how %s ended', async (command, exitCode) => {
    expect((await run(command)).exitCode).toBe(exitCode)
  })

  it('hands its output over byte by byte as it was, the exit line left out', async () => {
    expect((await run('printf "a\\n\\nb é\\n\\n"')).output).toBe('a\n\nb é\n\n')
    expect((await run('printf "no line end"')).output).toBe('no line end\n')
    expect((await run('true')).output).toBe('')
  })

  it('cannot be given another exit code by its output', async () => {
    const { exitCode, output } = await run(`echo "mastodon-on-heroku-exit:${'0'.repeat(32)} 0"; exit 4`)
    expect(exitCode).toBe(4)
    expect(output).toContain('mastodon-on-heroku-exit')
  })

  it('hands over 100,000 lines whole and in order', async () => {
    const { exitCode, output } = await run('seq 1 100000')
    expect(exitCode).toBe(0)
    const lines = output.trimEnd().split('\n')
    expect(lines).toHaveLength(100_000)
    expect(lines.every((line, i) => line === String(i + 1))).toBe(true)
    console.log(`One-off dyno: ${lines.length} lines whole and in order`)
  })

  it('hands over a line without end, and its exit code', async () => {
    const { exitCode, output } = await run(`head -c 5000000 /dev/zero | tr '\\0' x; exit 3`)
    expect(exitCode).toBe(3)
    expect(output).toBe(`${'x'.repeat(5_000_000)}\n`)
  })

  it('is stopped when the job is cancelled', async () => {
    const cancel = new AbortController()
    const onOutput = (all: string): void => {
      if (all.includes('started')) cancel.abort()
    }
    await expect(run('echo started; sleep 1000', { signal: cancel.signal, onOutput })).rejects.toBeInstanceOf(
      CancelledError
    )
    await until(nobodyRuns)
  })

  it('ends when its time is over, and that is not known to be a success', async () => {
    expect((await run('sleep 1000', { timeout: 1_000 })).exitCode).toBeUndefined()
    expect(await nobodyRuns()).toBe(true)
  })

  it('is unknown, not failed, where the connection is lost; and it is gone then', async () => {
    heroku.faults.add({ kind: 'cut', method: 'RENDEZVOUS' })
    expect((await run('echo lost; sleep 1000')).exitCode).toBeUndefined()
    expect(await nobodyRuns()).toBe(true)
  })

  it('is found by its marker where the answer to its start is lost', async () => {
    heroku.faults.add({ kind: 'reset-after', method: 'POST', path: '/dynos' })
    expect((await run('exit 6')).exitCode).toBe(6)
  })

  it('ends what a killed job left at the same work', async () => {
    await app.createDyno({
      command: "bash -c 'sleep 1000' mastodon-on-heroku:migrate:1234",
      attach: false,
      timeToLive: 100,
      marker: ''
    })
    await app.createDyno({ command: 'sleep 1000', attach: false, timeToLive: 100, marker: '' })
    expect(await endLeftovers(app, 'migrate', { clock: systemClock, signal: NO_SIGNAL })).toHaveLength(1)
    const left = (await app.dynos()).filter(({ type }) => type === 'run')
    expect(left.map(({ command }) => command)).toEqual(['sleep 1000'])
    await app.stopDyno(left[0]!.id)
  })
})

describe('a one-off dyno that goes on though it was stopped', () => {
  it('is an error: beside it nothing else may run', async () => {
    const dyno = { id: 'x', name: 'run.7', type: 'run', state: 'up', command: 'mastodon-on-heroku:migrate:1' }
    const server = await HttpServer.start({
      '/apps/one/dynos': [json([dyno])],
      '/apps/one/dynos/x': [json(dyno)],
      '/apps/one/dynos/x/actions/stop': [json({})]
    })
    try {
      const clock = new TestClock()
      const stuck = new HerokuApp(createClient({ url: server.url, key: 'k', clock, signal: NO_SIGNAL }), 'one', clock)
      await expect(endLeftovers(stuck, 'migrate', { clock, signal: NO_SIGNAL })).rejects.toMatchObject({
        message: 'The one-off dyno run.7 of one goes on though it was stopped',
        nextStep: expect.stringMatching(/heroku ps:stop run\.7 --app one/)
      })
    } finally {
      await server.close()
    }
  })
})

describe('the connection to a one-off dyno', () => {
  /** A server that plays the dyno, byte by byte. */
  async function against(play: (socket: TLSSocket, exitName: string) => void, clock = new TestClock()): Promise<Run> {
    const server = tls.createServer({
      cert: readFileSync(heroku.caFile),
      key: readFileSync(heroku.caFile.replace('.pem', '.key'))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    let exitName = ''
    server.on('secureConnection', socket => socket.once('data', () => play(socket, exitName)))
    const url = `rendezvous://127.0.0.1:${(server.address() as AddressInfo).port}/secret`
    const fake = {
      under: () => fake,
      createDyno: ({ command }: { command: string }) => {
        exitName = /mastodon-on-heroku-exit:\w+/.exec(command)![0]
        return Promise.resolve({ id: '1', name: 'run.1', attach_url: url })
      },
      dyno: () => Promise.resolve(undefined)
    } as unknown as HerokuApp
    let output = ''
    try {
      const write = (chunk: Buffer): void => void (output += chunk.toString())
      const result = await runOneOff(
        fake,
        { command: 'x', purpose: 'test', timeout: 1_000, write },
        { clock, signal: NO_SIGNAL, ca }
      )
      return { ...result, output }
    } finally {
      server.close()
    }
  }

  it('finds the exit line when each byte comes alone', async () => {
    const { exitCode, output } = await against((socket, exitName) => {
      socket.setNoDelay(true)
      const bytes = Buffer.from(`rendezvous\r\nGrüße\r\n\r\n${exitName} 9\r\n`)
      const byteByByte = (at: number): void => {
        if (at === bytes.length) return void socket.end()
        socket.write(bytes.subarray(at, at + 1), () => setImmediate(byteByByte, at + 1))
      }
      byteByByte(0)
    })
    expect(exitCode).toBe(9)
    expect(output).toBe('Grüße\n')
  })

  it('takes output that comes with the banner in one packet', async () => {
    const { exitCode, output } = await against((socket, exitName) =>
      socket.end(`rendezvous\r\nfirst\nsecond\n\n${exitName} 0\n`)
    )
    expect([exitCode, output]).toEqual([0, 'first\nsecond\n'])
  })

  it('is taken for lost if output goes on long after Heroku would have ended the dyno', async () => {
    const clock = new TestClock()
    const begun = clock.now()
    const { exitCode } = await against(socket => {
      socket.on('error', () => {}).write('rendezvous\r\n')
      const second = (): void => {
        if (socket.destroyed) return
        socket.write('.')
        clock.pass(1_000)
        setImmediate(second)
      }
      second()
    }, clock)
    expect(exitCode).toBeUndefined()
    expect((clock.now() - begun) / 1_000).toBeLessThan(130)
  })

  it('does not take half an exit line for a whole one', async () => {
    const { exitCode } = await against((socket, exitName) => socket.end(`rendezvous\r\n${exitName} 1`))
    expect(exitCode).toBeUndefined()
  })

  it('says so where the dyno cannot be reached', async () => {
    const fake = {
      under: () => fake,
      createDyno: () => Promise.resolve({ id: '1', name: 'run.1', attach_url: 'rendezvous://127.0.0.1:1/secret' }),
      stopDyno: () => Promise.resolve()
    } as unknown as HerokuApp
    const error: unknown = await runOneOff(
      fake,
      { command: 'x', purpose: 'test', timeout: 1_000, write: () => {} },
      { clock: new TestClock(), signal: NO_SIGNAL, ca }
    ).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).message).toMatch(/could not be reached at 127\.0\.0\.1:1: .*ECONNREFUSED/)
    expect((error as UserError).nextStep).toMatch(/port 5000/)
  })
})
