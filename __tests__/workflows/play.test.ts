import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { addPostMigration, breakBoot, git } from '../rig/sample-fork.ts'
import { play, type Played, type PlayedJob } from '../rig/workflows/player.ts'
import { type Stage } from '../rig/workflows/stage.ts'
import { configure, heroku, Instance, postgres } from '../e2e/instance.ts'
import { noRedis, startPlainRedis } from '../helpers/redis.ts'
import { describeOrSkip, isRoot } from '../helpers/skip.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { setUp } from './set-up.ts'

/** One fork with one app: first it is deployed, then the rest of its life is played. */
let one: Instance
let stage: Stage
let redis: Awaited<ReturnType<typeof startPlainRedis>> | undefined

beforeAll(async () => {
  one = await Instance.open()
  one.commit(folder => configure(folder, `app: ${one.app}`))
  stage = await setUp(one.fork, heroku)
  stage.secrets = { HEROKU_API_KEY: heroku.apiKey }
})
afterAll(async () => {
  await redis?.close()
  await stage.close()
})

/** The one job of a workflow, which went well and used what it was granted: all, but for what brings the checkout. */
function good({ jobs }: Played, id: string): PlayedJob {
  const job = jobs[id]!
  expect(failures(job)).toBe('')
  return job
}

function failures({ steps, result }: PlayedJob): string {
  const failed = steps.filter(({ outcome }) => outcome === 'failure').map(({ name, output }) => `${name}:\n${output}`)
  return result === 'success' ? '' : `${result}\n${failed.join('\n')}`
}

function branch(name: string, change: (folder: string) => void): void {
  git(one.fork, 'checkout', '-q', '-b', name)
  one.commit(change)
  git(one.fork, 'checkout', '-q', 'main')
}

/** By 100 kB: less than 10 kB makes no new comment. */
function grow(folder: string): void {
  writeFileSync(path.join(folder, 'app', 'noise'), randomBytes(100_000))
}

/** The last step: it took the slug of the build, and migrated from main's schema. */
function expectRehearsed(played: Played): void {
  const { output, action } = good(played, 'slug').steps.at(-1)!
  expect(output).toMatch(/This job built it already: .*slug\.tgz/)
  expect(output).not.toMatch(/Buildpack 1 of/)
  expect(action!.summary).toMatch(/1 migration ran in the release phase/)
}

const COMMENT = ['actions: read', 'contents: read', 'pull-requests: read', 'pull-requests: write']

const reason = isRoot ? noRedis() : 'builds on the host beside a token need root'

