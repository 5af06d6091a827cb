import { describe, expect, it } from '@jest/globals'
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { addBuildpack, configWith, Fork } from './fork.ts'
import { heroku, Instance, lean } from './instance.ts'

const writes = (): string[] => heroku.requests.filter(request => !request.startsWith('GET '))
const commentOut = (folder: string): void =>
  writeFileSync(path.join(folder, 'Procfile'), 'web: bin/heroku-web\n# worker: bundle exec sidekiq\n')

describe('a commit without the worker that runs', () => {
  it('is planned with a warning, and refused with its slug built, also by a build before it in the job', async () => {
    const one = await Instance.open(false, lean)
    expect((await one.run()).code).toBe(0)
    const good = one.head
    one.machine.app.formation['worker'] = { quantity: 1, size: 'Basic' }
    await one.machine.scale()
    one.commit(commentOut)

    const plan = await one.run({ command: 'plan' })
    expect(plan.code).toBe(0)
    expect(plan.output).toMatch(
      /::warning::app-\d+ runs 1 worker dyno \(Basic\), and the Procfile of this commit has no process type `worker`.*It has web\. Procfile:2 is a comment: "# worker: bundle exec sidekiq"\. A buildpack may add it.*\(perhaps-lost-process-type\)/
    )

    heroku.requests.length = 0
    const deploy = await one.run()
    const refused =
      /::error.*runs 1 worker dyno \(Basic\), and the slug has no process type `worker`: .*It has console, rake, web\. Procfile:2 is a comment.*Take the # away from that line\. If `worker` is no longer wanted: `heroku ps:scale worker=0 --app app-\d+`/
    expect(deploy.output).toMatch(refused)
    expect(deploy.code).toBe(1)
    expect((await one.run({ command: 'build' })).code).toBe(0)
    const again = await one.run()
    expect(again.output).toMatch(/This job built it already/)
    expect(again.output).toMatch(refused)
    expect(writes()).toEqual([])
    expect(one.live).toBe(good)
    expect(one.machine.dynos.map(({ options }) => options.name).sort()).toEqual(['web.1', 'worker.1'])

    one.machine.app.formation['worker'] = { quantity: 0, size: 'Basic' }
    await one.machine.scale()
    expect((await one.run()).code).toBe(0)
    expect(one.live).toBe(one.head)
    expect(Object.keys(one.machine.app.formation).sort()).toEqual(['console', 'rake', 'release', 'web'])
  })

  it('goes live with a warning where the config lets it', async () => {
    const one = await Instance.open(false, lean)
    expect((await one.run()).code).toBe(0)
    one.machine.app.formation['worker'] = { quantity: 1, size: 'Basic' }
    one.commit(folder => {
      commentOut(folder)
      appendFileSync(path.join(folder, '.github/mastodon-on-heroku.yml'), '\nchecks: { skip: [lost-process-type] }\n')
    })
    const { code, output } = await one.run()
    expect(output).toMatch(/::warning::.*the slug has no process type `worker`.*\(lost-process-type\)/)
    expect(code).toBe(0)
    expect(one.machine.app.formation).not.toHaveProperty('worker')
  })
})

describe('build', () => {
  it('names a Procfile that counts for nothing', async () => {
    const lower = new Fork(folder => renameSync(path.join(folder, 'Procfile'), path.join(folder, 'procfile')))
    const one = await lower.build({ 'slug-limit': '1GB' }, configWith(['nodejs', 'ruby']))
    expect(one.code).toBe(0)
    expect(one.output).toMatch(/::warning::There is no `Procfile`, but a file `procfile`: the name is case-sensitive/)
    expect(lower.report().warnings.join()).toMatch(/but a file `procfile`/)
    expect(Object.keys(lower.report().processTypes).sort()).toEqual(['console', 'rake', 'web'])

    const ignored = new Fork(folder => appendFileSync(path.join(folder, '.slugignore'), '\nProc*\n'))
    const other = await ignored.build({ 'slug-limit': '1GB' }, configWith(['nodejs', 'ruby']))
    expect(other.output).toMatch(/::warning::\.slugignore:\d+ takes `Procfile` out of the build/)
  })

  it('says which files of the checkout are not part of it, and not of its own', async () => {
    const fork = new Fork()
    const inputs = {
      'output-dir': path.join(fork.path, 'slug-report'),
      cache: path.join(fork.path, '.cache', 'build'),
      'slug-limit': '1GB'
    }
    const config = configWith(['nodejs'])
    const clean = await fork.build(inputs, config)
    expect(clean.code).toBe(0)
    expect((await fork.build(inputs, config)).output).not.toMatch(/not committed/)
    writeFileSync(path.join(fork.path, 'Procfile'), 'web: changed\n')
    writeFileSync(path.join(fork.path, 'app', 'new\n::error::x.rb'), '')
    const { code, output } = await fork.build(inputs, config)
    expect(code).toBe(0)
    expect(output).toMatch(
      /^2 files of the checkout are not committed, so they are not part of this build \(first: Procfile\)$/m
    )
    rmSync(path.join(fork.path, 'Procfile'))
    writeFileSync(
      path.join(fork.path, 'Procfile'),
      'web: bin/heroku-web\nworker: bundle exec sidekiq\n\n# The streaming server runs in an app of its own, with RUN_STREAMING=true.\n'
    )
    const hostile = await fork.build(inputs, config)
    expect(hostile.output).toMatch(/^1 file of the checkout is not committed, .*\(first: app\/new/m)
    expect(hostile.output).not.toMatch(/^::error::x/m)
  })

  it('decides on the tree that is built where a buildpack moves a folder to the top', async () => {
    const fork = new Fork(folder => {
      mkdirSync(path.join(folder, 'mastodon'))
      for (const name of readdirSync(folder))
        if (!['mastodon', 'buildpacks', '.github'].includes(name))
          renameSync(path.join(folder, name), path.join(folder, 'mastodon', name))
      addBuildpack(
        folder,
        'monorepo',
        'set -e; stage=$(mktemp -d); mv "$1/$(cat "$3/APP_BASE")" "$stage/app"; shopt -s dotglob; rm -rf "$1"/*; mv "$stage/app"/* "$1"'
      )
    })
    const config = configWith(
      ['monorepo', 'nodejs', 'ruby'],
      '  limit: 1GB\n  env: { APP_BASE: mastodon }\n  trim: safe\nstreaming-app: live\n'
    )
    const { code, output } = await fork.build({}, config)
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    const { source, processTypes, dependencies, trim } = fork.report()
    expect(source.mastodonVersion).toMatch(/^4\.7\./)
    expect(processTypes).toMatchObject({ web: 'bin/heroku-web', worker: 'bundle exec sidekiq' })
    expect(dependencies.gems.map(([name]) => name)).toContain('pg')
    // Only of a tree whose assets vite compiled.
    expect(trim.rules.map(({ name }) => name).join()).toMatch(/node/)
  })
})
