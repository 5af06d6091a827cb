import { expect, it } from '@jest/globals'
import { OUTSIDE } from '../../../src/checks/outside/index.ts'
import { systemClock } from '../../../src/runtime/real.ts'
import { hangs } from '../../helpers/internet.ts'
import { runChecks } from '../../../src/checks/index.ts'
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
  const started = Date.now()
  const patience = 500
  const results = await runChecks(
    OUTSIDE,
    surroundings({
      configVars,
      instance: { url: 'https://site.test/' },
      streaming: { url: 'https://live.test/' },
      deployed: () => Promise.resolve({ commit: undefined, version: '4.7.4' }),
      network: internet.network(patience),
      clock: systemClock
    })
  )
  const slowest = Math.max(...results.map(({ took }) => took))
  console.log(
    `Every server hangs: ${results.length} checks in ${Date.now() - started} ms, at ${patience} ms a question`
  )
  // In questions that follow one another: with ten seconds each, all are within a check's deadline.
  expect(slowest).toBeLessThan(patience * 4)
  const well = results.flatMap(({ check, findings }) =>
    findings.flatMap(({ level, about }) => (level === 'ok' ? [`${check.name} ${about}`] : []))
  )
  // TLS is there before a server hangs.
  expect(well).toEqual(['media host', 'media certificate', 'certificates site', 'certificates streaming'])
})
