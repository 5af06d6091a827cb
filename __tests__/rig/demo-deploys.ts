/** Deploys the sample fork to a Heroku on this machine, four commits of it, with and without preboot. */
import http from 'node:http'
import path from 'node:path'
import {
  describeVisit,
  processHost,
  startLocalHeroku,
  Visitor,
  type LocalHeroku,
  type Visit
} from './local-heroku/index.ts'
import { runCommand, systemClock } from '../../src/runtime/real.ts'
import { startPostgres, type Postgres } from './postgres.ts'
import { runAction, type ActionResult } from './run-action.ts'
import { addPostMigration, breakBoot, breakRelease, commitAll, git } from './sample-fork.ts'

const DOMAIN = 'sample.example'
/** On Heroku both versions run for about three minutes; a demo need not take that long. */
const PREBOOT_SECONDS = 10

interface Scene {
  readonly heroku: LocalHeroku
  readonly fork: string
  readonly temp: string
  readonly say: (text: string) => void
}

interface Shipped extends ActionResult {
  readonly visit: Visit
}

/** Runs all of it. Returns what did not go as it should. */
export async function demoDeploys(temp: string, fork: string, say: (text: string) => void): Promise<string[]> {
  const postgres = await startPostgres(path.join(temp, 'postgres'))
  try {
    return await deploysWith(postgres, temp, fork, say)
  } finally {
    await postgres.stop()
  }
}

async function deploysWith(
  postgres: Postgres,
  temp: string,
  fork: string,
  say: (text: string) => void
): Promise<string[]> {
  const folder = path.join(temp, 'heroku')
  const heroku = await startLocalHeroku({
    folder,
    clock: systemClock,
    host: processHost({ folder, run: runCommand, searchPath: process.env['PATH'] ?? '' }),
    times: { preboot: PREBOOT_SECONDS * 1000 }
  })
  try {
    const scene = { heroku, fork, temp, say }
    const first = git(fork, 'rev-parse', 'HEAD')
    const wrong: string[] = []
    for (const preboot of [false, true]) {
      const app = preboot ? 'sample-preboot' : 'sample'
      await postgres.createDatabase(app.replace('-', '_'))
      const config = {
        DATABASE_URL: postgres.url(app.replace('-', '_')),
        REDIS_URL: 'redis://127.0.0.1/0',
        LOCAL_DOMAIN: DOMAIN,
        ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: 'of-the-demo',
        ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: 'of-the-demo',
        ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: 'of-the-demo',
        RAILS_SERVE_STATIC_FILES: 'true'
      }
      const { webUrl } = await heroku.addApp(app, { config, preboot })
      git(fork, 'checkout', '-q', '-B', 'main', first)
      wrong.push(...(await fourDeploys(scene, app, webUrl, preboot)).map(what => `${app}: ${what}`))
    }
    return wrong
  } finally {
    await heroku.close()
  }
}

async function fourDeploys(scene: Scene, app: string, webUrl: string, preboot: boolean): Promise<string[]> {
  const { say, fork } = scene
  const how = preboot ? 'with preboot' : 'without preboot'
  const wrong: string[] = []
  const expectThat = (holds: boolean, what: string): void => void (holds || wrong.push(what))

  say(`1. The first deploy of ${app} (${how}), on an empty database. This is what the job prints:`)
  const one = await ship(scene, app, undefined, true)
  expectThat(one.code === 0 && one.outputs['healthy'] === 'true', 'the first deploy')
  const instance = await fetch(`${webUrl}health`)
  console.log(`\nAnd it is live: GET /health answers ${instance.status} ${await instance.text()}`)
  console.log(`GET /api/v2/instance answers ${await ask(webUrl, '/api/v2/instance')}`)

  say(`2. A commit with a migration before and one after the deployment, ${how}, while a visitor asks all the time:`)
  addPostMigration(fork)
  commitAll(fork, 'Notes have a content')
  const two = await ship(scene, app, webUrl)
  expectThat(two.code === 0 && two.outputs['migrations-run'] === '2', 'the upgrade')
  expectThat(!preboot || two.visit.failed === 0, `no request may fail ${how}`)
  const good = git(fork, 'rev-parse', 'HEAD')

  say(`3. A commit whose release phase fails, ${how}:`)
  breakRelease(fork)
  commitAll(fork, 'A migration that fails')
  const three = await ship(scene, app, webUrl)
  expectThat(three.code === 1 && three.visit.failed === 0, 'the failed release phase')

  say(`4. A commit that crashes on boot, ${how}:`)
  git(fork, 'checkout', '-q', '-B', 'main', good)
  breakBoot(fork)
  commitAll(fork, 'A crash on boot')
  const four = await ship(scene, app, webUrl)
  expectThat(four.code === 1 && four.outputs['rolled-back'] === 'true', 'the crash on boot')
  return wrong
}

/** One deploy through the committed action, with a visitor on the site. Prints what came of it, or all of the log. */
async function ship(
  { heroku, fork, temp }: Scene,
  app: string,
  webUrl: string | undefined,
  aloud = false
): Promise<Shipped> {
  const visitor = webUrl === undefined ? undefined : new Visitor(`${webUrl}api/v1/notes`, DOMAIN)
  const result = await runAction({
    inputs: {
      command: 'deploy',
      path: fork,
      app,
      'build-in': 'host',
      'output-dir': path.join(temp, 'deploy-output'),
      cache: path.join(temp, 'cache'),
      'heroku-api-key': heroku.apiKey,
      'heroku-api-url': heroku.apiUrl,
      'heroku-data-url': heroku.dataUrl
    },
    env: { NODE_EXTRA_CA_CERTS: heroku.caFile, GITHUB_REPOSITORY: 'you/your-fork' },
    onOutput: aloud ? chunk => void process.stdout.write(chunk) : undefined
  })
  const visit = (await visitor?.leave()) ?? { requests: 0, failed: 0, slowest: 0, down: 0, failures: [] }
  const story = result.summary.slice(result.summary.indexOf('## Deploy of'))
  console.log(`\n${result.code === 0 ? 'GREEN' : 'RED'}. The deploy's summary, as Markdown:\n\n${story}`)
  if (visitor) console.log(`The visitor: ${describeVisit(visit)}`)
  return { ...result, visit }
}

function ask(webUrl: string, route: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(new URL(route, webUrl), { headers: { host: DOMAIN } }, response => {
      let text = ''
      response.on('data', chunk => (text += String(chunk)))
      response.on('end', () => resolve(`${response.statusCode} ${text}`))
    })
    request.on('error', reject)
  })
}
