import { expect, it } from '@jest/globals'
import { OUTSIDE } from '../../../src/checks/outside/index.ts'
import { hangs } from '../../helpers/internet.ts'
import { runChecks, type Result } from '../../../src/checks/index.ts'
import { DEADLINE } from '../../../src/checks/deadline.ts'
import { TestClock } from '../../helpers/clock.ts'
import { surroundings } from '../world.ts'
import { useInternet } from './scene.ts'

const internet = useInternet()

it('ends within its time where every server hangs', async () => {
  for (const host of ['site.test', 'live.test', 'media.test', 's3.test', 'api.joinmastodon.org'])
    internet.site(host, { handle: hangs, upgrade: () => {} })
  const configVars = {
    LOCAL_DOMAIN: 'site.test',
    S3_ENABLED: 'true',
    S3_BUCKET: 'b',
    S3_ENDPOINT: 'https://s3.test',
    S3_ALIAS_HOST: 'media.test',
    AWS_ACCESS_KEY_ID: 'k',
    AWS_SECRET_ACCESS_KEY: 's'
  }
  const clock = new TestClock()
  let results: readonly Result[] | undefined
  const running = runChecks(
    OUTSIDE,
    surroundings({
      configVars,
      instance: { url: 'https://site.test/' },
      streaming: { url: 'https://live.test/' },
      deployed: () => Promise.resolve({ commit: undefined, version: '4.7.4' }),
      network: internet.network(10_000),
      clock
    })
  ).then(all => (results = all))
  while (results === undefined) {
    // Who can be reached is, and then waits for an answer. (Counted in turns of the event loop, which a crowded machine slows
    // as it slows the handshakes.)
    for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setTimeout(resolve, 1))
    clock.pass(1_000)
  }
  await running
  const slowest = Math.max(...results.map(({ took }) => took))
  console.log(`Every server hangs: ${results.length} checks in ${slowest / 1_000} s, at 10 s a question`)
  expect(slowest).toBeLessThan(DEADLINE)
  const well = results.flatMap(({ check, findings }) =>
    findings.flatMap(({ level, about }) => (level === 'ok' ? [`${check.name} ${about}`] : []))
  )
  // A certificate is shown before a server hangs.
  expect(well.filter(name => !name.includes('certificate'))).toEqual(['media host'])
})
