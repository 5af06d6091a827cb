import { describe, expect, it } from '@jest/globals'
import path from 'node:path'
import { runCli, type CliResult } from '../rig/run-cli.ts'
import { heroku, Instance, lean, SECRET, temp } from './instance.ts'

describe('on the terminal', () => {
  it('a deploy goes live and tells its story; a command runs in a dyno; no secret is shown', async () => {
    const instance = await Instance.open(false, lean)
    const cli = (args: string[], more: string[] = [], terminal = false): Promise<CliResult> =>
      runCli({
        args: [...args, '--app', instance.app, '--heroku-api-url', heroku.apiUrl, ...more],
        cwd: instance.fork,
        terminal,
        env: { HEROKU_API_KEY: heroku.apiKey, NODE_EXTRA_CA_CERTS: heroku.caFile }
      })
    const flags = [
      '--build-in',
      'host',
      '--output-dir',
      path.join(temp, 'cli-output'),
      '--cache',
      path.join(temp, 'cache')
    ]
    expect(await runCli({ args: ['build', ...flags], cwd: instance.fork })).toMatchObject({ code: 0 })
    const deployed = await cli(['deploy', ...flags], ['--heroku-data-url', heroku.dataUrl], true)
    expect(deployed.code).toBe(0)
    // What lies there from before is for a rehearsal: a deploy from here builds what it sends.
    expect(deployed.stdout).toContain('Buildpack 1 of 2')
    expect(instance.live).toBe(instance.head)
    expect(deployed.stdout).toMatch(/done {3}Upload +\d+\.\d s/)
    expect(deployed.stdout).toMatch(/healthy +true/)

    const ran = await cli(['run'], ['--', 'echo "said $SECRET_KEY_BASE"; exit 0'])
    expect({ ...ran, said: /│ said \*\*\*$/m.test(ran.stdout) }).toMatchObject({ code: 0, stderr: '', said: true })
    const failed = await cli(['run', '--json'], ['--', 'exit 3'])
    expect(JSON.parse(failed.stdout)).toMatchObject({
      outcome: 'failed',
      verdict: { outcome: 'failed', headline: expect.stringMatching(/ended with exit code 3/) }
    })
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Error: .*exit code 3/)
    })
    for (const { stdout, stderr } of [deployed, ran, failed]) {
      expect(stdout + stderr).not.toContain(SECRET)
      expect(stdout + stderr).not.toContain(heroku.apiKey)
    }
  })
})
