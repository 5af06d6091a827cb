import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { FakeGithub } from '../helpers/fake-github.ts'
import { type HttpServer } from '../helpers/http-server.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { nameBuildpacks, serveBuildpacks } from './heroku-builder.ts'
import { configure, heroku, Instance } from './instance.ts'

const KEYS = Object.fromEntries(
  ['DETERMINISTIC_KEY', 'KEY_DERIVATION_SALT', 'PRIMARY_KEY'].map(name => [
    `ACTIVE_RECORD_ENCRYPTION_${name}`,
    'k'.repeat(32)
  ])
)

let buildpacks: HttpServer
beforeAll(async () => {
  buildpacks = await serveBuildpacks()
})
afterAll(() => buildpacks.close())

describe('ways to a slug, through the committed dist', () => {
  it('takes the slug that an earlier step of this job built', async () => {
    const one = await Instance.open()
    expect((await one.run({ command: 'build' })).code).toBe(0)
    const { code, output } = await one.run()
    expect(code).toBe(0)
    expect(output).toMatch(/This job built it already: .*slug\.tgz/)
    expect(output).not.toMatch(/Buildpack 1 of/)
    expect(one.live).toBe(one.head)
  })

  it('builds again where the slug of this job is another by now', async () => {
    const one = await Instance.open()
    const { outputs } = await one.run({ command: 'build' })
    appendFileSync(outputs['slug-path']!, 'more')
    const { code, output } = await one.run()
    expect(code).toBe(0)
    expect(output).toMatch(/slug\.tgz is not what this job’s build wrote, so the slug is built now/)
  })

  it('never sends a slug over the limit, whatever a build let pass', async () => {
    const one = await Instance.open()
    const limit = { 'slug-limit': '1KB', 'fail-on': 'never' }
    expect((await one.run({ command: 'build', ...limit })).code).toBe(0)
    heroku.requests.length = 0
    const built = await one.run(limit)
    one.jobFolder = lastingTemp()
    const anew = await one.run(limit)
    for (const { code, output } of [built, anew]) {
      expect(code).toBe(1)
      expect(output).toMatch(
        /::error::The slug is over its limit: \d\.\d MB of 1\.0 kB.*raise `slug-limit`.*for `command: build` alone/
      )
    }
    expect(built.output).toMatch(/This job built it already/)
    expect(heroku.requests.filter(request => !request.startsWith('GET '))).toEqual([])
  })

  it('has Heroku build on the staging app, and gives production that slug', async () => {
    const one = await Instance.open(false, folder => nameBuildpacks(folder, buildpacks))
    const staging = `${one.app}-staging`
    // Heroku builds with the config vars of the app.
    await one.addApp(staging, false, KEYS)
    const { code, output, outputs } = await one.run({
      builder: 'heroku',
      'staging-app': staging,
      ffmpeg: 'auto',
      'slug-limit': '4MB',
      'fail-on': 'never' // of a build alone
    })
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    expect(output).toMatch(/The slug with ffmpeg is over its limit: .*the slug without ffmpeg is taken instead/)
    expect(one.live).toBe(one.head)
    const { slugId } = heroku.machine(staging).current()!
    expect(one.machine.current()?.slugId).toBe(slugId)
    expect(one.machine.slug(slugId)?.size).toBe(Number(outputs['slug-size']))
    expect(one.machine.slug(slugId)?.processTypes['release']).toMatch(/mastodon_on_heroku:release/)
    expect(outputs['within-limit']).toBe('true')
  })

  it('has Heroku build no slug without an ffmpeg that was committed', async () => {
    const one = await Instance.open(false, folder => {
      nameBuildpacks(folder, buildpacks)
      mkdirSync(path.join(folder, 'bin'), { recursive: true })
      writeFileSync(path.join(folder, 'bin', 'ffmpeg'), '#!/bin/sh\n', { mode: 0o755 })
    })
    await one.addApp(`${one.app}-staging`, false, KEYS)
    const inputs = { builder: 'heroku', 'staging-app': `${one.app}-staging`, 'slug-limit': '4MB' }
    const auto = await one.run({ ...inputs, ffmpeg: 'auto' })
    expect(auto.code).toBe(1)
    expect(auto.output).toMatch(/::error::The slug with ffmpeg is over its limit/)
    expect(auto.output).not.toContain('without ffmpeg is taken instead')
    const without = await one.run({ ...inputs, ffmpeg: 'without' })
    expect(without.code).toBe(1)
    expect(without.output).toMatch(/::error::ffmpeg is in the commit, .*bin\/ffmpeg.*\.slugignore/s)
  })

  it.each([
    ['write', ['in_progress', 'success'], false],
    ['read', [], true]
  ] as const)('shows on GitHub with `deployments: %s`', async (access, states, warns) => {
    const github = await FakeGithub.start()
    try {
      const one = await Instance.open()
      github.allow('a-github-token', { deployments: access })
      github.commits.add(one.head)
      one.env = { GITHUB_REPOSITORY: 'owner/fork', GITHUB_RUN_ID: '77', GITHUB_API_URL: github.url }
      const { code, output } = await one.run({ 'github-token': 'a-github-token', environment: 'production' })
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
      expect(github.deployments.flatMap(({ statuses }) => statuses.map(({ state }) => state))).toEqual(states)
      expect(/::warning::.*deployments: write/.test(output)).toBe(warns)
      expect(output.replaceAll('::add-mask::a-github-token', '')).not.toContain('a-github-token')
    } finally {
      await github.close()
    }
  })

  it('schedules the tasks of the config at its end; where that fails, the deploy stays', async () => {
    const tasks = 'schedule: { tasks: [{ command: bin/tootctl accounts prune, every: day, at: "03:30" }] }'
    const one = await Instance.open(false, folder => configure(folder, tasks))
    const scheduler = { 'heroku-scheduler-url': heroku.schedulerUrl }
    const failed = await one.run(scheduler)
    expect(failed.code).toBe(1)
    expect(failed.output).toMatch(/The code is live and healthy, but its scheduled tasks are not what the config wants/)
    expect(failed.output).toMatch(
      /heroku addons:create scheduler:standard --app app-\d+.*`command: schedule` is enough/s
    )
    expect(failed.outputs).toMatchObject({ healthy: 'true' })
    expect(one.live).toBe(one.head)

    await heroku.addApp(one.app, { addons: [{ plan: 'scheduler:standard', vars: {} }] })
    const planned = await one.run({ ...scheduler, plan: 'true' })
    expect(planned.output).toMatch(/Plan for the scheduled tasks of app-\d+, nothing was changed: 1 to create/)
    const { code, output } = await one.run(scheduler)
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    expect(output).toMatch(/The scheduled tasks of app-\d+ are those of the config by now: 1 created/)
    expect(one.releasesOf(one.head)).toBe(1)
  })

  it('refuses what only the runner can do, before anything is sent', async () => {
    const one = await Instance.open()
    heroku.requests.length = 0
    const { code, output } = await one.run({ builder: 'heroku' })
    expect(code).toBe(1)
    expect(output).toMatch(
      /`builder: heroku` cannot use the buildpack .*it is a folder here.*Name it by an https address/
    )
    expect(heroku.requests.filter(request => !request.startsWith('GET '))).toEqual([])
  })
})
