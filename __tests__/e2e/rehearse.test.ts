import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startPostgres, type Postgres } from '../rig/postgres.ts'
import { runAction, type ActionResult } from '../rig/run-action.ts'
import { runCli, type CliResult } from '../rig/run-cli.ts'
import { commitAll, makeSampleFork } from '../rig/sample-fork.ts'
import { lastingTemp, temp } from '../helpers/temp.ts'
import { addBuildpack, configWith } from './fork.ts'

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres(path.join(lastingTemp(), 'postgres'))
})
afterAll(() => postgres.stop())

let databases = 0

/** A fork whose first buildpack counts how often it is run, and the steps of one job on it. */
class Job {
  readonly fork: string
  readonly output: string
  readonly temp: string
  readonly #runs: string

  constructor(config: string, change: (folder: string) => void = () => {}) {
    const folder = temp()
    chmodSync(folder, 0o755)
    this.fork = path.join(folder, 'fork')
    this.output = path.join(folder, 'out')
    this.temp = path.join(folder, 'temp')
    this.#runs = path.join(folder, 'runs')
    mkdirSync(this.temp)
    writeFileSync(this.#runs, '')
    chmodSync(this.#runs, 0o666) // a build on the host has a user of its own
    makeSampleFork(this.fork, fork => {
      addBuildpack(fork, 'count', `echo run >> '${this.#runs}'`)
      writeFileSync(path.join(fork, '.github', 'mastodon-on-heroku.yml'), config)
      change(fork)
    })
  }

  get builds(): number {
    return readFileSync(this.#runs, 'utf8').split('\n').length - 1
  }

  build(inputs: Record<string, string> = {}): Promise<ActionResult> {
    return runAction({ inputs: { command: 'build', ...this.#inputs, ...inputs }, env: this.#env })
  }

  async rehearse(inputs: Record<string, string> = {}): Promise<ActionResult> {
    return runAction({
      inputs: { command: 'rehearse', ...this.#inputs, ...inputs },
      env: { ...this.#env, ...(await services()) }
    })
  }

  /** `build` or `rehearse` on a terminal, whose user has this home. */
  async cli(command: string, home: string, inputs: Record<string, string> = {}): Promise<CliResult> {
    const flags = Object.entries({ ...this.#inputs, ...inputs }).flatMap(([name, value]) => [`--${name}`, value])
    const env = { HOME: home, ...(command === 'rehearse' ? await services() : {}) }
    return runCli({ args: [command, ...flags], env })
  }

  get #inputs(): Record<string, string> {
    return { path: this.fork, 'build-in': 'host', 'output-dir': this.output, cache: 'off' }
  }

  get #env(): Record<string, string> {
    return { GITHUB_REPOSITORY: 'me/fork', RUNNER_TEMP: this.temp }
  }
}

async function services(): Promise<Record<string, string>> {
  const name = `rehearsal_${++databases}`
  await postgres.createDatabase(name)
  return { DATABASE_URL: postgres.url(name), REDIS_URL: 'redis://127.0.0.1/0' }
}

const GOOD = { code: 0, output: '' }
const good = ({ code, output }: ActionResult): unknown => ({ code, output: code === 0 ? '' : output })
const goodOnes = ({ code, stdout, stderr }: CliResult): unknown =>
  good({ code, output: stdout + stderr, outputs: {}, summary: '' })
const config = (buildpacks: string[], more?: string): string =>
  configWith(['count', ...buildpacks, 'nodejs', 'ruby'], more)
const LEAN = config([])

describe('a rehearsal after a build of the same job', () => {
  it.each([
    ['without a streaming app, for the stack of app.json', LEAN.replace('stack: heroku-24\n', ''), 'heroku-22'],
    ['with a streaming app, and ffmpeg', `streaming-app: my-live\nffmpeg: with\n${config(['activestorage-preview'])}`],
    ['without ffmpeg, as with it the slug is too large', config(['activestorage-preview'], '  limit: 4MB\n')]
  ])('takes its slug, and runs no buildpack: %s', async (_, text, stack = 'heroku-24') => {
    const job = new Job(text, fork => {
      const file = path.join(fork, 'app.json')
      writeFileSync(file, readFileSync(file, 'utf8').replace('"heroku-24"', JSON.stringify(stack)))
    })
    const built = await job.build()
    expect(good(built)).toEqual(GOOD)
    const report = readFileSync(built.outputs['report-path']!)
    const rehearsed = await job.rehearse()
    expect(good(rehearsed)).toEqual(GOOD)
    expect(rehearsed.output).toMatch(/This job built it already: .*slug\.tgz/)
    expect(rehearsed.output).not.toMatch(/Buildpack 1 of/)
    expect(job.builds).toBe(1)
    expect(rehearsed.output).toMatch(/Live: rehearsal runs commit/)
    expect(readFileSync(built.outputs['report-path']!).equals(report)).toBe(true)
  })

  it('builds another commit, or another config, again, and says what differs', async () => {
    const job = new Job(LEAN)
    expect(good(await job.build())).toEqual(GOOD)
    writeFileSync(path.join(job.fork, 'CHANGED'), '')
    commitAll(job.fork, 'A change')
    const rehearsed = await job.rehearse({ ffmpeg: 'without' })
    expect(good(rehearsed)).toEqual(GOOD)
    expect(rehearsed.output).toMatch(
      /What this job’s build made is of something else \(the commit, `ffmpeg`, the files that this action adds\), so the slug is built now/
    )
    expect(job.builds).toBe(2)
    // What a rehearsal built is there for the next one, too.
    const again = await job.rehearse({ ffmpeg: 'without' })
    expect(good(again)).toEqual(GOOD)
    expect(again.output).toMatch(/This job built it already/)
    expect(job.builds).toBe(2)
  })

  it('refuses a slug over the limit without building it again, whether the build let it pass or not', async () => {
    const job = new Job(LEAN)
    for (const [failOn, code, builds] of [
      ['limit', 1, 1],
      ['never', 0, 2]
    ] as const) {
      const inputs = { 'slug-limit': '1KB', 'fail-on': failOn }
      expect((await job.build(inputs)).code).toBe(code)
      const rehearsed = await job.rehearse(inputs)
      expect(rehearsed).toMatchObject({
        code: 1,
        output: expect.stringMatching(/::error::The slug is over its limit: /)
      })
      expect(rehearsed.output).toMatch(/This job built it already/)
      expect(job.builds).toBe(builds)
    }
  })
})

describe('on the terminal', () => {
  const notes = (home: string): string => path.join(home, '.local', 'state', 'mastodon-on-heroku')

  it('a rehearsal takes the slug of a build into the same folder, and only that', async () => {
    const job = new Job(LEAN)
    const home = temp()
    expect(goodOnes(await job.cli('build', home))).toEqual(GOOD)
    const [note, ...more] = readdirSync(notes(home))
    expect(more).toEqual([])
    expect(statSync(path.join(notes(home), note!)).mode & 0o777).toBe(0o600)
    const rehearsed = await job.cli('rehearse', home)
    expect(goodOnes(rehearsed)).toEqual(GOOD)
    expect(rehearsed.stdout).toContain(`The last build into ${job.output} built it already: ${job.output}/slug.tgz`)
    expect(rehearsed.stdout).toMatch(/Live: rehearsal runs commit/)
    expect(job.builds).toBe(1)

    // A commit may bring a slug, and a note about it, but none into the folder of the user.
    const committed = path.join(job.fork, 'slug-report')
    mkdirSync(committed)
    for (const file of ['slug.tgz', 'report.json'])
      copyFileSync(path.join(job.output, file), path.join(committed, file))
    copyFileSync(path.join(notes(home), note!), path.join(committed, note!))
    const hostile = await job.cli('rehearse', home, { 'output-dir': committed })
    expect(goodOnes(hostile)).toEqual(GOOD)
    expect(hostile.stdout).toContain(`Nothing is known of a build into ${committed}, so the slug is built now`)
    expect(job.builds).toBe(2)
  })
})
