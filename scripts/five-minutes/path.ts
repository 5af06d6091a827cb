/** README's five minutes, followed to the letter: each command that README and `init` print is run as it stands there. */
import { readFileSync } from 'node:fs'
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

const README = path.join(import.meta.dirname, '..', '..', 'README.md')
const PROGRAMS = /^(?:heroku|gh|git) /

/** README's section, and the commands in it. */
export function readReadme(): string[] {
  const text = readFileSync(README, 'utf8')
  const [, section = ''] = /^## In five minutes\n([^]*?)^## /m.exec(text) ?? []
  return [...section.matchAll(/^ *(npx .*)$|`((?:heroku|gh|git) [^`]*)`/gm)].map(
    ([, block, inline]) => block ?? inline!
  )
}

/** The commands that `init` prints, by the heading above them; what is said to be for later is left out. */
export function readAdvice(output: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let commands: string[] = []
  let later = false
  for (const line of output.split('\n')) {
    const [, heading] = /^\d+\. (.*)$/.exec(line) ?? []
    if (heading !== undefined) found.set(heading, (commands = []))
    later = heading === undefined && (later || /, later:$/.test(line))
    const command = line.replace(/^ {2}/, '')
    if (command !== line && PROGRAMS.test(command) && !later) commands.push(command)
  }
  return found
}

export async function followPath({ scene, app, onStep }: Along): Promise<void> {
  const { stage, heroku } = scene
  const typed = async (command: string): Promise<string> => {
    const started = Date.now()
    const { code, output } = await scene.type(command)
    onStep({ name: command, took: Date.now() - started, by: 'admin', shown: output })
    if (code !== 0) throw new Stumble(`\`${command}\` ended with ${code}:\n${output}`)
    return output
  }
  const run = async (file: string, event: Event, mayFail: readonly string[] = []): Promise<Played> => {
    const started = Date.now()
    const played = await play(file, stage, event)
    onStep({ name: file, took: Date.now() - started, by: 'github', shown: shownBy(played), played })
    for (const [id, { result, steps }] of Object.entries(played.jobs)) {
      const failed = steps.find(({ outcome }) => outcome === 'failure')
      if (result === 'failure' && !mayFail.includes(id))
        throw new Stumble(`${file}: ${failed?.name}\n${failed?.output}`)
    }
    return played
  }

  const readme = readReadme().map(command =>
    command.replaceAll('my-mastodon', app).replace('git switch main', `git switch ${stage.branch}`)
  )
  const [init, deploy] = [
    readme.find(command => command.startsWith('npx ')),
    readme.find(command => command.includes('git tag '))
  ]
  if (init === undefined || deploy === undefined) throw new Stumble('README names no `npx …` and no `git tag …`')
  const advice = readAdvice(await typed(init))
  const said = [...advice.values()].flat()
  for (const command of readme.filter(command => command !== init))
    if (!said.some(other => other.includes(command)))
      throw new Stumble(`README has \`${command}\`, which init does not print`)

  const register = (): void => registerWorkflows(stage)
  stage.publish()
  register()
  for (const [, commands] of [...advice].slice(0, -1))
    for (const command of commands) {
      await typed(command)
      stage.publish()
    }
  const secret = stage.github.settings.environments.get('production')?.secrets.get('HEROKU_API_KEY')
  const made = await keys(heroku)
  if (secret === undefined || made.length !== 1)
    throw new Stumble('HEROKU_API_KEY is no secret of the environment production')
  // GitHub alone could open what `gh` has sealed.
  stage.secrets = { HEROKU_API_KEY: made[0]! }

  const pull = stage.github.repository.pulls.at(-1)
  if (!pull) throw new Stumble('There is no pull request')
  const event = stage.pullRequest(pull.number, pull.head.ref)
  await run('heroku-slug-size.yml', event)
  const [comment] = stage.github.repository.comments(pull.number)
  if (!comment) throw new Stumble('The pull request has no comment')
  await run('heroku-rehearse.yml', event)

  git(stage.origin, 'update-ref', `refs/heads/${stage.branch}`, event.sha)
  stage.publish()
  register()
  await run('heroku-slug-size.yml', stage.pushOf(`refs/heads/${stage.branch}`))

  for (const command of [...advice.values()].at(-1) ?? []) {
    await typed(command)
    const dispatch = stage.github.settings.dispatches.pop()
    if (dispatch)
      await run(dispatch.file, stage.onMain('workflow_dispatch', inputsOf(stage, dispatch.file, dispatch.inputs)))
    const tag = /^git tag (\S+)/.exec(command)?.[1]
    if (tag !== undefined) await run('heroku-deploy.yml', stage.pushOf(`refs/tags/${tag}`))
  }
  const { slugId } = heroku.machine(app).current() ?? {}
  const live = heroku.machine(app).slug(slugId ?? null)?.commit
  if (live !== stage.sha(stage.branch)) throw new Stumble(`${app} runs ${live}, and not what was merged`)

  // What a check asks of the instance's own domain has no answer here.
  await run('heroku-nightly.yml', stage.onMain('schedule'), ['checks'])
  if (stage.github.issues.all.length > 1) throw new Stumble('The nightly checks opened more than one issue')
}

/** GitHub knows the workflows of the default branch; in a fork it leaves schedules off (docs.github.com: disabling a workflow). */
function registerWorkflows({ origin, branch, github }: Stage): void {
  const { workflows } = github.repository
  for (const file of git(origin, 'ls-tree', '--name-only', branch, '.github/workflows/').split('\n').filter(Boolean)) {
    if (!/\.ya?ml$/.test(file) || workflows.some(({ path }) => path === file)) continue
    const { name = file, on } = parse(git(origin, 'show', `${branch}:${file}`)) as { name?: string; on?: unknown }
    const scheduled = typeof on === 'object' && on !== null && 'schedule' in on
    workflows.push({ name, path: file, state: scheduled ? 'disabled_fork' : 'active' })
  }
}

/** As the form does: texts, and booleans where the workflow says so. */
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

async function keys({ apiUrl, apiKey }: Scene['heroku']): Promise<string[]> {
  const headers = { authorization: `Bearer ${apiKey}`, accept: 'application/vnd.heroku+json; version=3' }
  const answer = await fetch(`${apiUrl}/oauth/authorizations`, { headers })
  const all = (await answer.json()) as { access_token: { token: string } }[]
  return all.map(({ access_token }) => access_token.token).filter(token => token !== apiKey)
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
