import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import tls, { type TLSSocket } from 'node:tls'
import { type LocalHeroku, type Times } from '../rig/local-heroku/index.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { ask, type Thing } from './ask.ts'

const open: LocalHeroku[] = []
afterAll(() => Promise.all(open.map(heroku => heroku.close())))

/** A local Heroku with an app `one` that runs these process types, one dyno of each. */
async function run(
  processTypes: Record<string, string>,
  times: Partial<Times> = {},
  size = 'Basic'
): Promise<LocalHeroku> {
  const { heroku } = await openHeroku({ times: { coolOff: 600_000, ...times } })
  open.push(heroku)
  await heroku.addApp('one')
  await ship(appOf(clientOf(heroku), 'one'), makeSlug({ 'file.txt': 'x' }), processTypes)
  const updates = Object.keys(processTypes).map(type => ({ type, quantity: 1, size }))
  expect((await ask(heroku, 'PATCH /apps/one/formation', { body: { updates } })).status).toBe(200)
  return heroku
}

const log = async (heroku: LocalHeroku, of: object = {}): Promise<string> => {
  const { body } = await ask(heroku, 'POST /apps/one/log-sessions', { body: { lines: 1500, ...of } })
  return (await fetch(body.logplex_url)).text()
}
const logSays = (heroku: LocalHeroku, what: RegExp): Promise<true> =>
  until(async () => what.test(await log(heroku)) || undefined)
const dynosOf = async (heroku: LocalHeroku): Promise<readonly Thing[]> =>
  (await ask(heroku, 'GET /apps/one/dynos')).body
const allUp = (heroku: LocalHeroku): Promise<readonly Thing[]> =>
  until(async () => {
    const dynos = await dynosOf(heroku)
    return dynos.every(({ state }) => state === 'up') && dynos
  })

describe('a dyno of the formation', () => {
  it('is started again when it crashes', async () => {
    const file = path.join(lastingTemp(), 'crashed')
    const heroku = await run({ worker: `[ -f ${file} ] && exec sleep 1000; touch ${file}; exit 3` })
    await logSays(heroku, /heroku\[worker\.1\]: State changed from crashed to starting/)
    await allUp(heroku)
    expect(await log(heroku)).toMatch(/Process exited with status 3\n.*State changed from (starting|up) to crashed/)
  })

  it('is ended by R10 where it does not bind to its port in time', async () => {
    const heroku = await run({ web: 'sleep 1000' }, { boot: 200 })
    await logSays(heroku, /heroku\[web\.1\]: Error R10 \(Boot timeout\) -> Web process failed to bind to \$PORT/)
    await logSays(heroku, /heroku\[web\.1\]: Process exited with status 137\n.*State changed from starting to crashed/)
  })

  it('is told of by R14 where it takes more memory than its size has', async () => {
    const hold = `node -e 'globalThis.held = Buffer.alloc(600e6, 1); setInterval(() => {}, 1000)'`
    const heroku = await run({ worker: hold }, { memory: 50 })
    await logSays(
      heroku,
      /heroku\[worker\.1\]: Process running mem=\d{3}M\(1\d\d\.\d%\)\n.*Error R14 \(Memory quota exceeded\)/
    )
    expect((await dynosOf(heroku)).map(({ state }) => state)).toEqual(['up'])
  })

  it('gets SIGTERM when it is stopped, and SIGKILL with R12 when it does not go', async () => {
    const heroku = await run({ worker: `trap '' TERM; echo ready; while :; do sleep 0.05; done` }, { grace: 200 })
    await logSays(heroku, /app\[worker\.1\]: ready/)
    expect((await ask(heroku, 'PATCH /apps/one/formation/worker', { body: { quantity: 0 } })).status).toBe(200)
    await logSays(
      heroku,
      /Stopping all processes with SIGTERM\n.*Error R12 \(Exit timeout\)(.*\n)+.*exited with status 137/
    )
    expect(await dynosOf(heroku)).toEqual([])
  })

  it('ends with a release whose slug has not its type, and comes back with none when that is there again', async () => {
    const worker = 'exec sleep 1000'
    const heroku = await run({ worker, clock: worker })
    await allUp(heroku)
    const app = appOf(clientOf(heroku), 'one')
    await ship(app, makeSlug({ 'file.txt': 'y' }), { clock: worker })
    await until(async () => (await dynosOf(heroku)).every(({ type }) => type === 'clock') || undefined)
    const formation = async (): Promise<Record<string, number>> =>
      Object.fromEntries((await app.formation()).map(({ type, quantity }) => [type, quantity]))
    expect(await formation()).toEqual({ clock: 1 })
    await ship(app, makeSlug({ 'file.txt': 'z' }), { worker, clock: worker })
    expect(await formation()).toEqual({ clock: 1, worker: 0 })
  })

  it('is stopped at once where it is still booting', async () => {
    const heroku = await run({ web: 'echo booting; exec sleep 1000' }, { boot: 600_000 })
    await logSays(heroku, /app\[web\.1\]: booting/)
    await ask(heroku, 'PATCH /apps/one/formation/web', { body: { quantity: 0 } })
    await logSays(heroku, /heroku\[web\.1\]: Process exited with status 143/)
  })

  it('is restarted alone, and in another size', async () => {
    const heroku = await run({ worker: 'sleep 1000', clock: 'sleep 1000' })
    const idOf = async (name: string): Promise<string | undefined> =>
      (await allUp(heroku)).find(dyno => dyno.name === name)?.id
    const [worker, clock] = [await idOf('worker.1'), await idOf('clock.1')]
    expect((await ask(heroku, 'DELETE /apps/one/dynos/worker.1')).status).toBe(202)
    const restarted = await until(async () => {
      const id = await idOf('worker.1')
      return id !== worker && id
    })
    // Basic does not mix with other sizes, so both change, and then one alone.
    const updates = ['worker', 'clock'].map(type => ({ type, size: 'standard-1x' }))
    expect((await ask(heroku, 'PATCH /apps/one/formation', { body: { updates } })).status).toBe(200)
    const resized = await until(async () => {
      const ids = [await idOf('worker.1'), await idOf('clock.1')]
      return !ids.includes(undefined) && !ids.includes(restarted) && !ids.includes(clock) && ids
    })
    const size = 'standard-2x'
    expect((await ask(heroku, 'PATCH /apps/one/formation/worker', { body: { size } })).status).toBe(200)
    await until(async () => ![undefined, resized[0]].includes(await idOf('worker.1')))
    expect(await idOf('clock.1')).toBe(resized[1])
  })
})