/** heroku-nightly.yml is played in __tests__/scripts/five-minutes.test.ts. */
describeOrSkip('the examples, played', reason, () => {
  it('heroku-deploy.yml: a tag goes live, and by hand an older one again', async () => {
    git(one.fork, 'tag', '-a', 'heroku-1', '-m', 'one')
    const first = one.head
    const job = good(await play('heroku-deploy.yml', stage, stage.pushOf('refs/tags/heroku-1')), 'deploy')
    expect(one.live).toBe(first)
    expect(job.used).toEqual(['deployments: read', 'deployments: write'])
    expect(stage.github.deployments).toMatchObject([{ sha: first, environment: 'production' }])

    one.commit(folder => configure(folder, 'redis-tls: verify'))
    git(one.fork, 'tag', 'heroku-2')
    good(await play('heroku-deploy.yml', stage, stage.pushOf('refs/tags/heroku-2')), 'deploy')
    expect(one.live).toBe(one.head)
    good(
      await play('heroku-deploy.yml', stage, stage.onMain('workflow_dispatch', { tag: 'heroku-1', plan: false })),
      'deploy'
    )
    expect(one.live).toBe(first)

    const shown = await play('heroku-deploy.yml', stage, stage.onMain('workflow_dispatch', { tag: '', plan: true }))
    expect(good(shown, 'deploy').steps.at(-1)!.action!.summary).toMatch(/## Upgrade plan/)
    const nothing = await play('heroku-deploy.yml', stage, stage.onMain('workflow_dispatch', { tag: '', plan: false }))
    expect(nothing.jobs['deploy']!.result).toBe('skipped')
    git(one.fork, 'tag', 'v4.7.0')
    const upstream = stage.onMain('workflow_dispatch', { tag: 'v4.7.0', plan: false })
    const refused = (await play('heroku-deploy.yml', stage, upstream)).jobs['deploy']!
    expect(refused.result).toBe('failure')
    expect(refused.steps[0]!.output).toMatch(/^::error::Only a tag heroku-\* is deployed/)
    expect(refused.steps.slice(1).map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped'])
    expect(one.live).toBe(first)
  })

  it('heroku-slug-size.yml and its comment: own and foreign pull requests are told once each, and rehearsed from main’s schema with one build', async () => {
    const onMain = good(await play('heroku-slug-size.yml', stage, stage.pushOf('refs/heads/main')), 'slug')
    expect(onMain.steps.map(({ outcome }) => outcome)).toEqual(['success', 'success', 'success', 'skipped', 'skipped'])
    branch('feature', folder => {
      addPostMigration(folder)
      grow(folder)
    })
    await serve()
    const own = await play('heroku-slug-size.yml', stage, stage.pullRequest(5, 'feature'))
    expect(good(own, 'slug').used).toEqual(COMMENT)
    expect(stage.github.repository.comments(5).map(({ body }) => body)).toEqual([
      expect.stringMatching(/^## Within the limit: .* against main at [0-9a-f]{8}/)
    ])
    expectRehearsed(own)
    const after = await play('heroku-slug-size-comment.yml', stage, stage.endOf(own.run))
    expect(after.jobs['comment']!.result).toBe('skipped')

    await serve()
    const foreign = await play('heroku-slug-size.yml', stage, stage.pullRequest(6, 'feature', 'someone/fork'))
    expect(good(foreign, 'slug').steps.at(-2)!.outcome).toBe('skipped')
    expectRehearsed(foreign)
    expect(stage.github.repository.comments(6)).toEqual([])
    const told = await play('heroku-slug-size-comment.yml', stage, stage.endOf(foreign.run))
    expect(good(told, 'comment').used).toEqual(COMMENT)
    expect(stage.github.repository.comments(6)).toMatchObject([
      { body: expect.stringMatching(/ of 4\.0 MB [^]*own build measured this/) }
    ])
  })

  it('heroku-slug-size.yml: what does not build is not rehearsed, and what does not boot is told all the same', async () => {
    branch('broken', folder => rmSync(path.join(folder, 'buildpacks', 'ruby'), { recursive: true }))
    const broken = (await play('heroku-slug-size.yml', stage, stage.pullRequest(8, 'broken'))).jobs['slug']!
    expect(broken.result).toBe('failure')
    expect(broken.steps.map(({ outcome }) => outcome)).toEqual(['success', 'failure', 'success', 'skipped', 'skipped'])

    branch('does-not-boot', folder => {
      breakBoot(folder)
      grow(folder)
    })
    await serve()
    const foreign = await play('heroku-slug-size.yml', stage, stage.pullRequest(9, 'does-not-boot', 'someone/fork'))
    const { steps } = foreign.jobs['slug']!
    expect(steps.map(({ outcome }) => outcome)).toEqual(['success', 'success', 'success', 'skipped', 'failure'])
    expect(steps.at(-1)!.output).toMatch(/This job built it already[^]*web\.1 of the new release keeps crashing/)
    good(await play('heroku-slug-size-comment.yml', stage, stage.endOf(foreign.run)), 'comment')
    expect(stage.github.repository.comments(9)).toHaveLength(1)
  })

  it('heroku-tasks.yml: remembers on a branch of its own what it has seen', async () => {
    one.commit(folder =>
      configure(folder, 'schedule: { with: github-actions, tasks: [{ command: "true", every: hour }] }')
    )
    const job = good(await play('heroku-tasks.yml', stage, stage.onMain('schedule')), 'tasks')
    expect(job.used).toEqual(['contents: read', 'contents: write'])
    expect(stage.github.branches.file('scheduled-tasks', `${one.app}.json`)).toContain('"command": "true"')
  })
})

/** What the service containers are: an empty Postgres with the workflow's password, and an empty Redis. */
async function serve(): Promise<void> {
  const url = new URL(postgres.url('postgres'))
  if (stage.services['postgres'] === undefined) await ask(url.href, `ALTER USER postgres PASSWORD 'postgres'`)
  await redis?.close()
  redis = await startPlainRedis(lastingTemp())
  stage.services = { postgres: Number(url.port), redis: redis.port }
  url.password = 'postgres'
  await ask(url.href, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public')
}

async function ask(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(sql)
  await client.end()
}
