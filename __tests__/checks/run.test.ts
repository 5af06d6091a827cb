import { describe, expect, it } from '@jest/globals'
import { runChecks, type Check, type World } from '../../src/checks/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { lines, look, surroundings } from './world.ts'

const check = (name: string, work: Check['look'], more: Partial<Check> = {}): Check => ({
  name,
  title: name,
  config: [],
  look: work,
  ...more
})
const good = check('good', () => Promise.resolve([{ level: 'ok', text: 'All is well' }]))

describe('the runner', () => {
  it('keeps the order of the list, and tells the worst of each', async () => {
    const mixed = check('mixed', () =>
      Promise.resolve([
        { level: 'ok', text: 'a' },
        { level: 'unknown', text: 'b' },
        { level: 'warn', text: 'c' }
      ])
    )
    const none = check('none', () => Promise.resolve([]))
    const slow = check('slow', async () => {
      await new Promise(resolve => setTimeout(resolve, 5))
      return [{ level: 'fail', text: 'late' }]
    })
    const results = await runChecks([slow, mixed, none, good], surroundings())
    expect(results.map(result => [result.check.name, result.level])).toEqual([
      ['slow', 'fail'],
      ['mixed', 'warn'],
      ['none', undefined],
      ['good', 'ok']
    ])
  })

  it('lets no check break another: what one throws makes it unknown, with the reason', async () => {
    const thrower = check('thrower', () => {
      throw new Error('at once\nand more')
    })
    const rejecter = check('rejecter', () => Promise.reject(new Error('later. Run it again.')))
    const results = await runChecks([thrower, rejecter, good], surroundings())
    expect(results.map(({ findings }) => lines(findings))).toEqual([
      ['unknown: It could not look: at once'],
      ['unknown: It could not look: later. Run it again'], // Whoever tells it puts the full stop.,
      ['ok: All is well']
    ])
  })

  it('gives a check up at its deadline, and aborts what it does', async () => {
    const clock = new TestClock()
    const reasons: unknown[] = []
    const hangs = check('hangs', ({ signal }) => {
      signal.addEventListener('abort', () => reasons.push((signal.reason as Error).message))
      return new Promise(() => {})
    })
    const patient = check('patient', hangs.look, { deadline: 240_000 })
    const running = runChecks([hangs, patient, good], surroundings({ clock }))
    await new Promise(setImmediate)
    clock.pass(25_000)
    await new Promise(setImmediate)
    clock.pass(215_000)
    expect((await running).map(({ level, took }) => [level, took])).toEqual([
      ['unknown', 25_000],
      ['unknown', 240_000],
      ['ok', 0]
    ])
    expect(reasons).toEqual(['no answer within 25 s', 'no answer within 240 s'])
  })

  it('holds every check to the longest that the job allows', async () => {
    const clock = new TestClock()
    const hangs = check('hangs', () => new Promise(() => {}), { deadline: 240_000 })
    const running = runChecks([hangs], surroundings({ clock, longest: 3_000 }))
    clock.pass(3_000)
    expect(lines((await running)[0]!.findings)).toEqual(['unknown: It could not look: no answer within 3 s'])
  })

  it('gives checks less time where something was waited for before them', async () => {
    const clock = new TestClock()
    const hangs = check('hangs', () => new Promise(() => {}), { alone: true })
    const running = runChecks(
      [hangs, good],
      surroundings({ clock, waited: 12_000, noConfig: new Error('Heroku hangs') })
    )
    clock.pass(15_000)
    expect((await running).map(({ findings }) => lines(findings))).toEqual([
      ['unknown: It could not look: no answer within 15 s'],
      ['unknown: It could not look: Heroku hangs']
    ])
  })

  it('rejects where the job is cancelled, also while a check goes on', async () => {
    const cancel = new AbortController()
    const hangs = check('hangs', () => new Promise(() => {}))
    const running = runChecks([hangs, good], surroundings({ signal: cancel.signal }))
    cancel.abort()
    await expect(running).rejects.toThrow('cancelled')
  })

  it('hands a check the config values and the token that it names, and no others', async () => {
    const worlds: World[] = []
    const curious = (more: Partial<Check>): Check =>
      check('curious', world => Promise.resolve((worlds.push(world), [])), more)
    const given = { configVars: { A: 'a', EMPTY: '', SECRET: 'secret' }, mastodonToken: 'token' }
    await look(curious({ config: ['A', 'EMPTY', 'MISSING'] }), given)
    await look(curious({ token: true }), given)
    expect(worlds.map(({ config, token }) => [config, token])).toEqual([
      [{ A: 'a', EMPTY: '', MISSING: undefined }, undefined],
      [{}, 'token']
    ])
    expect(JSON.stringify(worlds[0])).not.toContain('secret')
    expect(worlds[0]).not.toHaveProperty('configVars')
    expect(worlds[0]).not.toHaveProperty('mastodonToken')
  })
})
