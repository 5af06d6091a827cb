import { describe, expect, it } from '@jest/globals'
import { runAction } from '../rig/run-action.ts'
import { addPostMigration, breakBoot, breakRelease, git } from '../rig/sample-fork.ts'
import { Visitor } from '../rig/local-heroku/index.ts'
import { configure, DOMAIN, heroku, Instance, lean, postgres, SECRET, temp } from './instance.ts'

describe('deploy', () => {
  it('ships the sample fork: live, healthy, migrated, and no secret anywhere', async () => {
    const one = await Instance.open()
    const { code, output, outputs, summary } = await one.run()
    expect(output).toContain(`Live: ${one.app} runs commit`)
    expect(code).toBe(0)
    expect(outputs).toMatchObject({
      outcome: 'done',
      healthy: 'true',
      'release-version': '2',
      'previous-release-version': '1',
      'migrations-run': '0'
    })
    expect(summary).toMatch(/## Deploy of app/)
    expect(one.live).toBe(one.head)
    const shown = output.split('\n').filter(line => !line.startsWith('::add-mask::'))
    for (const secret of [heroku.apiKey, SECRET, postgres.url(one.database)]) {
      expect(shown.join('\n')).not.toContain(secret)
      expect(summary).not.toContain(secret)
      expect(output).toContain(`::add-mask::${secret}`)
    }
  })

  it('ships an upgrade with preboot while somebody is on the site: nothing fails; again does nothing twice', async () => {
    const one = await Instance.open(true, lean)
    expect((await one.run()).code).toBe(0)
    const second = one.commit(addPostMigration)
    const visitor = new Visitor(`${one.webUrl}api/v1/notes`, DOMAIN)
    const upgrade = await one.run()
    const visit = await visitor.leave()
    expect(upgrade.code).toBe(0)
    expect(upgrade.outputs['migrations-run']).toBe('2')
    expect(visit).toMatchObject({ failed: 0, failures: [] })
    expect(visit.requests).toBeGreaterThan(10)

    const again = await one.run()
    expect(again).toMatchObject({ code: 0, outputs: { outcome: 'nothing-to-do' } })
    expect(again.output).toMatch(/runs this slug already/)
    expect(again.outputs['slug-size']).toBe(upgrade.outputs['slug-size'])
    expect(again.output).not.toMatch(/Buildpack 1 of/)
    expect(one.releasesOf(second)).toBe(1)
  })

  it('is red where the release phase fails, and rolls back what crashes on boot', async () => {
    const one = await Instance.open(false, lean)
    await one.run()
    const good = one.head
    const visitor = new Visitor(`${one.webUrl}api/v1/notes`, DOMAIN)
    one.commit(breakRelease)
    const failed = await one.run()
    expect((await visitor.leave()).failed).toBe(0)
    expect(failed).toMatchObject({ code: 1, outputs: { outcome: 'failed' } })
    expect(failed.output).toMatch(
      /release phase of v3 failed; the release before it still serves.*relation "notices" does not exist/
    )
    expect(one.live).toBe(good)

    git(one.fork, 'checkout', '-q', '-B', 'main', good)
    one.commit(breakBoot)
    const crashed = await one.run()
    expect(crashed.code).toBe(1)
    expect(crashed.output).toMatch(/keeps crashing.*The release before was brought back and serves/)
    expect(crashed.outputs).toMatchObject({ outcome: 'rolled-back', 'rolled-back': 'true' })
    expect(crashed.outputs).not.toHaveProperty('healthy')
    expect(one.live).toBe(good)
    expect((await fetch(`${one.webUrl}health`)).status).toBe(200)
  })

  it('ships a streaming app of the same commit, and sets it up where that is allowed', async () => {
    const one = await Instance.open(false, lean)
    const streaming = `${one.app}-live`
    const { webUrl } = await heroku.addApp(streaming, {})
    const refused = await one.run({ 'streaming-app': streaming })
    expect(refused).toMatchObject({ code: 1, outputs: { outcome: 'refused' } })
    expect(refused.output).toMatch(/is not set up: RUN_STREAMING.*streaming-setup: true/)
    const { code, output, outputs } = await one.run({ 'streaming-app': streaming, 'streaming-setup': 'true' })
    expect(output).toContain('Live:')
    expect(code).toBe(0)
    expect(Number(outputs['slug-size-streaming'])).toBeLessThan(Number(outputs['slug-size']))
    expect(
      (await fetch(`${webUrl}api/v1/streaming/health`, { headers: { 'x-forwarded-proto': 'https' } })).status
    ).toBe(200)
    const machine = heroku.machine(streaming)
    expect(machine.slug(machine.current()!.slugId)?.processTypes).toEqual({ web: 'bin/heroku-web' })
  })

  it('turns maintenance on only where there is something to migrate, and off again', async () => {
    const one = await Instance.open(false, folder => {
      lean(folder)
      configure(folder, 'migrations: maintenance')
    })
    await one.run()
    const requests = heroku.requests.length
    const upgrade = await one.run()
    expect(upgrade.code).toBe(0)
    expect(heroku.requests.slice(requests)).not.toContain(`PATCH /apps/${one.app}`)
    one.commit(addPostMigration)
    const { code, output } = await one.run()
    expect(output).toMatch(/Maintenance mode is on for 2 migrations[^]*Maintenance mode is off/)
    expect(code).toBe(0)
    expect(one.machine.app.maintenance).toBe(false)
  })
})

describe('the other commands', () => {
  it('run: live output and the real exit code', async () => {
    const one = await Instance.open(false, lean)
    await one.run()
    const good = await one.run({ command: 'run', run: `echo "it's $LOCAL_DOMAIN"` })
    expect(good.code).toBe(0)
    expect(good.output).toContain(`it's ${DOMAIN}`)
    const bad = await one.run({ command: 'run', run: 'exit 7' })
    expect(bad).toMatchObject({ code: 1, outputs: { outcome: 'failed' } })
    expect(bad.output).toMatch(/ended with exit code 7/)
  })

  it('migrate runs what is pending; rollback refuses where data was destroyed, and goes back where it was not', async () => {
    const one = await Instance.open(false, lean)
    await one.run()
    const first = one.head
    expect((await one.run({ command: 'migrate' })).outputs).toMatchObject({
      'migrations-run': '0',
      outcome: 'nothing-to-do'
    })
    one.commit(folder => configure(folder, 'redis-tls: verify'))
    await one.run()
    const back = await one.run({ command: 'rollback' })
    expect(back.code).toBe(0)
    expect(one.live).toBe(first)

    one.commit(addPostMigration)
    const upgraded = one.head
    expect((await one.run()).code).toBe(0)
    const refused = await one.run({ command: 'rollback' })
    expect(refused.code).toBe(1)
    expect(refused.output).toMatch(/is refused: the database has migrations.*20260702120000/)
    expect(one.live).toBe(upgraded)
  })

  it('rehearse takes nobody’s real database', async () => {
    const { code, output } = await runAction({
      inputs: { command: 'rehearse', path: temp },
      env: { DATABASE_URL: 'postgres://u:p@ec2-1.compute.amazonaws.com/x', REDIS_URL: 'redis://redis' }
    })
    expect(code).toBe(1)
    expect(output).toMatch(/DATABASE_URL leads to ec2-1.compute.amazonaws.com, which is no service of this job/)
  })

  it('rehearse says what it needs', async () => {
    const { code, output } = await runAction({ inputs: { command: 'rehearse', path: temp } })
    expect(code).toBe(1)
    expect(output).toMatch(/A rehearsal needs DATABASE_URL and REDIS_URL.*services/)
  })
})
