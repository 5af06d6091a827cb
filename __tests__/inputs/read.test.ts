import { afterEach, describe, expect, it } from '@jest/globals'
import path from 'node:path'
import { openStep, STEP } from '../../src/action/index.ts'
import { readCommandLine } from '../../src/cli/arguments.ts'
import { flagsOf, TERMINAL_COMMANDS } from '../../src/cli/flags.ts'
import { cacheOf } from '../../src/commands/steps/recipe.ts'
import { INPUTS, readCommand, readInputs, type CommandName } from '../../src/inputs/index.ts'
import { UserError } from '../../src/runtime/index.ts'

const set: string[] = []
afterEach(() => {
  for (const name of set.splice(0)) delete process.env[name]
})

/** As the runner hands an input over. */
function give(name: string, value: string): void {
  const variable = `INPUT_${name.toUpperCase()}`
  process.env[variable] = value
  set.push(variable)
}

function refusal(work: () => unknown): string {
  try {
    work()
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return `${(error as UserError).message} ${(error as UserError).nextStep}`
  }
}

const flags = new Map(TERMINAL_COMMANDS.map(name => [name, flagsOf(name)]))

/** What a workflow says of an input, and the terminal of the same flag. */
function refusals(name: string, value: string): [workflow: string, terminal: string] {
  give(name, value)
  const workflow = refusal(() => readInputs('build', STEP))
  const command = TERMINAL_COMMANDS.find(one => flagsOf(one).some(flag => flag.name === name))!
  const line = readCommandLine([command, `--${name}=${value}`], flags)
  return [workflow, refusal(() => readInputs(command, line.source))]
}

describe('inputs', () => {
  it('have their defaults', () => {
    expect(readInputs('build', STEP)).toMatchObject({
      config: '.github/mastodon-on-heroku.yml',
      path: process.cwd(),
      buildTimeout: 3_600_000,
      buildNetwork: 'bridge',
      outputDir: path.resolve('slug-report'),
      failOn: 'limit',
      artifactName: 'slug-report',
      ref: undefined
    })
    expect(readInputs('comment', STEP).commentThreshold).toEqual({ bytes: 10_000 })
    expect(readCommand(STEP)).toBe('deploy')
  })

  it('are those of the command, and no others', () => {
    expect(Object.keys(readInputs('init', STEP))).toEqual(['path', 'app', 'streamingApp'])
    expect(readInputs('rehearse', STEP)).not.toHaveProperty('herokuApiKey')
  })

  it('are checked, also those that the command does not read', () => {
    give('phase', 'later')
    expect(refusal(() => readInputs('build', STEP))).toMatch(/^Input phase: expected pre, post or all, not "later"/)
  })

  it('name a command that exists', () => {
    give('command', 'biuld')
    expect(refusal(() => readCommand(STEP))).toMatch(
      /^There is no command "biuld" — did you mean "build"\? Commands of this version: build, comment, /
    )
  })

  it.each([
    ['fail-on', 'sometimes', 'expected limit, growth or never, not "sometimes"'],
    ['build-in', 'cloud', 'expected container or host, not "cloud"'],
    ['build-in', 'hots', 'expected container or host, not "hots" — did you mean "host"?'],
    ['max-growth', 'a lot', '"a lot" is not a size'],
    ['build-timeout', '-1', 'expected a number of minutes, above 0 and at most 1440, not "-1"'],
    ['build-timeout', '1e9', 'expected a number of minutes, above 0 and at most 1440, not "1e9"'],
    ['plan', 'maybe', 'expected true or false, not "maybe"'],
    ['app', 'My App', 'expected the name of a Heroku app'],
    ['streaming-app', '../x', 'expected the name of a Heroku app'],
    ['staging-app', 'a\nb', 'expected the name of a Heroku app'],
    ['ffmpeg', 'witout', 'expected with, without or auto, not "witout" — did you mean "without"?'],
    ['slug-limit', '300M', '"300M" could be 300MB or 300MiB'],
    ['slug-limit', '300', '300 is 300 bytes, less than any slug — did you mean 300MB?'],
    ['slug-limit', '1', '1 is 1 byte, less than any slug — did you mean 1GB?'],
    ['slug-limit', '300000', '300000 is 300000 bytes, less than any slug — did you mean 300000KB?'],
    ['slug-limit', 'big', '"big" is not a size'],
    ['heroku-api-url', 'http://example.com', '"http://example.com" is not an https address']
  ])('%s: %j is refused, in a workflow and on the terminal alike', (name, value, says) => {
    const [workflow, terminal] = refusals(name, value)
    expect(workflow).toContain(`Input ${name}: ${says}`)
    expect(terminal).toBe(workflow.replace(`Input ${name}`, `--${name}`))
    // eslint-disable-next-line no-control-regex
    expect(workflow).toMatch(/^[^\x00-\x1f]*$/)
  })

  it('that ask for a fail on growth say how much, if the command looks at growth', () => {
    give('fail-on', 'growth')
    expect(refusal(() => readInputs('build', STEP))).toMatch(
      /^Input fail-on: growth needs to know how much is too much/
    )
    expect(readInputs('deploy', STEP).failOn).toBe('growth')
    give('max-growth', '2%')
    expect(readInputs('build', STEP)).toMatchObject({ failOn: 'growth', maxGrowth: { percent: 2 } })
  })

  it.each([
    ['', '/usual/x'],
    ['true', '/usual/x'],
    ['/mine', '/mine/x'],
    ['off', undefined]
  ])('cache: %j is the folder %s', (value, folder) => {
    give('cache', value)
    expect(cacheOf(readInputs('build', STEP), { cacheFolder: '/usual' }, 'x')).toBe(folder)
  })

  it('tell which keys the job holds, by name', () => {
    give('heroku-api-key', 'k')
    expect(openStep({ GITHUB_TOKEN: 't' }).keys).toEqual(['heroku-api-key', 'GITHUB_TOKEN'])
  })

  it('have defaults that they would take', () => {
    for (const { kind, default: otherwise } of Object.values(INPUTS))
      if (otherwise !== undefined) expect(() => kind.read(otherwise)).not.toThrow()
  })
})

describe('the terminal takes each flag that counts', () => {
  it.each<[CommandName, string, object]>([
    ['plan', '--streaming-setup', { streamingSetup: true }],
    ['plan', '--provision', { provision: true }],
    ['plan', '--build-in=host', { buildIn: 'host' }],
    ['schedule', '--dyno-size=Basic', { dynoSize: 'Basic' }],
    ['deploy', '--prune', { prune: true }],
    ['check', '--slug-limit=1GB', { slugLimit: 1e9 }]
  ])('%s %s', (command, flag, expected) => {
    expect(readInputs(command, readCommandLine([command, flag], flags).source)).toMatchObject(expected)
  })
})
