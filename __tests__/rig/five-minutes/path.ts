/** README's five minutes, followed to the letter: each command that README and `init` print is run as it stands there. */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { git } from '../sample-fork.ts'
import { play, type Played } from '../workflows/player.ts'
import { type Event, type Stage } from '../workflows/stage.ts'
import { type Scene } from './scene.ts'

/** One step as the admin sees it. */
export interface Step {
  readonly name: string
  /** Milliseconds. */
  readonly took: number
  /** By whom: commands are waited for, runs go on by themselves. */
  readonly by: 'admin' | 'github'
  readonly shown: string
  /** Of a run. */
  readonly played?: Played
}

/** What a step showed is not what the next one needs, or it failed. */
export class Stumble extends Error {}

export interface Along {
  readonly scene: Scene
  /** The app that README's words stand for. */
  readonly app: string
  /** Is told of each step when it is done. */
  onStep(this: void, step: Step): void
}

const README = path.join(import.meta.dirname, '..', '..', '..', 'README.md')
const PROGRAMS = /^(?:heroku|gh|git) /

/** README's section, and the commands in it. */
export function readReadme(): string[] {
  const text = readFileSync(README, 'utf8')
  const [, section = ''] = /^## In five minutes\n([^]*?)^## /m.exec(text) ?? []
  return [...section.matchAll(/^ *(npx .*)$|`((?:heroku|gh|git) [^`]*)`/gm)].map(
    ([, block, inline]) => block ?? inline!
  )
}

/** The commands that `init` prints, by the heading above them. */
export function readAdvice(output: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let commands: string[] = []
  for (const line of output.split('\n')) {
    const [, heading] = /^\d+\. (.*)$/.exec(line) ?? []
    if (heading !== undefined) found.set(heading, (commands = []))
    const command = line.replace(/^ {2}/, '')
    if (command !== line && PROGRAMS.test(command)) commands.push(command)
  }
  return found
}

const AFTER_MERGE = 'When it is merged'
const SOME_DAY = 'Later, if you want it'

/** Goes all of it. Rejects with a `Stumble` that says where it ended. */
export async function followPath(along: Along): Promise<void> {
  const walk = new Walk(along)
  const advice = await walk.init()
  for (const [heading, commands] of advice)
    if (heading !== AFTER_MERGE && heading !== SOME_DAY) await walk.type(commands)
  walk.storeKey()
  await walk.pullRequest()
  await walk.type(advice.get(AFTER_MERGE) ?? [])
  walk.mustBeLive()
  await walk.night()
  await walk.someDay(advice.get(SOME_DAY) ?? [])
}

class Walk {
  readonly #scene: Scene
  readonly #app: string
  readonly #onStep: Along['onStep']

  constructor({ scene, app, onStep }: Along) {
    this.#scene = scene
    this.#app = app
    this.#onStep = onStep
  }

  /** README's first command, and what it prints. All else that README names must stand there, too. */
  async init(): Promise<Map<string, string[]>> {
    const { branch } = this.#scene.stage
    const readme = readReadme().map(command =>
      command.replaceAll('my-mastodon', this.#app).replace('git switch main', `git switch ${branch}`)
    )
    const first = readme.find(command => command.startsWith('npx '))
    if (first === undefined) throw new Stumble('README names no `npx …`')
    const advice = readAdvice(await this.#typed(first))
    const said = [...advice.values()].flat()
    for (const command of readme.filter(one => one !== first))
      if (!said.some(other => other.includes(command)))
        throw new Stumble(`README has \`${command}\`, which init does not print`)
    this.#pushed()
    return advice
  }

  /** Types commands one after the other; what GitHub starts by that is played. */
  async type(commands: readonly string[]): Promise<void> {
    const { stage } = this.#scene
    for (const command of commands) {
      await this.#typed(command)
      this.#pushed()
      const dispatch = stage.github.settings.dispatches.pop()
      if (dispatch)
        await this.#run(
          dispatch.file,
          stage.onMain('workflow_dispatch', inputsOf(stage, dispatch.file, dispatch.inputs))
        )
      const tag = /^git tag (\S+)/.exec(command)?.[1]
      if (tag !== undefined) await this.#run('heroku-deploy.yml', stage.pushOf(`refs/tags/${tag}`))
    }
  }

  /** `gh` has sealed the key for GitHub, which alone could open it, and Heroku shows no key again: it is taken from the store. */
  storeKey(): void {
    const { stage, heroku } = this.#scene
    const sealed = stage.github.settings.environments.get('production')?.secrets.get('HEROKU_API_KEY')
    const [key, ...more] = heroku.madeKeys()
    if (sealed === undefined || key === undefined || more.length > 0)
      throw new Stumble('HEROKU_API_KEY is no secret of the environment production')
    stage.secrets = { HEROKU_API_KEY: key }
  }

  /** What runs on the pull request, and, when it is merged, on the branch. */
  async pullRequest(): Promise<void> {
    const { stage } = this.#scene
    const pull = stage.github.repository.pulls.at(-1)
    if (!pull) throw new Stumble('There is no pull request')
    const event = stage.pullRequest(pull.number, pull.head.ref)
    await this.#run('heroku-slug-size.yml', event)
    if (stage.github.repository.comments(pull.number).length !== 1)
      throw new Stumble('The pull request has not one comment')
    git(stage.origin, 'update-ref', `refs/heads/${stage.branch}`, event.sha)
    this.#pushed()
    await this.#run('heroku-slug-size.yml', stage.pushOf(`refs/heads/${stage.branch}`))
  }

  mustBeLive(): void {
    const { stage, heroku } = this.#scene
    const machine = heroku.machine(this.#app)
    const live = machine.slug(machine.current()?.slugId ?? null)?.commit
    if (live !== stage.sha(stage.branch)) throw new Stumble(`${this.#app} runs ${live}, and not what was merged`)
  }

  /** Checks may fail: what they ask of the instance's own domain has no answer here. Then one issue says so. */
  async night(): Promise<void> {
    const { stage } = this.#scene
    const file = 'heroku-nightly.yml'
    const state = stage.github.repository.workflows.find(workflow => workflow.path.endsWith(file))?.state
    if (state !== 'active') throw new Stumble(`GitHub does not run ${file}: it is ${state}`)
    const { jobs } = await this.#run(file, stage.onMain('schedule'), ['checks'])
    if (jobs['checks']!.result === 'failure' && stage.github.issues.all.length !== 1)
      throw new Stumble(
        `The nightly checks failed, and there is not one issue:\n${jobs['checks']!.steps.at(-1)?.output}`
      )
  }

  /** With the file that GitHub lets one download for an app, and a token for `gh`, which asks. */
  async someDay(commands: readonly string[]): Promise<void> {
    const { fork, stage } = this.#scene
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = String(privateKey.export({ type: 'pkcs1', format: 'pem' }))
    writeFileSync(path.join(fork, 'NAME.private-key.pem'), pem)
    for (const command of commands) await this.#typed(command, `${BOT_TOKEN}\n`)
    const { environments, variables } = stage.github.settings
    mustBeWhole(environments.get('heroku-upgrade')?.secrets.get('HEROKU_UPGRADE_KEY'), pem.trimEnd())
    mustBeWhole(environments.get('production')?.secrets.get('MASTODON_TOKEN'), BOT_TOKEN)
    if (!variables.has('HEROKU_UPGRADE_CLIENT_ID')) throw new Stumble('The client id of the app is no variable')
  }

  async #typed(command: string, answer?: string): Promise<string> {
    const started = Date.now()
    const { code, output } = await this.#scene.type(command, answer)
    this.#onStep({ name: command, took: Date.now() - started, by: 'admin', shown: output })
    if (code !== 0) throw new Stumble(`\`${command}\` ended with ${code}:\n${output}`)
    return output
  }

  async #run(file: string, event: Event, mayFail: readonly string[] = []): Promise<Played> {
    const started = Date.now()
    const played = await play(file, this.#scene.stage, event)
    this.#onStep({ name: file, took: Date.now() - started, by: 'github', shown: shownBy(played), played })
    for (const [id, { result, steps }] of Object.entries(played.jobs)) {
      if (result !== 'failure' || mayFail.includes(id)) continue
      const failed = steps.find(({ outcome }) => outcome === 'failure')
      throw new Stumble(`${file}: ${failed?.name}\n${failed?.output}`)
    }
    return played
  }

  /** GitHub takes note of what was pushed. */
  #pushed(): void {
    this.#scene.stage.publish()
    registerWorkflows(this.#scene.stage)
  }
}

