import { describe, expect, it } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runAction } from '../rig/run-action.ts'
import { addPostMigration, commitAll, git, makeSampleFork } from '../rig/sample-fork.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { heroku, Instance, SECRET } from './instance.ts'

/** A next version that stops as it boots if a config var of old is still set. */
function refuseOldSwitch(folder: string): void {
  mkdirSync(path.join(folder, 'config/initializers'), { recursive: true })
  writeFileSync(path.join(folder, 'config/initializers/deprecations.rb'), "abort 'Unset it' if ENV['OLD_SWITCH']\n")
}

describe('plan', () => {
  it('tells what the tree alone can tell, without a key', async () => {
    const fork = path.join(lastingTemp(), 'fork')
    makeSampleFork(fork)
    git(fork, 'checkout', '-q', '-b', 'feature')
    addPostMigration(fork)
    commitAll(fork, 'A next version')
    const { code, output, summary } = await runAction({
      inputs: { command: 'plan', path: fork },
      env: { GITHUB_BASE_REF: 'main' }
    })
    expect(output).toContain('Nothing stands against this upgrade')
    expect(code).toBe(0)
    expect(output).toContain('This upgrade: 2 migrations, 1 after deployment')
    expect(summary).toMatch(/compared with where it left `main`/)
    expect(summary).toMatch(
      /`20260702120000` \| `drop_body_from_notes` \| after \| drops what older code asks for, line \d+/
    )
  })

  it('says all that `build` would say of a tree that cannot be built', async () => {
    const fork = path.join(lastingTemp(), 'fork')
    makeSampleFork(fork, folder => {
      writeFileSync(path.join(folder, 'app.json'), '{}')
      writeFileSync(path.join(folder, '.github/mastodon-on-heroku.yml'), 'ffmpeg: auto\n')
      writeFileSync(path.join(folder, 'Procfile'), 'web: bin/heroku-web\nworker\n')
    })
    const run = (command: string) => runAction({ inputs: { command, path: fork, 'build-in': 'container' } })
    const { code, output, summary } = await run('plan')
    expect(code).toBe(1)
    expect(output).toMatch(
      /::error.*Nothing says which stack the slug is for \(not-buildable\); Nothing names the buildpacks: .* \(not-buildable\); Procfile:2: "worker" is not a process type \(not-buildable\)/
    )
    expect(summary).toMatch(/## Upgrade plan: 3 things stop it/)
    expect((await run('build')).output).toMatch(/::error.*Procfile:2: "worker" is not a process type/)
    writeFileSync(path.join(fork, 'Procfile'), 'web: bin/heroku-web\n')
    commitAll(fork, 'A good Procfile')
    expect((await run('build')).output).toMatch(/::error.*Nothing says which stack the slug is for/)
  })

  it('asks the running app and its database; what surely breaks stops plan and deploy, and nothing is written', async () => {
    const one = await Instance.open()
    expect((await one.run()).code).toBe(0)
    const good = one.head
    one.commit(addPostMigration)
    one.commit(refuseOldSwitch)
    const writes = (): string[] => heroku.requests.filter(request => !request.startsWith('GET '))

    one.machine.app.configVars['OLD_SWITCH'] = '1'
    const plan = await one.run({ command: 'plan' })
    expect(plan.output).toMatch(/The database has 4 migrations \(read in a one-off dyno, which changed nothing\)/)
    expect(plan.output).toMatch(
      /::error.*has OLD_SWITCH.*\(config\/initializers\/deprecations\.rb:1\) \(forbidden-config\)/
    )
    expect(plan).toMatchObject({ code: 1, outputs: { outcome: 'found' } })
    expect(plan.summary).toMatch(/This upgrade: 2 migrations, 1 after deployment/)
    expect(plan.summary).toMatch(/\*\*stops it\*\* \| `forbidden-config`.*config(:|&#58;)unset OLD(_|&#95;)SWITCH/)
    expect(plan.summary + plan.output.replace(/^::add-mask::.*$/gm, '')).not.toContain(SECRET)

    heroku.requests.length = 0
    const refused = await one.run()
    expect(refused).toMatchObject({ code: 1, outputs: { outcome: 'refused' } })
    expect(refused.output).toMatch(/::error.*has OLD_SWITCH/)
    expect(writes()).toEqual([])

    delete one.machine.app.configVars['OLD_SWITCH']
    const shown = await one.run({ plan: 'true' })
    expect(shown.output).toMatch(
      /Nothing stands against deploying [0-9a-f]{8} to app-\d+; warnings: \d+\. Nothing was changed$/m
    )
    expect(shown.code).toBe(0)
    expect(writes()).toEqual([])
    expect(one.live).toBe(good)
  })
})
