import { describe, expect, it } from '@jest/globals'
import { worker } from '../../../src/checks/inside/worker.ts'
import { factsOf, lines, look, type Said } from '../world.ts'

const of = (quantity: number, type = 'worker') => ({ type, quantity, size: 'Basic' })

describe('worker', () => {
  it.each<[string, Said, string[]]>([
    ['runs', { formation: [of(1, 'web'), of(2)] }, ['ok (2): 2 dynos beside web: worker 2× Basic']],
    [
      'is at none',
      { formation: [of(1, 'web'), of(0), of(1, 'release')] },
      ['fail (0): No worker dyno is scaled: nothing federates, no mail goes out, nothing is cleaned up']
    ],
    ['cannot be seen', {}, ['unknown: It could not look: nobody answers for formation']]
  ])('%s', async (_, said, expected) => {
    expect(lines(await look(worker, { app: factsOf(said) }))).toEqual(expected)
  })
})
