/** Builds the sample fork with the committed action, as a job would, then deploys it to a Heroku on this machine. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { demoDeploys } from '../__tests__/rig/demo-deploys.ts'
import { runAction } from '../__tests__/rig/run-action.ts'
import { makeSampleFork } from '../__tests__/rig/sample-fork.ts'

const OUTPUT = path.join(import.meta.dirname, '..', 'demo-output')

const temp = mkdtempSync(path.join(os.tmpdir(), 'demo-'))
try {
  const fork = path.join(temp, 'fork')
  const commit = makeSampleFork(fork)
  say(
    `A sample fork of Mastodon, commit ${commit.slice(0, 12)}: with ffmpeg its slug is over its limit of 4 MB, without it is under.`
  )
  say('This is what a job prints for `command: build` with `ffmpeg: auto`:')

  const inputs = {
    command: 'build',
    path: fork,
    'build-in': 'host',
    'output-dir': OUTPUT,
    cache: path.join(temp, 'cache')
  }
  const { code, outputs, summary } = await runAction({ inputs, onOutput: chunk => void process.stdout.write(chunk) })

  say('The job summary, as Markdown:')
  console.log(summary)
  say('The outputs:')
  for (const [name, value] of Object.entries(outputs)) console.log(`${name}: ${value}`)
  say(`The files in ${path.relative(process.cwd(), OUTPUT) || '.'}:`)
  for (const file of readdirSync(OUTPUT))
    console.log(`${statSync(path.join(OUTPUT, file)).size.toLocaleString('en-US').padStart(12)} bytes  ${file}`)

  const limit = Number(outputs['slug-limit'])
  const asTold =
    code === 0 &&
    outputs['ffmpeg'] === 'without' &&
    Number(outputs['slug-size-with-ffmpeg']) > limit &&
    Number(outputs['slug-size-without-ffmpeg']) <= limit
  say(
    asTold
      ? 'One build gave both slugs; the one with ffmpeg is too large, so `auto` chose the other and said so.'
      : 'This did not go as it should.'
  )

  say('Now it is deployed, to a local Heroku with a real Postgres; a visitor asks all the time.')
  const wrong = await demoDeploys(temp, fork, say)
  say(
    wrong.length === 0
      ? 'Green was live each time, red left the site on its old code, and no request failed in an upgrade with preboot.'
      : `This did not go as it should: ${wrong.join('; ')}`
  )
  process.exitCode = asTold && wrong.length === 0 ? 0 : 1
} finally {
  rmSync(temp, { recursive: true, force: true })
}

function say(text: string): void {
  console.log(`\n=== ${text}\n`)
}
