import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { ask, type Said } from './ask.ts'

const RELEASE = 'echo "migrating $NAME"; [ "$NAME" != broken ]'

let heroku: LocalHeroku
let pipeline: { readonly id: string }
const ids: Record<string, string> = {}

beforeAll(async () => {
  ;({ heroku } = await openHeroku())
  pipeline = { id: (await ask(heroku, 'POST /pipelines', { body: { name: 'mastodon' } })).body.id }
  const stages = { staging: 'staging', good: 'production', broken: 'production' }
  for (const [name, stage] of Object.entries(stages)) {
    await heroku.addApp(name, { config: { NAME: name } })
    const { body } = await ask(heroku, 'POST /pipeline-couplings', {
      body: { app: name, pipeline: pipeline.id, stage }
    })
    expect(body).toMatchObject({ stage, pipeline: { id: pipeline.id } })
    ids[name] = (await ask(heroku, `GET /apps/${name}`)).body.id
  }
  await heroku.addApp('stranger')
  ids['stranger'] = (await ask(heroku, 'GET /apps/stranger')).body.id
  const staging = appOf(clientOf(heroku), 'staging')
  await ship(staging, makeSlug({ file: 'x' }), { worker: 'sleep 1000', release: RELEASE })
  await until(async () => (await staging.releases(1))[0]?.status === 'succeeded')
})
afterAll(() => heroku.close())

const promote = (from: string, ...to: string[]): Promise<Said> =>
  ask(heroku, 'POST /pipeline-promotions', {
    body: {
      pipeline,
      source: { app: { id: ids[from] } },
      targets: to.map(name => ({ app: { id: ids[name] } }))
    }
  })

const completed = async ({ id }: { id: string }): Promise<Said> => {
  await until(async () => (await ask(heroku, `GET /pipeline-promotions/${id}`)).body.status === 'completed')
  return ask(heroku, `GET /pipeline-promotions/${id}/promotion-targets`)
}

describe('a pipeline promotion', () => {
  it('releases the source’s slug on each target, where its release phase runs and is waited for', async () => {
    const started = await promote('staging', 'good', 'broken')
    expect(started).toMatchObject({
      status: 201,
      body: { status: 'pending', pipeline, source: { app: { id: ids['staging'] } } }
    })
    const { body: targets } = await completed(started.body)
    expect(targets.map(({ status }) => status).sort()).toEqual(['failed', 'succeeded'])
    for (const name of ['good', 'broken']) {
      const app = appOf(clientOf(heroku), name)
      const target = targets.find(({ app: { id } }) => id === ids[name])!
      const release = await app.release(target.release.id)
      const source = (await appOf(clientOf(heroku), 'staging').releases(1))[0]!
      expect(release).toMatchObject({ version: 2, slug: source.slug, current: name === 'good' })
      expect(release.description).toBe('Promote staging v2 11111111')
      expect(await (await fetch(release.output_stream_url!)).text()).toBe(`migrating ${name}\n`)
      expect(target).toMatchObject(
        name === 'good'
          ? { status: 'succeeded', error_message: null }
          : { status: 'failed', error_message: expect.stringMatching(/release command/) }
      )
      expect(await app.slug(source.slug!.id)).toMatchObject({ id: source.slug!.id })
    }
  })

  it.each([
    ['to an app outside of the pipeline', () => promote('staging', 'stranger'), 422],
    ['from an app outside of it', () => promote('stranger', 'good'), 422],
    ['to the app itself', () => promote('staging', 'staging'), 422],
    ['to no app', () => promote('staging'), 422],
    ['to one that does not exist', () => promote('staging', 'nowhere'), 404]
  ])('is refused %s', async (_what, start, status) => {
    expect((await start()).status).toBe(status)
  })

  it('is refused from an app without a slug', async () => {
    await heroku.addApp('new')
    ids['new'] = (await ask(heroku, 'GET /apps/new')).body.id
    const coupling = { app: 'new', pipeline: pipeline.id, stage: 'staging' }
    expect((await ask(heroku, 'POST /pipeline-couplings', { body: coupling })).status).toBe(201)
    expect((await promote('new', 'good')).body.message).toMatch(/no release with a slug/)
  })

  it('takes the release that is named', async () => {
    const staging = appOf(clientOf(heroku), 'staging')
    const first = await staging.release(2)
    await ship(staging, makeSlug({ file: 'y' }), { worker: 'sleep 1000' })
    const { body } = await ask(heroku, 'POST /pipeline-promotions', {
      body: {
        pipeline,
        source: { app: { id: ids['staging'] }, release: { id: first.id } },
        targets: [{ app: { id: ids['good'] } }]
      }
    })
    const { body: targets } = await completed(body)
    expect((await appOf(clientOf(heroku), 'good').release(targets[0]!.release.id)).slug).toEqual(first.slug)
  })
})

describe('couplings', () => {
  it('are found by pipeline and by app, one an app', async () => {
    const { body } = await ask(heroku, 'GET /apps/good/pipeline-couplings')
    expect(body).toMatchObject({ app: { id: ids['good'] }, pipeline: { name: 'mastodon' }, stage: 'production' })
    const all = await ask(heroku, `GET /pipelines/${pipeline.id}/pipeline-couplings`)
    expect(all.body.map(({ id }) => id)).toContain(body.id)
    const again = { app: 'good', pipeline: pipeline.id, stage: 'staging' }
    expect((await ask(heroku, 'POST /pipeline-couplings', { body: again })).status).toBe(422)
    expect((await ask(heroku, 'GET /apps/stranger/pipeline-couplings')).status).toBe(404)
  })
})
