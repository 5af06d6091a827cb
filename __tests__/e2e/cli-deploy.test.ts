import { describe, expect, it } from '@jest/globals'
import path from 'node:path'
import { runCli, type CliResult } from '../../scripts/run-cli.ts'
import { heroku, Instance, lean, SECRET, temp } from './instance.ts'

describe('on the terminal', () => {
  it('a deploy goes live and tells its story; a command runs in a dyno; no secret is shown', async () => {
    const instance = await Instance.open(false, lean)
    const cli = (args: string[], more: string[] = [], terminal = false): Promise<CliResult> =>
      runCli({
        args: [
          ...args,
          '--app',
          instance.app,
          '--heroku-api-url',
          heroku.apiUrl,
          '--heroku-data-url',
          heroku.dataUrl,
          ...more
        ],
        cwd: instance.fork,
        terminal,
        env: { HEROKU_API_KEY: heroku.apiKey, NODE_EXTRA_CA_CERTS: heroku.caFile }
      })
    const folders = ['--output-dir', path.join(temp, 'cli-output'), '--cache', path.join(temp, 'cache')]
    const deployed = await cli(['deploy', '--build-in', 'host', ...folders], [], true)
    expect(deployed.code).toBe(0)
    expect(instance.live).toBe(instance.head)
    expect(deployed.stdout).toMatch(/done {3}Upload +\d+\.\d s/)
    expect(deployed.stdout).toMatch(/healthy +true/)

    const ran = await cli(['run'], ['--', 'echo "said $SECRET_KEY_BASE"; exit 0'])
    expect({ ...ran, said: /│ said \*\*\*$/m.test(ran.stdout) }).toMatchObject({ code: 0, stderr: '', said: true })
    const failed = await cli(['run', '--json'], ['--', 'exit 3'])
    expect(failed).toMatchObject({
      code: 1,
      stdout: '{}\n',
      stderr: expect.stringMatching(/Error: .*exit code 3/)
    })
    for (const { stdout, stderr } of [deployed, ran, failed]) {
      expect(stdout + stderr).not.toContain(SECRET)
      expect(stdout + stderr).not.toContain(heroku.apiKey)
    }
  })
})
