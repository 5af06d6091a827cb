import { afterAll, describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { makeSlug, ship, until } from '../helpers/local-heroku.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { ask } from './ask.ts'
import { appOn, Standalone, type Ready } from './standalone.ts'

const KEYS = ['apiUrl', 'dataUrl', 'schedulerUrl', 'rendezvous', 'caFile', 'apiKey']
/** Answers with its process id. */
const SERVER = `
const http = require('node:http')
http.createServer((request, response) => response.end(process.env.NAME + ' ' + process.pid)).listen(process.env.PORT)
`

const running: Standalone[] = []
afterAll(() => Promise.all(running.map(one => one.end('SIGKILL'))))

const start = async (...args: string[]): Promise<{ heroku: Standalone; ready: Ready }> => {
  const heroku = await Standalone.start(...args)
  running.push(heroku)
  return { heroku, ready: heroku.ready }
}
/** Whether it runs. The number of a process that ended stays a while if nobody waits for it. */
const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

/** Asks the app `one`, which tells its process id. */
const pidOf = (webUrl: string): Promise<number> =>
  until(async () => {
    const [name, pid] = (await (await fetch(webUrl)).text()).split(' ')
    return name === 'value' && Number(pid)
  })

describe('local Heroku alone', () => {
  const folder = path.join(lastingTemp(), 'made')
  const apps = ['--app', 'one', '--app', 'two', '--config', 'NAME=value', '--config', 'URL=a=b', '--preboot']
  let webUrl: string
  let pid: number
  let key: string

  it('prints one line of JSON when it is ready, with the apps that it was asked for', async () => {
    const { heroku, ready } = await start('--port', '0', '--dir', folder, ...apps)
    expect(Object.keys(ready)).toEqual(KEYS)
    expect(readFileSync(ready.caFile, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----/)
    expect(ready.rendezvous).toMatch(/^rendezvous:\/\/127\.0\.0\.1:\d+$/)
    for (const name of ['one', 'two']) {
      const { body } = await ask(ready, `GET /apps/${name}/config-vars`)
      expect(body).toEqual({ NAME: 'value', URL: 'a=b' })
    }
    const app = appOn(ready, 'one')
    expect(await app.hasFeature('preboot')).toBe(true)
    await ship(app, makeSlug({ 'server.js': SERVER }), { web: 'node server.js' })
    webUrl = (await app.info()).web_url!
    pid = await pidOf(webUrl)
    expect(isAlive(pid)).toBe(true)
    key = ready.apiKey
    expect(await heroku.end('SIGTERM')).toBe(0)
    expect(isAlive(pid)).toBe(false)
  })

  it('goes on where it was when it is started there again; one that was killed leaves no second dyno', async () => {
    const { heroku, ready } = await start('--dir', folder)
    expect(ready.apiKey).toBe(key)
    pid = await pidOf(webUrl)
    expect(await appOn(ready, 'one').hasFeature('preboot')).toBe(true)
    expect(await heroku.end('SIGKILL')).toBe('SIGKILL')
    const again = await start('--dir', folder)
    const now = await pidOf(webUrl)
    expect(now).not.toBe(pid)
    expect(isAlive(pid)).toBe(false)
    expect(await again.heroku.end('SIGINT')).toBe(0)
    expect(isAlive(now)).toBe(false)
  })

  it('takes databases that are given by their URL for add-ons, and has the Scheduler', async () => {
    const given = ['--config', 'DATABASE_URL=postgres://x/y', '--config', 'REDIS_URL=redis://z']
    const { heroku, ready } = await start('--dir', lastingTemp(), '--app', 'one', ...given)
    const app = appOn(ready, 'one')
    expect((await app.addons()).map(({ plan }) => plan?.name).sort()).toEqual([
      'heroku-postgresql:essential-0',
      'heroku-redis:mini'
    ])
    expect((await app.attachments()).map(({ name }) => name).sort()).toEqual(['DATABASE', 'REDIS'])
    const scheduler = await ask(ready, 'POST /apps/one/addons', { body: { plan: 'scheduler:standard' } })
    expect(scheduler.status).toBe(201)
    expect(await heroku.end('SIGTERM')).toBe(0)
  })

  it.each([
    [[], /--dir is missing/],
    [['--dir', 'x', '--port', '70000'], /--port 70000 is not a port/],
    [['--dir', 'x', '--app', 'No'], /--app No: a name is/],
    [['--dir', 'x', '--app', 'one', '--config', 'secret'], /--config wants NAME=VALUE\.\nusage/],
    [['--dir', 'x', '--config', 'A=b'], /need an app/],
    [['--dir', 'x', '--what'], /Unknown option '--what'/],
    [['--dir', 'x', 'more'], /Unexpected argument 'more'/]
  ])('ends with 2 and its usage where it is called with %j', async (args, says) => {
    const error = (await start(...args).catch((thrown: unknown) => thrown)) as Error
    expect(error.message).toMatch(/^It ended with 2: /)
    expect(error.message).toMatch(says)
    expect(error.message).toMatch(/usage: npm run local-heroku -- --dir DIR/)
    expect(existsSync('x')).toBe(false)
  })

  it('ends with 1 where its port is taken', async () => {
    const { heroku, ready } = await start('--dir', lastingTemp())
    const { port } = new URL(ready.apiUrl)
    const error = (await start('--dir', lastingTemp(), '--port', port).catch((thrown: unknown) => thrown)) as Error
    expect(error.message).toMatch(/^It ended with 1: .*EADDRINUSE/)
    await heroku.end('SIGTERM')
  })
})
