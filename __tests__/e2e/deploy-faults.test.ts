import { describe, expect, it } from '@jest/globals'
import { type Fault } from '../rig/local-heroku/index.ts'
import { configure, heroku, Instance, lean } from './instance.ts'

describe('through the committed action', () => {
  /** Whether it was carried out nobody can know: the job says so, and looks again when it is run again. */
  const RED: Fault = { kind: '500-before', method: 'POST', path: '/releases' }
  const FAULTS: Fault[] = [
    { kind: '503-before', method: 'GET', path: '/account' },
    { kind: 'cut', method: 'GET', path: '/releases' },
    { kind: 'reset-after', method: 'POST', path: '/slugs' },
    { kind: 'reset-before', method: 'PUT', path: '/blobs' },
    { kind: '500-after', method: 'PUT', path: '/blobs' },
    { kind: 'reset-after', method: 'POST', path: '/releases' },
    RED,
    { kind: 'cut', method: 'GET', path: '/streams' },
    { kind: '429', method: 'POST', path: '/dynos' },
    { kind: 'cut', method: 'RENDEZVOUS' }
  ]

  it('ten faults: green and live, or red and clean, then green', async () => {
    const one = await Instance.open(false, lean)
    await one.run()
    const count = { green: 0, red: 0 }
    for (const fault of FAULTS) {
      const commit = one.commit(folder => configure(folder, `# ${fault.kind}`))
      heroku.faults.add(fault)
      const { code, output } = await one.run()
      heroku.faults.clear()
      expect(one.releasesOf(commit)).toBeLessThanOrEqual(1)
      expect((await fetch(`${one.webUrl}health`)).status).toBe(200)
      count[code === 0 ? 'green' : 'red']++
      if (code !== 0) {
        expect([fault, output]).toEqual([
          RED,
          expect.stringContaining('::error::Heroku answered POST /apps/app-1/releases')
        ])
        expect((await one.run()).code).toBe(0)
      }
      expect(one.live).toBe(commit)
      expect(one.releasesOf(commit)).toBe(1)
    }
    console.log(
      `Faults through dist/: ${FAULTS.length} deploys, ${count.green} green and live, ${count.red} red and clean, then green`
    )
  })

  const MOMENTS: [at: string, signal: 'SIGTERM' | 'SIGKILL'][] = [
    ['GET /account', 'SIGKILL'],
    ['GET /apps/', 'SIGTERM'],
    ['POST slugs', 'SIGKILL'],
    ['PUT /blobs', 'SIGTERM'],
    ['PUT /blobs', 'SIGKILL'],
    ['POST releases', 'SIGTERM'],
    ['POST releases', 'SIGKILL'],
    ['GET /streams', 'SIGKILL'],
    ['POST dynos', 'SIGTERM'],
    ['POST dynos', 'SIGKILL']
  ]

  it('ten kills: run again, it converges, and nothing is done twice', async () => {
    const one = await Instance.open(false, lean)
    await one.run()
    for (const [at, signal] of MOMENTS) {
      const commit = one.commit(folder => configure(folder, `# ${at} ${signal}`))
      const [method = '', part = ''] = at.split(' ')
      let pid = 0
      const before = heroku.requests.length
      const killer = setInterval(() => {
        if (heroku.requests.slice(before).some(request => request.startsWith(method) && request.includes(part))) {
          clearInterval(killer)
          process.kill(pid, signal)
        }
      }, 1)
      const killed = await one.run({}, undefined, started => (pid = started))
      clearInterval(killer)
      expect(killed.code).not.toBe(0)
      const again = await one.run()
      expect(again.output).toContain('Live:')
      expect(one.live).toBe(commit)
      expect(one.releasesOf(commit)).toBe(1)
    }
    console.log(`Kills through dist/: ${MOMENTS.length} deploys killed, then green, nothing done twice`)
  })
})