describe('an attached one-off dyno', () => {
  let heroku: LocalHeroku
  beforeAll(async () => {
    heroku = await run({ worker: 'sleep 1000' }, { grace: 200 })
  })

  const attached = async (command: string, lineEnd = '\r\n'): Promise<{ socket: TLSSocket; name: string }> => {
    const { body } = await ask(heroku, 'POST /apps/one/dynos', { body: { command, attach: true } })
    const { hostname, port, pathname } = new URL(body.attach_url)
    const socket = tls.connect({ host: hostname, port: Number(port), ca: readFileSync(heroku.caFile) })
    socket.on('error', () => {})
    socket.write(`${pathname.slice(1)}${lineEnd}`)
    return { socket, name: body.name }
  }
  const hears = (socket: TLSSocket, what: string): Promise<void> =>
    new Promise(resolve => {
      let text = ''
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.includes(what)) resolve()
      })
    })
  const isGone = (name: string): Promise<true> =>
    until(async () => (await ask(heroku, `GET /apps/one/dynos/${name}`)).status === 404 || undefined)

  it('gets SIGHUP when its client is gone', async () => {
    const file = path.join(lastingTemp(), 'hung-up')
    const { socket, name } = await attached(
      `trap 'touch ${file}; exit 0' HUP; echo ready; while :; do sleep 0.05; done`
    )
    await hears(socket, 'ready')
    socket.destroy()
    await isGone(name)
    expect(existsSync(file)).toBe(true)
    expect(await log(heroku, { dyno: name })).not.toMatch(/R16/)
  })

  it('is ended by R16 where it does not care', async () => {
    const { socket, name } = await attached(`trap '' HUP; echo ready; while :; do sleep 0.05; done`)
    await hears(socket, 'ready')
    socket.destroy()
    await isGone(name)
    expect(await log(heroku, { dyno: name })).toMatch(/Error R16 \(Detached\)(.*\n)+.*Process exited with status 137/)
  })

  it('gets SIGHUP also where the client left before it ran', async () => {
    const { socket, name } = await attached('sleep 1000')
    socket.once('data', () => socket.destroy())
    await isGone(name)
    expect(await log(heroku, { dyno: name })).toMatch(/Process exited with status 129/)
  })

  // heroku/rendezvous.rb sends LF, heroku/cli CRLF.
  it('takes a secret whose line ends with LF alone', async () => {
    const { socket, name } = await attached('echo ready', '\n')
    await hears(socket, 'ready')
    await isGone(name)
  })

  it('lets nobody in with a wrong secret, or a second time', async () => {
    const { socket, name } = await attached('echo ready; sleep 1000')
    await hears(socket, 'ready')
    const { hostname, port } = new URL(heroku.rendezvous)
    const other = tls.connect({ host: hostname, port: Number(port), ca: readFileSync(heroku.caFile) })
    other.write('0000\r\n')
    await hears(other, 'invalid secret\r\n')
    socket.destroy()
    await isGone(name)
  })

  it('never runs where its connection is lost before', async () => {
    const impatient = await run({ worker: 'sleep 1000' }, { attach: 2_000 })
    impatient.faults.add({ kind: 'reset-before', method: 'RENDEZVOUS' })
    const { body } = await ask(impatient, 'POST /apps/one/dynos', { body: { command: 'echo ran', attach: true } })
    const { hostname, port, pathname } = new URL(body.attach_url)
    const socket = tls.connect({ host: hostname, port: Number(port), ca: readFileSync(impatient.caFile) })
    const closed = new Promise(resolve => socket.on('close', resolve))
    socket.resume()
    socket.on('error', () => {})
    socket.write(`${pathname.slice(1)}\r\n`)
    await closed
    await logSays(impatient, /Error R13 \(Attach error\)/)
    expect(await log(impatient)).not.toMatch(/with command `echo ran`/)
  })

  it('is given up with R13 where nobody attaches', async () => {
    const impatient = await run({ worker: 'sleep 1000' }, { attach: 50 })
    const { body } = await ask(impatient, 'POST /apps/one/dynos', { body: { command: 'true', attach: true } })
    await logSays(impatient, new RegExp(`heroku\\[${body.name}\\]: Error R13 \\(Attach error\\)`))
    expect((await ask(impatient, `GET /apps/one/dynos/${body.name}`)).status).toBe(404)
  })
})

