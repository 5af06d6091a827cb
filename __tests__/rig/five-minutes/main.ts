/**
 * Follows README's five minutes on a clone of a fork of Mastodon, to the letter, against a GitHub and a Heroku on this
 * machine: `npm run five-minutes -- CLONE [--app NAME] [--buildpack NAME=FOLDER]… [--quiet]`. Each command that README and
 * `init` print is run as it stands there, by the real `git`, `npx` and `gh`; each workflow that `init` wrote is played.
 * Prints what the admin would see, and how long each step took; ends with 1 if a step fails. The clone is not touched.
 */
import { existsSync, mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { removeTree } from '../../../src/runtime/index.ts'
import { followPath, Stumble, type Step } from './path.ts'
import { has, openScene } from './scene.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    app: { type: 'string', default: 'my-mastodon' },
    buildpack: { type: 'string', multiple: true, default: [] },
    quiet: { type: 'boolean', default: false }
  }
})
const [clone] = positionals
if (clone === undefined || positionals.length > 1) {
  console.error('usage: npm run five-minutes -- CLONE [--app NAME] [--buildpack NAME=FOLDER]… [--quiet]')
  process.exit(2)
}

const wrong = whatIsWrong(clone)
if (wrong !== undefined) {
  console.error(wrong)
  process.exit(2)
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'five-minutes-'))
const steps: Step[] = []
try {
  const buildpacks = Object.fromEntries(
    values.buildpack.map(pair => pair.split(/=(.*)/s).slice(0, 2) as [string, string])
  )
  const scene = await openScene({ clone, folder, app: values.app, buildpacks })
  try {
    for (const standIn of scene.standIns) console.log(`A stand-in: ${standIn}`)
    await followPath({ scene, app: values.app, onStep: step => void (steps.push(step), tell(step)) })
  } finally {
    await scene.close()
  }
  console.log('\nAll of it went as README and init say.')
} catch (error) {
  console.error(
    `\n${error instanceof Stumble ? 'It stumbled: ' : ''}${error instanceof Error ? error.message : String(error)}`
  )
  process.exitCode = 1
} finally {
  if (steps.length > 0) tellTimes()
  await removeTree(folder)
}

function whatIsWrong(checkout: string): string | undefined {
  if (!existsSync(path.join(checkout, 'lib', 'mastodon', 'version.rb')))
    return `${checkout} is no checkout of Mastodon: it has no lib/mastodon/version.rb. Name the checkout of a clone.`
  const missing = ['git', 'gh', 'npx', 'redis-server'].filter(program => !has(program))
  if (missing.length > 0) return `Install ${missing.join(', ')} first.`
  return process.getuid?.() === 0 ? undefined : 'Run it as root: builds on the host, beside a token, need another user.'
}

function tellTimes(): void {
  console.log(`\n| step | by | seconds |\n| --- | --- | --- |`)
  for (const { name, by, took } of steps) console.log(`| \`${name}\` | ${by} | ${seconds(took)} |`)
  const sum = (whose: Step['by']): string =>
    seconds(steps.filter(({ by }) => by === whose).reduce((all, { took }) => all + took, 0))
  console.log(`\nCommands: ${sum('admin')} s. Runs, by themselves: ${sum('github')} s.`)
}

function tell({ name, took, shown }: Step): void {
  console.log(`\n=== ${name} (${seconds(took)} s)`)
  if (!values.quiet && shown.trim() !== '') console.log(shown.trimEnd().replace(/^/gm, '    '))
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1)
}
