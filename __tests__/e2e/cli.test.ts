import { describe, expect, it } from '@jest/globals'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runCli, type CliRun } from '../rig/run-cli.ts'
import { git } from '../rig/sample-fork.ts'
import { VERSION } from '../../src/runtime/index.ts'
import { HttpServer, type Answer } from '../helpers/http-server.ts'
import { temp } from '../helpers/temp.ts'
import { addBuildpack, configWith, Fork } from './fork.ts'

const SAMPLE = ['activestorage-preview', 'nodejs']

/** `build` on the host with these buildpacks, in the fork's folder. */
function build(fork: Fork, buildpacks: string[], more: Partial<CliRun> & { flags?: string[] } = {}) {
  writeFileSync(path.join(fork.path, 'other.yml'), configWith(buildpacks))
  const args = ['build', '--build-in', 'host', '--config', 'other.yml', '--cache', 'off', '--output-dir', fork.output]
  const env = { TMPDIR: fork.temporary, ...more.env }
  return runCli({ cwd: fork.path, ...more, args: [...args, ...(more.flags ?? [])], env })
}

describe('the committed program of the terminal', () => {
  it('tells its version and its help, and takes no wrong word', async () => {
    expect(await runCli({ args: ['--version'] })).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' })
    const help = await runCli({ args: ['build', '--help'] })
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--slug-limit') })
    const wrong = await runCli({ args: ['biuld'] })
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('did you mean "build"?') })
    expect(await runCli({ args: [] })).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage:') })
  })

  it('builds as the action does; --json has its outputs and its verdict alone on stdout', async () => {
    const fork = new Fork()
    git(fork.path, 'remote', 'add', 'origin', 'git@github.com:me/fork.git')
    const github = await HttpServer.start({})
    const { code, stdout, stderr } = await build(fork, SAMPLE, {
      flags: ['--json', '--ref', fork.commit],
      env: { GITHUB_TOKEN: 'ghs_secret', GITHUB_API_URL: github.url }
    })
    await github.close()
    expect(github.requests).toContain(`GET /repos/me/fork/git/commits/${fork.commit}`)
    expect(stderr).toContain('There is nothing to compare with')
    expect(stderr).toContain('│ -----> Installing express')
    expect(stderr).toContain('Within the limit')
    expect(stderr).not.toMatch(/^::/m)
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringContaining('\x1b') })
    const { verdict, ...outputs } = JSON.parse(stdout) as Record<string, unknown>
    expect(verdict).toMatchObject({
      outcome: 'done',
      headline: expect.stringContaining('Within the limit'),
      figures: { 'slug-limit': outputs['slug-limit'] }
    })
    // The slug offers its source, which is where the repository is.
    const env = { GITHUB_REPOSITORY: 'me/fork' }
    const inputs = { 'output-dir': path.join(fork.output, 'action') }
    const fromAction = await fork.build(inputs, configWith(SAMPLE), { env })
    for (const name of ['slug-sha256', 'slug-size', 'slug-limit', 'within-limit', 'ffmpeg']) {
      expect(String(outputs[name])).toBe(fromAction.outputs[name])
    }
    expect(Object.keys(outputs)).toEqual(Object.keys(fromAction.outputs))
    expect(fork.leftovers()).toEqual([])
  })

  it('on a terminal nothing that a buildpack prints acts, and it shows what is going on', async () => {
    const fork = new Fork(folder => {
      const evil = String.raw`printf '\033]0;evil\007\033[2J\033[1;1H\033[32mgreen\033[0m\rback\033]52;c;ZXZpbA==\033\\\n\302\2332J::error::x\n'`
      addBuildpack(folder, 'evil', `${evil}; echo "$HOME" > "$1/x"`)
    })
    const { code, stdout } = await build(fork, ['evil'], { terminal: true })
    expect(code).toBe(0)
    expect(stdout).toContain('\x1b[32mgreen')
    expect(stdout).toMatch(/│\x1b\[0m back/) // eslint-disable-line no-control-regex
    for (const act of ['\x1b]', '\x1b[2J', '\x1b[1;1H', '\u009b', 'ZXZpbA']) expect(stdout).not.toContain(act)
    expect(stdout).toContain('⠋')
    // The cursor is there again, and nothing moves at the end.
    expect(stdout.lastIndexOf('\x1b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\x1b[?25l'))
    expect(stdout).toContain('slug-size')
  })

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['CI', { CI: 'true' }]
  ])('%s makes plain lines on a terminal, too', async (_, env) => {
    const fork = new Fork(folder => addBuildpack(folder, 'red', String.raw`printf '\033[31mred\033[0m\n'; exit 3`))
    const { code, stdout } = await build(fork, ['red'], { terminal: true, env })
    expect(code).toBe(1)
    expect(stdout).not.toContain('\x1b')
    expect(stdout).toMatch(/│ red\r?\n/)
    expect(stdout).toMatch(/Error: .*exit code 3/)
  })

  it.each([
    ['once clears all away', 1],
    ['twice ends it at once', 2]
  ])('Ctrl-C %s', async (_, times) => {
    const fork = new Fork(folder =>
      addBuildpack(folder, 'slow', `trap '' TERM; echo started; sleep 86403 & wait; wait`)
    )
    let typed = 0
    const { code, stdout } = await build(fork, ['slow'], {
      terminal: true,
      onOutput: (chunk, type) => {
        if (typed < times && /started|Stopping/.test(chunk)) for (; typed < times; typed++) type('\x03')
      }
    })
    expect(code).toBe(130)
    expect(stdout).toContain('Stopping, and clearing away.')
    if (times === 1) {
      expect(stdout).toMatch(/The build was cancelled/)
      expect(fork.leftovers()).toEqual([])
    }
    for (const pid of processesWith('86403')) process.kill(Number(pid), 'SIGKILL')
  })

  it('never shows a key, and asks for one where it needs it', async () => {
    const home = temp()
    writeFileSync(path.join(home, '.netrc'), 'machine 127.0.0.1 login me password netrc-key-1234\n', { mode: 0o600 })
    const keys: (string | undefined)[] = []
    const refuse: Answer = ({ headers }, response) => {
      keys.push(headers.authorization)
      response.writeHead(401).end(JSON.stringify({ id: 'unauthorized', message: 'No: netrc-key-1234' }))
    }
    const heroku = await HttpServer.start({ '/account': [refuse] })
    const args = ['run', '--app', 'my-app', '--heroku-api-url', heroku.url, '--', 'true']
    const { code, stdout, stderr } = await runCli({ args, env: { HOME: home } })
    await heroku.close()
    expect(keys).toEqual([`Basic ${Buffer.from(':netrc-key-1234').toString('base64')}`])
    expect(code).toBe(1)
    expect(stdout + stderr).not.toContain('netrc-key-1234')
    expect(stderr).toMatch(/Error: .*\*\*\*/)
    const without = await runCli({ args: ['deploy'], env: { HOME: '/nowhere' } })
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('HEROKU_API_KEY is not set') })
  })

  it('says in a fork of an earlier release that its rehearsal builds a second time, and leaves it', async () => {
    const old = 'jobs:\n  rehearse:\n    steps:\n      - with:\n          command: rehearse\n'
    const fork = new Fork(folder => {
      mkdirSync(path.join(folder, '.github/workflows'))
      writeFileSync(path.join(folder, '.github/workflows/heroku-rehearse.yml'), old)
    })
    const args = ['init', '--app', 'my-app', '--action', `acme/mastodon-on-heroku@${'e'.repeat(40)}`]
    const { code, stdout } = await runCli({ args, cwd: fork.path })
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/heroku-rehearse\.yml can go: /) })
    expect(readFileSync(path.join(fork.path, '.github/workflows/heroku-rehearse.yml'), 'utf8')).toBe(old)
  })

  it('asks for the apps that a config is to name, where somebody can answer', async () => {
    const fork = new Fork(folder => rmSync(path.join(folder, '.github'), { recursive: true, force: true }))
    const answers = ['my-app', 'my-live']
    const { code } = await runCli({
      args: ['init', '--action', `acme/mastodon-on-heroku@${'e'.repeat(40)}`],
      cwd: fork.path,
      terminal: true,
      onOutput: (chunk, type) => {
        if (/: $/.test(chunk.replace(/\x1b\[[0-9;]*\w/g, ''))) type(`${answers.shift()}\r`) // eslint-disable-line no-control-regex
      }
    })
    expect(code).toBe(0)
    const config = readFileSync(path.join(fork.path, '.github/mastodon-on-heroku.yml'), 'utf8')
    expect(config).toMatch(/^app: my-app\n/m)
    expect(config).toMatch(/^streaming-app: my-live\n/m)
  })
})

/** Processes with this word in their arguments. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter(pid => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word)
    } catch {
      return false
    }
  })
}
