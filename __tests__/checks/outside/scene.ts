import { afterAll, beforeAll, beforeEach } from '@jest/globals'
import { type Check, type Surroundings } from '../../../src/checks/index.ts'
import { systemClock } from '../../../src/runtime/real.ts'
import { Internet } from '../../helpers/internet.ts'
import { lines, look } from '../world.ts'

export const COMMIT = '1'.repeat(40)

/** A test file's own little internet, forgotten before each test. */
export function useInternet(): Internet {
  const internet = new Internet()
  beforeAll(() => internet.open())
  beforeEach(() => internet.clear())
  afterAll(() => internet.close())
  return internet
}

/** What a check says of `site.test` and `live.test`, a line each. */
export async function ask(
  internet: Internet,
  check: Check,
  given: Partial<Surroundings> = {},
  answerWithin?: number
): Promise<string[]> {
  return lines(
    await look(check, {
      instance: { url: 'https://site.test/' },
      streaming: { url: 'https://live.test/' },
      deployed: () => Promise.resolve({ commit: COMMIT, version: '4.7.4' }),
      network: internet.network(answerWithin),
      clock: systemClock,
      ...given
    })
  )
}
