import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startPostgres, type Postgres } from '../rig/postgres.ts'
import { runAction, type ActionResult } from '../rig/run-action.ts'
import { runCli, type CliResult } from '../rig/run-cli.ts'
import { addPostMigration, breakBoot, commitAll, git, makeSampleFork } from '../rig/sample-fork.ts'
import { noRedis, startPlainRedis } from '../helpers/redis.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { lastingTemp, temp } from '../helpers/temp.ts'
import { addBuildpack, configWith } from './fork.ts'

const reason = noRedis()
let postgres: Postgres
let redis: Awaited<ReturnType<typeof startPlainRedis>> | undefined
beforeAll(async () => {
  postgres = await startPostgres(path.join(lastingTemp(), 'postgres'))
  if (reason === undefined) redis = await startPlainRedis(lastingTemp())
})
afterAll(async () => {
  await redis?.close()
  await postgres.stop()
})

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

  async rehearse(inputs: Record<string, string> = {}, env: Record<string, string> = {}): Promise<ActionResult> {
    return runAction({
      inputs: { command: 'rehearse', ...this.#inputs, ...inputs },
      env: { ...this.#env, ...env, ...(await services()) }
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
  return { DATABASE_URL: postgres.url(name), REDIS_URL: `redis://127.0.0.1:${redis!.port}/${databases % 16}` }
}

const GOOD = { code: 0, output: '' }
const good = ({ code, output }: ActionResult): unknown => ({ code, output: code === 0 ? '' : output })
const goodOnes = ({ code, stdout, stderr }: CliResult): unknown =>
  good({ code, output: stdout + stderr, outputs: {}, summary: '' })
const config = (buildpacks: string[], more?: string): string =>
  configWith(['count', ...buildpacks, 'nodejs', 'ruby'], more)
const LEAN = config([])

/** What is seen of an instance with a worker and a streaming server. */
const WHOLE = [
  /Redis knows the Sidekiq of worker\.1, which began \d+ s after the release/,
  /A post came into the home timeline, which is the work of a Sidekiq job/,
  /The post came over a WebSocket through the router/,
  /^web: \d+ MB after boot, \d+ MB after the upload; a Basic dyno has 512 MB$/m,
  /^streaming: \d+ MB after boot/m
]
const REFUSED = /An animated GIF was refused with 500, as the slug has no ffmpeg/

function edit(fork: string, name: string, from: string, to: string): void {
  const file = path.join(fork, name)
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
}

describeOrSkip('a rehearsal after a build of the same job', reason, () => {
  it.each<[string, string, RegExp[], (fork: string) => void]>([
    [
      'without a streaming app, for the stack of app.json',
      LEAN.replace('stack: heroku-24\n', ''),
      [...WHOLE, REFUSED, /The streaming server answers, from the same slug as web/],
      fork => edit(fork, 'app.json', '"heroku-24"', '"heroku-22"')
    ],
    [
      'with a streaming app, and ffmpeg',
      `streaming-app: my-live\nffmpeg: with\n${config(['activestorage-preview'])}`,
      [...WHOLE, /An animated GIF went up through the API and became an mp4/, /a GIF became a video/],
      () => {}
    ],
    [
      'without ffmpeg, as with it the slug is too large, without a worker and a way to start streaming',
      config(['activestorage-preview'], '  limit: 4MB\n'),
      [
        REFUSED,
        /not seen: .*Sidekiq \(the Procfile has no `worker`\), streaming \(no `streaming-app`, and `web` does not know RUN_STREAMING\)/
      ],
      fork => writeFileSync(path.join(fork, 'Procfile'), 'web: BIND=0.0.0.0 bundle exec puma -C config/puma.rb\n')
    ]
  ])('takes its slug, and runs no buildpack: %s', async (_, text, says, change) => {
    const job = new Job(text, change)
    const built = await job.build()
    expect(good(built)).toEqual(GOOD)
    const report = readFileSync(built.outputs['report-path']!)
    const rehearsed = await job.rehearse()
    expect(good(rehearsed)).toEqual(GOOD)
    expect(rehearsed.output).toMatch(/This job built it already: .*slug\.tgz/)
    expect(rehearsed.output).not.toMatch(/Buildpack 1 of/)
    expect(job.builds).toBe(1)
    expect(rehearsed.output).toMatch(/^Rehearsal passed: boots, .* 0 of \d+ requests failed; not seen: an upgrade/m)
    for (const line of says) expect(rehearsed.output).toMatch(line)
    // The app is gone: nothing says that it runs, or where.
    expect(`${rehearsed.output}${rehearsed.summary}`).not.toMatch(/runs commit|dashboard\.heroku\.com/)
    const { outcome, healthy, ...outputs } = rehearsed.outputs
    expect({ outcome, healthy }).toEqual({ outcome: 'done', healthy: 'true' })
    expect(Object.keys(outputs).sort()).toEqual(['ffmpeg', 'migrations-run', 'slug-size'])
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

describeOrSkip('a rehearsal of a pull request', reason, () => {
  const on = (base: string): Record<string, string> => ({ GITHUB_BASE_REF: base })

  it('runs the base branch’s code while it migrates rows, and tells the time of each migration', async () => {
    const job = new Job(LEAN)
    git(job.fork, 'checkout', '-q', '-b', 'feature')
    addPostMigration(job.fork)
    commitAll(job.fork, 'A change of two phases')
    const { code, output, summary } = await job.rehearse({}, on('main'))
    expect({ code, output: code === 0 ? '' : output }).toEqual(GOOD)
    expect(output).toMatch(
      /The schema of main \([0-9a-f]{8}\) is loaded\n[^]*\nRows in 1 of 1 table that the migrations name: notes \d/
    )
    expect(output).toMatch(
      /The code of main serves, with the gems and assets of this slug; a visitor asks it from now on/
    )
    expect(summary).toMatch(/1 migration ran in the release phase/)
    expect(summary).toMatch(/1 post-deployment migration in this upgrade/)
    expect(summary).toMatch(/20260701120000 AddContentToNotes: \d\.\d s/)
    expect(summary).toMatch(/20260702120000 DropBodyFromNotes: \d\.\d s/)
    expect(summary).toMatch(
      /A visitor, from before the release to after the last migration: \d+ requests, 0 failed, slowest/
    )
    expect(summary).toMatch(/A visitor, without preboot: \d+ requests, \d+ failed, slowest/)
    expect(summary).toMatch(/A visitor, with preboot: \d+ requests, 0 failed, slowest/)
    expect(output).toMatch(/^Rehearsal passed: boots, migrates in \d\.\d s, .* 0 of [\d,]+ requests failed$/m)
  })

  it('that mends a base which does not boot passes, with a worker', async () => {
    const job = new Job(LEAN)
    const works = readFileSync(path.join(job.fork, 'config/puma.rb'))
    breakBoot(job.fork)
    commitAll(job.fork, 'What does not boot')
    git(job.fork, 'checkout', '-q', '-b', 'feature')
    writeFileSync(path.join(job.fork, 'config/puma.rb'), works)
    commitAll(job.fork, 'A repair')
    const { code, output } = await job.rehearse({}, on('main'))
    expect({ code, output: code === 0 ? '' : output }).toEqual(GOOD)
    expect(output).toMatch(
      /^Rehearsal passed: boots, Sidekiq worked a job, .*; not seen: a visitor during the migrations \(the base branch’s code does not start in this slug\)$/m
    )
  })

  it('of other gems loads the schema alone; what does not boot did not pass, and the log says why', async () => {
    const job = new Job(LEAN)
    git(job.fork, 'checkout', '-q', '-b', 'feature')
    breakBoot(job.fork)
    writeFileSync(path.join(job.fork, '.ruby-version'), '4.0.1\n')
    commitAll(job.fork, 'A change that does not boot')
    const { code, output, outputs, summary } = await job.rehearse({}, on('main'))
    expect({ code, outcome: outputs['outcome'] }).toEqual({ code: 1, outcome: 'failed' })
    expect(output).toMatch(
      /Not seen: a visitor during the migrations, for the base branch has other gems, which this slug lacks/
    )
    expect(output).toMatch(/^::error::Rehearsal did not pass: web\.1 of the new release keeps crashing/m)
    expect(output).toMatch(/The last lines of the log of rehearsal:\n[^]*config\/puma\.rb: this version does not boot/)
    expect(`${output}${summary}`).not.toMatch(/--app rehearsal|dashboard\.heroku\.com/)
  })
})

describeOrSkip('on the terminal', reason, () => {
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
    expect(rehearsed.stdout).toMatch(/Rehearsal passed: boots, /)
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
