import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import tls from 'node:tls'
import { OUTSIDE } from '../../src/checks/outside/index.ts'
import { check } from '../../src/commands/check.ts'
import { type CommandTools } from '../../src/commands/command.ts'
import { namingFor } from '../../src/commands/steps/check-why.ts'
import { type InputsOf } from '../../src/inputs/index.ts'
import { type Ending } from '../../src/verdict/index.ts'
import { type DynoSpec, type LocalHeroku } from '../rig/local-heroku/index.ts'
import { actedDynos, type Act } from '../checks/acted-dyno.ts'
import { TOKEN, useGithub } from '../github/world.ts'
import { appOf, clientOf, makeSlug, NO_SIGNAL, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { StillClock } from '../helpers/still-clock.ts'
import { temp } from '../helpers/temp.ts'
import { ask } from '../local-heroku/ask.ts'

const github = useGithub()
const silent: Act = () => {}
const alive = new Set<string>()
let heroku: LocalHeroku
let clock: StillClock
const trusted = tls.getCACertificates('default')

beforeAll(async () => {
  const start = (spec: DynoSpec) => actedDynos(clock, silent, alive).start(spec)
  ;({ heroku } = await openHeroku({ host: { start } }))
  // As NODE_EXTRA_CA_CERTS does for a job.
  tls.setDefaultCACertificates([...trusted, readFileSync(heroku.caFile, 'utf8')])
  await heroku.addApp('main', { config: { SECRET_KEY_BASE: 'secret-that-nobody-may-see' } })
  await ship(appOf(clientOf(heroku), 'main'), makeSlug({ a: '' }), { web: 'web', worker: 'worker' })
  await ask(heroku, 'PATCH /apps/main/formation', { body: { updates: [{ type: 'worker', quantity: 1 }] } })
  await until(
    () => heroku.machine('main').dynos.length === 2 && heroku.machine('main').dynos.every(({ state }) => state === 'up')
  )
})
afterAll(async () => {
  await heroku.close()
  tls.setDefaultCACertificates(trusted)
})
beforeEach(() => {
  clock = new StillClock()
  heroku.faults.clear()
})

interface Told {
  readonly lines: readonly { readonly at: number; readonly text: string }[]
  readonly summary: string
  readonly ending: Ending
}

/** The whole command, its one-off dyno never says a word. The checks from outside find nothing on this machine. */
async function run(job: Partial<CommandTools['job']> = {}): Promise<Told> {
  const folder = temp()
  mkdirSync(path.join(folder, '.github'))
  const skip = OUTSIDE.map(({ name }) => name)
  writeFileSync(path.join(folder, '.github/mastodon-on-heroku.yml'), `checks: { skip: [${skip.join(', ')}] }\n`)
  const started = clock.now()
  const lines: { at: number; text: string }[] = []
  const note = (text: string): void => void lines.push({ at: clock.now() - started, text })
  let summary = ''
  const inputs = {
    app: 'main',
    path: folder,
    config: '.github/mastodon-on-heroku.yml',
    herokuApiKey: heroku.apiKey,
    herokuApiUrl: heroku.apiUrl,
    herokuDataUrl: heroku.dataUrl,
    herokuSchedulerUrl: heroku.schedulerUrl,
    githubToken: TOKEN,
    artifactName: 'slug-report',
    timeout: 3_600_000,
    plan: false
  } as unknown as InputsOf<'check'>
  const tools = {
    runtime: {
      log: {
        info: note,
        warning: note,
        error: note,
        group: (_: string, work: () => unknown) => work(),
        progress: () => {}
      },
      redact: (text: string) => text.replaceAll('secret-that-nobody-may-see', '***'),
      clock,
      signal: NO_SIGNAL,
      scratch: temp(),
      run: () => Promise.resolve({ code: 128, stdout: Buffer.alloc(0), stderr: '' })
    },
    results: {
      output: () => {},
      mask: () => {},
      summary: (text: string) => Promise.resolve(void (summary = text))
    },
    job: { repository: 'owner/fork', apiUrl: github.fake.url, serverUrl: 'https://github.com', event: {}, ...job },
    machine: { searchPath: '', proxyEnvironment: {} }
  } as unknown as CommandTools
  const ending = await clock.passUntil(check(inputs, tools))
  return { lines, summary, ending }
}

const RESULT = /^(?:ok|fail|warn|unknown|-) +[\w-]+: /

describe('the first answer', () => {
  const outage = async (during: () => Promise<void> = () => Promise.resolve()): Promise<Told> => {
    await ask(heroku, 'PATCH /apps/main', { body: { maintenance: true } })
    await during()
    return run().finally(() => ask(heroku, 'PATCH /apps/main', { body: { maintenance: false } }))
  }

  it('comes before any check has ended, and the verdict begins with the same', async () => {
    const { lines, summary, ending } = await outage()
    const first = lines.findIndex(({ text }) => text.startsWith('First look: main is down'))
    expect(lines[first]!.at).toBeLessThanOrEqual(15_000)
    expect(lines[first]!.text).toMatch(/Cause: maintenance mode is on.*`heroku maintenance:off --app main`/)
    const results = lines.filter(({ text }) => RESULT.test(text))
    expect(results.length).toBeGreaterThan(10)
    // The dyno is waited for longer than that.
    expect(Math.min(...results.map(({ at }) => at))).toBeGreaterThan(20_000)
    // What the first look has said is not said again: the ending says it, and where the rest stands.
    expect(lines.filter(({ text }) => text.includes('main is down'))).toHaveLength(1)
    expect(summary).toMatch(/^\*\*main is down since [^\n]*Cause[^\n]*maintenance mode is on/)
    expect(ending).toMatchObject({ outcome: 'found', headline: expect.stringMatching(/^main is down/) })
    expect(ending.next).toEqual([
      'Turn it off: `heroku maintenance:off --app main`.',
      'What to do about each stands in the table above.'
    ])
  })

  it.each([
    ['its config vars', 'GET', '/config-vars'],
    ['its log', 'POST', '/log-sessions'],
    ['its releases', 'GET', '/releases']
  ])('comes within 15 seconds also if Heroku does not give %s', async (_, method, where) => {
    const { lines } = await outage(() => {
      heroku.faults.add({ kind: 'hang-before', method, path: where, times: 99 })
      return Promise.resolve()
    })
    const first = lines.find(({ text }) => text.startsWith('First look: main is down'))
    expect(first?.at).toBeLessThanOrEqual(15_000)
    expect(first!.text).toContain('maintenance mode is on')
  })

  it('says so if nothing that answers at once is wrong', async () => {
    const { lines, summary } = await run()
    expect(lines.find(({ text }) => text.startsWith('First look'))!.text).toBe(
      'First look: main answers at its own address, and nothing of what Heroku told at once is wrong. The checks go on.'
    )
    expect(summary).toMatch(/^## Nightly checks of main/)
  })
})

describe('the issue', () => {
  const broken = async (job: Partial<CommandTools['job']>): Promise<string> => {
    github.fake.allow(TOKEN, { issues: 'write', contents: 'read', actions: 'read' })
    await ask(heroku, 'PATCH /apps/main/formation', { body: { updates: [{ type: 'worker', quantity: 0 }] } })
    heroku.machine('main').log.write('app[api]', 'Scaled to worker@0:Basic by user ann@example.org')
    await run({ runId: '7', ...job })
    await ask(heroku, 'PATCH /apps/main/formation', { body: { updates: [{ type: 'worker', quantity: 1 }] } })
    return github.fake.issues.all.at(-1)!.body
  }

  it('begins with it, and names nobody if the repository is not known to be private', async () => {
    const body = await broken({})
    const [first] = body.split('\n')
    expect(first).toMatch(
      /^\*\*No worker of main runs.*by a collaborator.*Cause.*worker is scaled to 0\.\*\* Run .*heroku ps&#58;scale worker=1 --app main/
    )
    expect(body).not.toMatch(/ann|example/)
  })

  it('names the author if the repository is private', async () => {
    expect(await broken({ event: { isPrivate: true } })).toMatch(/by ann@(?:&#8203;)?example\.org/)
  })
})

it('an author is named on the terminal and in a private repository alone', () => {
  expect(namingFor({ event: {} })).toBe('address')
  expect(namingFor({ runId: '1', event: {} })).toBe('nobody')
  expect(namingFor({ runId: '1', event: { isPrivate: false } })).toBe('nobody')
  expect(namingFor({ runId: '1', event: { isPrivate: true } })).toBe('address')
})
