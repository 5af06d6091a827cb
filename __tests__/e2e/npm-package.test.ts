import { beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { makeNpmPackage } from '../../scripts/npm-package.mts'
import { runCli, type CliResult } from '../rig/run-cli.ts'
import { VERSION } from '../../src/runtime/index.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { configWith, Fork } from './fork.ts'

const RELEASE = { repository: 'acme/mastodon-on-heroku', commit: 'd'.repeat(40) }

interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

describe('the npm package', () => {
  let packed: Packed
  let home: string
  const npm = (cwd: string, ...args: string[]): string =>
    execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: home }
    })
  /** As `npx mastodon-on-heroku` runs it once it is here. */
  const npx = (args: string[], cwd: string): Promise<CliResult> =>
    runCli({ program: [process.execPath, path.join(home, 'project/node_modules/.bin/mastodon-on-heroku')], args, cwd })

  beforeAll(() => {
    home = lastingTemp()
    makeNpmPackage(path.join(home, 'package'), RELEASE)
    ;[packed] = JSON.parse(npm(home, 'pack', '--json', './package')) as [Packed]
    mkdirSync(path.join(home, 'project'))
    writeFileSync(path.join(home, 'project/package.json'), '{"private": true}')
    npm(path.join(home, 'project'), 'install', path.join(home, packed.filename))
  })

  it('holds the bundle and what it reads, and nothing else', () => {
    const names = packed.files.map(({ path: file }) => file)
    const expected =
      /^(?:package\.json|action\.yml|README\.md|LICENSE|CHANGELOG\.md|docs\/config\.schema\.json|examples\/[\w-]+\.yml|dist\/(?:cli|page|pack-worker|program)\/[\w.-]+)$/
    expect(names.filter(name => !expected.test(name))).toEqual([])
    expect(names).toEqual(
      expect.arrayContaining(['dist/cli/index.js', 'dist/program/licenses.txt', 'examples/heroku-deploy.yml'])
    )
    expect(packed.size).toBeLessThan(1_500_000)
  })

  it('needs no other package, and says where it comes from', () => {
    const manifest = JSON.parse(
      readFileSync(path.join(home, 'project/node_modules/mastodon-on-heroku/package.json'), 'utf8')
    ) as object
    expect(manifest).toMatchObject({
      version: VERSION,
      bin: { 'mastodon-on-heroku': 'dist/cli/index.js' },
      repository: { url: 'git+https://github.com/acme/mastodon-on-heroku.git' },
      publishConfig: { access: 'public', provenance: true },
      gitHead: RELEASE.commit
    })
    expect(Object.keys(manifest).filter(key => /dependencies|scripts|private|overrides/i.test(key))).toEqual([])
  })

  it('shows help, builds, and sets a fork up with its own release', async () => {
    const fork = new Fork()
    expect(await npx(['--version'], fork.path)).toMatchObject({ code: 0, stdout: `${VERSION}\n` })
    writeFileSync(path.join(fork.path, 'other.yml'), configWith(['activestorage-preview']))
    const flags = ['--build-in', 'host', '--config', 'other.yml', '--cache', 'off', '--output-dir', fork.output]
    const built = await npx(['build', ...flags], fork.path)
    expect(built).toMatchObject({ code: 0, stdout: expect.stringContaining('within-limit') })
    expect(readFileSync(path.join(fork.output, 'report.html'), 'utf8')).toContain('<script')

    const dry = await npx(['init', '--dry-run', '--app', 'my-app'], fork.path)
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('would write') })
    expect(existsSync(path.join(fork.path, '.github/workflows'))).toBe(false)
    expect(await npx(['init', '--app', 'my-app'], fork.path)).toMatchObject({ code: 0, stderr: '' })
    const workflow = readFileSync(path.join(fork.path, '.github/workflows/heroku-deploy.yml'), 'utf8')
    expect(workflow).toContain(`uses: ${RELEASE.repository}@${RELEASE.commit} # v${VERSION}`)
    const again = await npx(['init', '--json', '--streaming-app', 'my-live'], fork.path)
    expect(again.stderr).toMatch(
      /stays as it is\. Put this into it, in place of what it has there:\n {2}app: my-mastodon # .*\n {2}streaming-app: my-live\n/
    )
    expect(Object.values(JSON.parse(again.stdout) as object)).not.toContain('new')
  })
})