const BOT_TOKEN = 'a-token-of-the-bot'
/** What a sealed box has more than what is in it (libsodium: crypto_box_SEALBYTES). */
const SEAL = 48

/** Only its length tells, for nobody here can open it: a key of many lines that went into a prompt would be its first. */
function mustBeWhole(sealed: string | undefined, text: string): void {
  if (Buffer.from(sealed ?? '', 'base64').length !== text.length + SEAL)
    throw new Stumble(`A secret is not the whole of what was given: ${text.split('\n')[0]}`)
}

/** GitHub knows the workflows of the default branch; in a fork it leaves schedules off (docs.github.com: disabling a workflow). */
function registerWorkflows({ origin, branch, github }: Stage): void {
  const { workflows } = github.repository
  for (const file of git(origin, 'ls-tree', '--name-only', branch, '.github/workflows/').split('\n').filter(Boolean)) {
    if (!/\.ya?ml$/.test(file) || workflows.some(workflow => workflow.path === file)) continue
    const { name = file, on } = parse(git(origin, 'show', `${branch}:${file}`)) as { name?: string; on?: unknown }
    const scheduled = typeof on === 'object' && on !== null && 'schedule' in on
    workflows.push({ name, path: file, state: scheduled ? 'disabled_fork' : 'active' })
  }
}

/** As the form does: texts, and booleans if the workflow says so. */
function inputsOf(
  { origin, branch }: Stage,
  file: string,
  given: Readonly<Record<string, string>>
): Record<string, string | boolean> {
  const { on } = parse(git(origin, 'show', `${branch}:.github/workflows/${file}`)) as {
    on: { workflow_dispatch?: { inputs?: Record<string, { type?: string; default?: unknown }> } | null }
  }
  const inputs = Object.entries(on.workflow_dispatch?.inputs ?? {})
  for (const name of Object.keys(given))
    if (!inputs.some(([known]) => known === name)) throw new Stumble(`${file} has no input ${name}`)
  return Object.fromEntries(
    inputs.map(([name, { type, default: otherwise }]) => {
      const value = given[name] ?? (typeof otherwise === 'boolean' ? String(otherwise) : '')
      return [name, type === 'boolean' ? value === 'true' : value]
    })
  )
}

/** What the run's page shows: summaries, and what failed. */
function shownBy({ jobs }: Played): string {
  return Object.entries(jobs)
    .flatMap(([id, { result, steps }]) => [
      `${id}: ${result}`,
      ...steps.flatMap(({ action, name, outcome, output }) => [
        ...(action?.summary ? [action.summary] : []),
        ...(outcome === 'failure' && !action?.summary ? [`${name}: ${output.split('\n').slice(-15).join('\n')}`] : [])
      ])
    ])
    .join('\n')
}
