import { expect, it } from '@jest/globals'
import { DynoWatch } from '../../src/checks/dyno-watch.ts'
import { TestClock } from '../helpers/clock.ts'

it('says of a dyno that never starts that it says nothing, however long it may take', () => {
  const clock = new TestClock()
  let isGivenUp = false
  const watch = new DynoWatch(clock, 300_000, () => (isGivenUp = true))
  watch.sign('starting')
  clock.pass(220_000)
  expect(isGivenUp).toBe(true)
  const { message } = watch.stuck({ app: 'main', dyno: 'run.1', state: 'starting', met: false })
  expect(message).toMatch(/^run\.1 has said nothing since .*; given up after 220 s, when Heroku called it `starting`$/)
  watch.stop()
})
