import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { findRoute } from '../../src/local-heroku/routes/index.ts'
import { type Api } from '../../src/local-heroku/routes/route.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { allApis } from '../rig/local-heroku/routes/index.ts'
import { type More } from '../rig/local-heroku/world.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { ask, type Asking, type Thing } from './ask.ts'
import { lackingIn, type Kind } from './required-fields.ts'

let heroku: LocalHeroku
/** Ids of what was made, by the names that the rows below have for them. */
const made: Record<string, string> = {}

beforeAll(async () => {
  ;({ heroku } = await openHeroku({ addon: () => Promise.resolve({ DATABASE_URL: 'postgres://1' }) }))
  for (const name of ['one', 'two']) await heroku.addApp(name)
  const client = clientOf(heroku)
  await ship(appOf(client, 'one'), makeSlug({ file: 'x' }), { worker: 'sleep 1000', release: 'true' })
  await until(async () => (await appOf(client, 'one').releases(1))[0]!.status === 'succeeded')
  await ask(heroku, 'PATCH /apps/one/formation/worker', { body: { quantity: 1 } })
})
afterAll(() => heroku.close())

const SLUG = { process_types: { worker: 'true' } }
const BUILD = { source_blob: { url: 'http://127.0.0.1/source.tgz' } }
const PROMOTION = (): unknown => ({
  pipeline: { id: made['pipeline'] },
  source: { app: { name: 'one' } },
  targets: [{ app: { name: 'two' } }]
})
const COUPLING = (app: string, stage: string) => (): unknown => ({ app, stage, pipeline: made['pipeline'] })

