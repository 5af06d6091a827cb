import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { readActionFile } from '../../src/cli/action-file.ts'
import { readCommandLine, UsageError } from '../../src/cli/arguments.ts'
import { COMMANDS, KEYS } from '../../src/cli/commands.ts'
import { commandNames, flagsOf } from '../../src/cli/flags.ts'
import { helpText } from '../../src/cli/help.ts'
import { repositoryOf } from '../../src/cli/repository.ts'
import { painter } from '../../src/cli/terminal/style.ts'
import { findCommand } from '../../src/commands/index.ts'

const project = path.join(import.meta.dirname, '..', '..')
const inputs = readActionFile(pathToFileURL(path.join(project, 'action.yml')))
const flags = new Map(commandNames().map(name => [name, flagsOf(name, inputs)]))
const read = (line: string) => readCommandLine(line === '' ? [] : line.split(' '), flags)

function usageOf(line: string): string {
  try {
    read(line)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return `${(error as UsageError).message}. ${(error as UsageError).nextStep}`
  }
  throw new Error('the command line was taken')
}

describe('the commands of the terminal', () => {
  it.each(Object.entries(COMMANDS).filter(([name]) => name !== 'init'))(
    '%s: is there, and shows inputs of action.yml',
    (name, { inputs: shown }) => {
      expect(findCommand(name)).toBeInstanceOf(Function)
      for (const input of shown) expect([...inputs.keys()]).toContain(input)
      expect(new Set(shown).size).toBe(shown.length)
    }
  )

  it('are all that the action has, but comment', () => {
    const known = /Commands of this version: (.*)\./.exec(messageOf(() => findCommand('none')))![1]!.split(', ')
    expect(['comment', ...commandNames().filter(name => name !== 'init')].sort()).toEqual(known.sort())
  })

  it('take every input but those of a comment', () => {
    const taken = new Set(Object.values(COMMANDS).flatMap(({ inputs }) => inputs))
    const left = [...inputs.keys()].filter(name => !taken.has(name))
    expect(left).toEqual(['command', 'report', 'comment-threshold'])
  })

  it('take no key as a flag', () => {
    for (const name of ['heroku-api-key', 'github-token', 'mastodon-token']) expect(Object.keys(KEYS)).toContain(name)
    for (const of of flags.values()) for (const { name } of of) expect(Object.keys(KEYS)).not.toContain(name)
  })

  it('have help that fits the terminal', () => {
    for (const command of [undefined, ...commandNames()]) {
      const text = helpText(command, { inputs, paint: painter(false), width: 80 })
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
      for (const { name } of command === undefined ? [] : flags.get(command)!) expect(text).toContain(`--${name}`)
    }
  })
})

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return (error as Error & { nextStep: string }).nextStep
  }
  throw new Error('nothing was thrown')
}

describe('a command line', () => {
  it('has a command and inputs', () => {
    const { command, values, json } = read('deploy --app my-app --plan --json --run-image=a/b --streaming-setup=false')
    expect(command).toBe('deploy')
    expect(Object.fromEntries(values)).toMatchObject({
      app: 'my-app',
      plan: 'true',
      'run-image': 'a/b',
      'streaming-setup': 'false'
    })
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
  ])('%s', (line, run) => expect(read(line).values.get('run')).toBe(run))

  it('may ask `run` what it would do', () => {
    expect(Object.fromEntries(read('run --plan -- bin/tootctl version').values)).toMatchObject({
      plan: 'true',
      run: 'bin/tootctl version'
    })
  })

  it('leaves one word behind -- to the shell', () => {
    expect(readCommandLine(['run', '--', 'echo $PS1 | cat'], flags).values.get('run')).toBe('echo $PS1 | cat')
    expect(readCommandLine(['run', '--', 'echo', "it's"], flags).values.get('run')).toBe(`echo 'it'\\''s'`)
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
    ['deploy --plan=maybe', /--plan is on or off, not "maybe"/],
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

it('action.yml is the one place that describes inputs', () => {
  for (const { description } of inputs.values()) {
    for (const file of ['commands', 'flags', 'help']) {
      expect(readFileSync(path.join(project, `src/cli/${file}.ts`), 'utf8')).not.toContain(description)
    }
  }
})
