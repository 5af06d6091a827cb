import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { readCommandLine } from '../../src/cli/arguments.ts'
import { flagsOf, TERMINAL_COMMANDS } from '../../src/cli/flags.ts'
import { adviceFor, ours, proposeFiles, readFork } from '../../src/init/index.ts'
import { makeSampleFork } from '../rig/sample-fork.ts'
import { run } from '../helpers/git-repo.ts'
import { hasGithubCli } from '../helpers/github-cli.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { temp } from '../helpers/temp.ts'
import {
  commandsOf,
  commandsOfExample,
  commandsOfPage,
  commandsOfSource,
  EXAMPLES,
  flagsIn,
  PAGES,
  read,
  sourceFiles,
  type Command
} from './commands.ts'
import { HEROKU, NEWER_GH } from './outside.ts'

const written = [
  ...PAGES.flatMap(commandsOfPage),
  ...EXAMPLES.flatMap(commandsOfExample),
  ...sourceFiles().flatMap(commandsOfSource)
]
const of = (program: string, among: readonly Command[] = written): Command[] =>
  among.filter(({ words }) => words[0] === program)
const told = ({ file, words }: Command): string => `${file}: ${words.join(' ')}`

/** What `init` prints, with every kind of advice. */
async function adviceCommands(): Promise<Command[]> {
  const folder = `${temp()}/fork`
  makeSampleFork(folder)
  const fork = await readFork(folder, run, process.env['PATH']!)
  const names = ['deploy', 'nightly', 'slug-size', 'slug-size-comment', 'tasks', 'upgrade'].map(
    name => `heroku-${name}.yml`
  )
  const examples = new Map([...names, 'mastodon-on-heroku.yml'].map(name => [name, read(`examples/${name}`)]))
  const action = { repository: 'a/b', sha: 'c'.repeat(40) }
  const files = proposeFiles(fork, examples, { action, tasks: true, app: 'my-app' })
  const advice = adviceFor(fork, { ours: ours(files), repository: 'me/mastodon', app: 'my-app', action })
  return advice.split('\n').flatMap(line => commandsOf(line, 'init'))
}

describe('a line', () => {
  it.each([
    [
      'NAME=x git tag "heroku 1" && git push origin heroku-1 # then',
      [
        ['git', 'tag', 'heroku 1'],
        ['git', 'push', 'origin', 'heroku-1']
      ]
    ],
    [
      `heroku authorizations:create --short | gh secret set 'A B'`,
      [
        ['heroku', 'authorizations:create', '--short'],
        ['gh', 'secret', 'set', 'A B']
      ]
    ],
    ['echo git push', []]
  ])('%s has its commands', (line, words) => {
    expect(commandsOf(line).map(command => command.words)).toEqual(words)
  })
})

describe('commands that pages, errors and `init` name', () => {
  it('are there for Heroku’s CLI, with their flags', async () => {
    const all = of('heroku', [...written, ...(await adviceCommands())])
    expect(all.length).toBeGreaterThan(150)
    const wrong = all.filter(({ words }) => {
      const flags = HEROKU[words[1] ?? '']
      return flags === undefined || flagsIn(words).some(flag => !flags.includes(flag))
    })
    expect(wrong.map(told)).toEqual([])
  })

  it('name the app, or stand for it: without `--app` they are about whatever git remote is there', async () => {
    const all = of('heroku', [...written, ...(await adviceCommands())]).filter(
      ({ words }) => HEROKU[words[1] ?? '']?.includes('app') && words[1] !== 'create'
    )
    expect(all.length).toBeGreaterThan(80)
    expect(all.filter(({ words }) => !flagsIn(words).includes('app')).map(told)).toEqual([])
  })

  it('make no key of Heroku’s without an end', async () => {
    const all = of('heroku', [...written, ...(await adviceCommands())]).filter(
      ({ words }) => words[1] === 'authorizations:create' && flagsIn(words).length > 0
    )
    expect(all.length).toBeGreaterThan(5)
    expect(all.filter(({ words }) => !flagsIn(words).includes('expires-in')).map(told)).toEqual([])
  })

  it('are there for git, with their flags', async () => {
    const all = of('git', [...written, ...(await adviceCommands())]).filter(({ words }) =>
      /^[a-z-]+$/.test(words[1] ?? '')
    )
    expect(all.length).toBeGreaterThan(8)
    for (const command of all) {
      const [, name = ''] = command.words
      const { stdout, stderr } = spawnSync('git', [name, '-h'], { encoding: 'utf8' })
      const usage = stdout + stderr
      expect(`${told(command)}: ${usage.split('\n')[0]}`).toMatch(/: usage: git /)
      for (const flag of flagsIn(command.words)) expect(usage.replaceAll('[no-]', '')).toContain(`--${flag}`)
    }
  })

  it('are there for our own program, with their flags', () => {
    const flags = new Map(TERMINAL_COMMANDS.map(name => [name, flagsOf(name)]))
    const all = of('npx').filter(({ words }) => !words.some(word => /^[A-Z|…]+$/.test(word)))
    expect(all.length).toBeGreaterThan(6)
    for (const command of all) {
      expect(told(command)).toBeTruthy()
      readCommandLine(command.words.slice(2), flags)
    }
  })
})

describeOrSkip('commands of GitHub’s CLI', hasGithubCli ? undefined : 'GitHub’s CLI gh is not installed', () => {
  it('are there, with their flags', async () => {
    const all = of('gh', [...written, ...(await adviceCommands())])
    expect(all.length).toBeGreaterThan(10)
    for (const command of all) {
      const name = command.words
        .slice(1)
        .filter(word => /^[a-z-]+$/.test(word) && !word.startsWith('-'))
        .slice(0, command.words[1] === 'api' ? 1 : 2)
      const { status, stdout } = spawnSync('gh', [...name, '--help'], { encoding: 'utf8' })
      const known = [...stdout.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, flag]) => flag!)
      const isThere = status === 0 && stdout.includes(`gh ${name.join(' ')}`)
      const allowed = isThere ? known : NEWER_GH[name.join(' ')]
      expect({
        command: told(command),
        unknown: flagsIn(command.words).filter(flag => !allowed?.includes(flag)),
        known: allowed !== undefined
      }).toEqual({
        command: told(command),
        unknown: [],
        known: true
      })
    }
  })
})