/** Each request that has an answer, in an order in which they can be sent; `as` keeps the id that it answers. */
const ROWS: readonly {
  readonly request: string
  readonly kind: Kind | 'none'
  readonly body?: unknown
  readonly as?: string
}[] = [
  { request: 'GET /account', kind: 'account' },
  { request: 'GET /account/rate-limits', kind: 'rateLimit' },
  { request: 'GET /users/~', kind: 'user' },
  { request: 'GET /users/~/apps', kind: 'app' },
  { request: 'GET /apps', kind: 'app' },
  { request: 'POST /apps', kind: 'app', body: { name: 'new' }, as: 'app' },
  { request: 'GET /apps/one', kind: 'app' },
  { request: 'PATCH /apps/one', kind: 'app', body: { maintenance: false } },
  { request: 'POST /filters/apps', kind: 'app', body: () => ({ in: { id: [made['app']] } }) },
  { request: 'GET /apps/one/collaborators', kind: 'collaborator' },
  { request: 'PATCH /apps/one/config-vars', kind: 'none', body: { A: '1' } },
  { request: 'GET /apps/one/config-vars', kind: 'none' },
  { request: 'GET /apps/one/features', kind: 'feature' },
  { request: 'GET /apps/one/features/preboot', kind: 'feature' },
  { request: 'PATCH /apps/one/features/preboot', kind: 'feature', body: { enabled: false } },
  { request: 'POST /apps/one/domains', kind: 'domain', body: { hostname: 'a.example.com', sni_endpoint: null } },
  { request: 'GET /apps/one/domains', kind: 'domain' },
  { request: 'GET /apps/one/domains/a.example.com', kind: 'domain' },
  { request: 'DELETE /apps/one/domains/a.example.com', kind: 'domain' },
  { request: 'POST /apps/one/acm', kind: 'app' },
  { request: 'PATCH /apps/one/acm', kind: 'app' },
  { request: 'DELETE /apps/one/acm', kind: 'app' },
  { request: 'GET /apps/one/sni-endpoints', kind: 'none' },
  { request: 'POST /oauth/authorizations', kind: 'authorization', body: { scope: ['global'] }, as: 'authorization' },
  { request: 'GET /oauth/authorizations', kind: 'authorization' },
  { request: 'GET /oauth/authorizations/{authorization}', kind: 'authorization' },
  { request: 'POST /apps/one/slugs', kind: 'slug', body: SLUG, as: 'slug' },
  { request: 'GET /apps/one/slugs/{slug}', kind: 'slug' },
  { request: 'GET /apps/one/releases', kind: 'release', as: 'release' },
  { request: 'GET /apps/one/releases/2', kind: 'release', as: 'shipped' },
  { request: 'GET /apps/one/releases/2/config-vars', kind: 'none' },
  { request: 'POST /apps/one/releases', kind: 'release', body: () => ({ release: made['shipped'] }) },
  { request: 'POST /sources', kind: 'source' },
  { request: 'POST /apps/one/builds', kind: 'build', body: BUILD, as: 'build' },
  { request: 'GET /apps/one/builds', kind: 'build' },
  { request: 'GET /apps/one/builds/{build}', kind: 'build' },
  { request: 'DELETE /apps/one/builds/{build}', kind: 'build' },
  { request: 'GET /apps/one/formation', kind: 'formation' },
  { request: 'PATCH /apps/one/formation', kind: 'formation', body: { updates: [{ type: 'worker', quantity: 1 }] } },
  { request: 'GET /apps/one/formation/worker', kind: 'formation' },
  { request: 'PATCH /apps/one/formation/worker', kind: 'formation', body: { quantity: 1 } },
  { request: 'GET /apps/one/dynos', kind: 'dyno' },
  { request: 'POST /apps/one/dynos', kind: 'dyno', body: { command: 'sleep 1000' }, as: 'dyno' },
  { request: 'GET /apps/one/dynos/{dyno}', kind: 'dyno' },
  { request: 'POST /apps/one/dynos/{dyno}/actions/stop', kind: 'none' },
  { request: 'DELETE /apps/one/dynos/worker.1', kind: 'none' },
  { request: 'DELETE /apps/one/dynos', kind: 'none' },
  { request: 'POST /apps/one/log-sessions', kind: 'logSession', body: { lines: 1 } },
  { request: 'POST /apps/one/addons', kind: 'addon', body: { plan: 'heroku-postgresql:essential-0' }, as: 'addon' },
  { request: 'GET /addons', kind: 'addon' },
  { request: 'GET /addons/{addon}', kind: 'addon' },
  { request: 'GET /apps/one/addons', kind: 'addon' },
  { request: 'GET /apps/one/addons/{addon}', kind: 'addon' },
  { request: 'PATCH /apps/one/addons/{addon}', kind: 'addon', body: { plan: 'heroku-postgresql:essential-1' } },
  { request: 'POST /actions/addons/resolve', kind: 'addon', body: { addon: 'one::DATABASE' } },
  {
    request: 'POST /addon-attachments',
    kind: 'attachment',
    body: () => ({ addon: made['addon'], app: 'two' }),
    as: 'attachment'
  },
  { request: 'GET /addon-attachments', kind: 'attachment' },
  { request: 'GET /addon-attachments/{attachment}', kind: 'attachment' },
  { request: 'GET /apps/two/addon-attachments', kind: 'attachment' },
  { request: 'GET /apps/two/addon-attachments/{attachment}', kind: 'attachment' },
  { request: 'GET /addons/{addon}/addon-attachments', kind: 'attachment' },
  { request: 'DELETE /addon-attachments/{attachment}', kind: 'attachment' },
  { request: 'DELETE /apps/one/addons/{addon}', kind: 'addon' },
  { request: 'POST /pipelines', kind: 'pipeline', body: { name: 'line' }, as: 'pipeline' },
  { request: 'GET /pipelines', kind: 'pipeline' },
  { request: 'GET /pipelines/line', kind: 'pipeline' },
  { request: 'POST /pipeline-couplings', kind: 'coupling', body: COUPLING('one', 'staging') },
  { request: 'POST /pipeline-couplings', kind: 'coupling', body: COUPLING('two', 'production'), as: 'coupling' },
  { request: 'GET /pipeline-couplings', kind: 'coupling' },
  { request: 'GET /pipelines/line/pipeline-couplings', kind: 'coupling' },
  { request: 'GET /apps/one/pipeline-couplings', kind: 'coupling' },
  { request: 'POST /pipeline-promotions', kind: 'promotion', body: PROMOTION, as: 'promotion' },
  { request: 'GET /pipeline-promotions/{promotion}', kind: 'promotion' },
  { request: 'GET /pipeline-promotions/{promotion}/promotion-targets', kind: 'promotionTarget' },
  { request: 'DELETE /pipeline-couplings/{coupling}', kind: 'coupling' }
]

it.each(ROWS)('$request has what the schema requires of a $kind', async ({ request, kind, body, as }) => {
  const asking: Asking =
    body === undefined ? {} : { body: typeof body === 'function' ? (body as () => unknown)() : body }
  const path = request.replace(/\{(\w+)\}/, (_, name: string) => made[name]!)
  const { status, body: answer } = await ask(heroku, path, asking)
  expect({ status, said: answer.message }).toEqual({ status: expect.any(Number), said: undefined })
  const answers: readonly Thing[] = Array.isArray(answer) ? answer : [answer]
  if (as !== undefined) made[as] = answers[0]!.id
  if (kind === 'none') return
  expect(answers.length).toBeGreaterThan(0)
  for (const one of answers) expect(lackingIn(kind, one)).toEqual([])
})

it('knows each address of the Platform API that the local Heroku has', () => {
  const [platform] = allApis({} as More) as [Api]
  const seen = new Set(
    ROWS.map(({ request }) => findRoute([platform], ...(request.split(' ') as [string, string]))?.route)
  )
  expect(Object.entries(platform.routes).flatMap(([key, route]) => (seen.has(route) ? [] : [key]))).toEqual([])
})