describe('a log session', () => {
  let heroku: LocalHeroku
  beforeAll(async () => {
    heroku = await run(
      { worker: 'echo from $DYNO; exec sleep 1000', clock: 'echo from $DYNO; exec sleep 1000' },
      {},
      'Standard-1X'
    )
    await ask(heroku, 'PATCH /apps/one/formation/worker', { body: { quantity: 10 } })
    await until(async () => (await log(heroku)).match(/: from /g)?.length === 11)
  })

  it.each([
    [{ source: 'app', dyno: 'worker.1' }, ['worker.1']],
    [{ source: 'app', dyno_name: 'worker.10' }, ['worker.10']],
    [{ source: 'app', dyno: 'clock' }, ['clock.1']],
    [{ source: 'nothing' }, []]
  ])('shows what %j asks for', async (asked, dynos) => {
    const lines = (await log(heroku, asked)).split('\n').filter(Boolean)
    expect(lines).toEqual(
      dynos.map(name => expect.stringMatching(new RegExp(`^\\d{4}-.* app\\[${name}\\]: from ${name}$`)))
    )
  })

  it('shows as many lines as it is asked for', async () => {
    expect((await log(heroku, { lines: 3 })).trim().split('\n')).toHaveLength(3)
  })

  it('goes on as server-sent events', async () => {
    const { body } = await ask(heroku, 'POST /apps/one/log-sessions', { body: { tail: true, lines: 1, dyno: 'run' } })
    const response = await fetch(body.logplex_url, { headers: { accept: 'text/event-stream' } })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const oneOff = { command: 'echo $WHAT', env: { WHAT: 'later' } }
    expect((await ask(heroku, 'POST /apps/one/dynos', { body: oneOff })).status).toBe(201)
    let text = ''
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk).toString()
      if (/^id: \S+\ndata: \S+ app\[run\.\d+\]: later\n\n/m.test(text)) break
    }
    expect(text).toMatch(/Starting process with command `echo \$WHAT`/)
  })
})
