import { describe, expect, it } from '@jest/globals'
import { readCommandLine, UsageError } from '../../src/cli/arguments.ts'
import { flagsOf, TERMINAL_COMMANDS } from '../../src/cli/flags.ts'
import { helpText } from '../../src/cli/help.ts'
import { repositoryOf } from '../../src/cli/repository.ts'
import { painter } from '../../src/cli/terminal/style.ts'
import { INPUT_NAMES, InputError } from '../../src/inputs/index.ts'
import { COMMAND_NAMES } from '../../src/inputs/commands.ts'
import { type UserError } from '../../src/runtime/index.ts'

const flags = new Map(TERMINAL_COMMANDS.map(name => [name, flagsOf(name)]))
const read = (line: string) => readCommandLine(line === '' ? [] : line.split(' '), flags)

function usageOf(line: string): string {
  try {
    read(line)
  } catch (error) {
    expect(error instanceof UsageError || error instanceof InputError).toBe(true)
    return `${(error as UserError).message}. ${(error as UserError).nextStep}`
  }
  throw new Error('the command line was taken')
}

describe('the commands of the terminal', () => {
  it('are all that the action has, but comment', () => {
    expect(['comment', ...TERMINAL_COMMANDS.filter(name => name !== 'init')].sort()).toEqual([...COMMAND_NAMES].sort())
  })

  it('take no key as a flag, and every other input but those of a comment', () => {
    const taken = new Set([...flags.values()].flatMap(of => of.map(({ name }) => name)))
    const left = INPUT_NAMES.filter(name => !taken.has(name))
    const keys = ['heroku-api-key', 'github-token', 'mastodon-token']
    expect(left).toEqual(['command', ...keys, 'comment-threshold'])
  })

  it('have help that fits the terminal', () => {
    for (const command of [undefined, ...TERMINAL_COMMANDS]) {
      const text = helpText(command, { paint: painter(false), width: 80 })
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
      for (const { name } of command === undefined ? [] : flags.get(command)!) expect(text).toContain(`--${name}`)
    }
  })
})

describe('a command line', () => {
  it('has a command and inputs', () => {
    const { command, source, json } = read('deploy --app my-app --plan --json --run-image=a/b --streaming-setup=false')
    expect(command).toBe('deploy')
    expect(['app', 'plan', 'run-image', 'streaming-setup', 'ref'].map(source.text)).toEqual([
      'my-app',
      'true',
      'a/b',
      'false',
      ''
    ])
    expect(json).toBe(true)
  })

  it.each([
    ['--help', { help: true }],
    ['-h', { help: true }],
    ['help build', { help: true, command: 'build' }],
    ['build --help', { help: true, command: 'build' }],
    ['--version', { version: true }],
    ['', { help: false, command: undefined }]
  ])('%j', (line, expected) => expect(read(line)).toMatchObject(expected))

  it.each([
    ['run -- bin/tootctl version', 'bin/tootctl version'],
    ['run -- bin/tootctl accounts --x $HOME', "bin/tootctl accounts --x '$HOME'"]
  ])('%s', (line, run) => expect(read(line).source.text('run')).toBe(run))

  it('may ask `run` what it would do', () => {
    const { text } = read('run --plan -- bin/tootctl version').source
    expect([text('plan'), text('run')]).toEqual(['true', 'bin/tootctl version'])
  })

  it('leaves one word behind -- to the shell', () => {
    expect(readCommandLine(['run', '--', 'echo $PS1 | cat'], flags).source.text('run')).toBe('echo $PS1 | cat')
    expect(readCommandLine(['run', '--', 'echo', "it's"], flags).source.text('run')).toBe(`echo 'it'\\''s'`)
  })

  it.each([
    ['biuld', /There is no command "biuld" — did you mean "build"\?/],
    ['build --ap x', /There is no flag "--ap" — did you mean "--app"\?/],
    ['build --phase pre', /--phase has no effect with build/],
    ['--app x', /--app goes with a command/],
    ['build now', /"now" is one word too many/],
    ['build --app', /--app needs a value/],
    ['run --run -x', /--run needs a value.*--run=VALUE/],
    ['build --app a --app b', /--app is given twice/],
    ['deploy --json=maybe', /--json: expected true or false, not "maybe"/],
    ['run --streaming-app x', /--streaming-app has no effect with run/],
    ['build -- x', /Nothing may follow "--"/],
    ['run --run x -- y', /given twice/],
    ['comment', /goes with a pull request/],
    ['deploy --heroku-api-key SECRET', /--heroku-api-key is not taken.*export HEROKU_API_KEY/],
    ['deploy --github-token=SECRET', /--github-token is not taken.*export GITHUB_TOKEN/]
  ])('%s is refused', (line, message) => {
    const text = usageOf(line)
    expect(text).toMatch(message)
    expect(text).not.toContain('SECRET')
  })
})

describe('the repository of a checkout', () => {
  it.each([
    ['https://github.com/owner/name.git', 'owner/name'],
    ['https://user:token@github.com/owner/name/', 'owner/name'],
    ['git@github.com:owner/na.me.git', 'owner/na.me'],
    ['ssh://git@github.com:22/owner/name', 'owner/name'],
    ['https://GitHub.com/owner/name', 'owner/name'],
    ['https://git.heroku.com/my-app.git', undefined],
    ['https://github.com.evil.example/owner/name', undefined],
    ['/srv/git/owner/name', undefined],
    ['https://github.com/owner/name/more', undefined]
  ])('%s', (url, repository) => expect(repositoryOf(url, 'github.com')).toBe(repository))
})
