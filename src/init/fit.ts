import { DEFAULT_STACK } from '../knowledge/index.ts'
import { type Fork } from './fork.ts'

/** The action that the workflows use. */
export interface Action {
  /** `owner/name` on GitHub. */
  readonly repository: string
  /** Commit of the release. */
  readonly sha: string
  /** The release, if it is known: `0.1.0`. */
  readonly version?: string
}

/** Names of a fork's Heroku apps. */
export interface ForkApps {
  readonly app?: string
  readonly streamingApp?: string
}

/** What goes into a new config. */
export interface Start extends ForkApps {
  /** Whether GitHub runs scheduled tasks. If not, they are only proposed, in comments. */
  readonly tasks: boolean
}

/** Address of a page of `docs/` as it is in the action's release. */
export function docsLink({ repository, sha }: Action, page: string): string {
  return `https://github.com/${repository}/blob/${sha}/docs/${page}`
}

/** A workflow of `examples/` made to fit a fork: action and pages by commit, and the fork's branch. */
export function fitWorkflow(example: string, action: Action, branch: string): string {
  const { repository, sha, version } = action
  const release = version === undefined ? '' : ` # v${version}`
  return linked(example, action)
    .replace(
      /(uses: )OWNER\/mastodon-on-heroku@COMMIT(?: #.*)?$/gm,
      (_, uses: string) => `${uses}${repository}@${sha}${release}`
    )
    .replace(/branches: \[main\] # your default branch$/gm, () => `branches: [${JSON.stringify(branch)}]`)
}

function linked(example: string, action: Action): string {
  return example.replace(/(?<![\w/])docs\/([\w-]+\.md(?:#[\w-]+)?)/g, (_, page: string) => docsLink(action, page))
}

const DEFAULT_BUILDPACKS = ['heroku/nodejs', 'heroku/ruby']

/** The config of `examples/` made to fit a fork: its apps, and what its tree says about stack, buildpacks and ffmpeg. */
export function fitConfig(example: string, action: Action, fork: Fork, { app, streamingApp, tasks }: Start): string {
  const { repository, sha } = action
  const { stack, buildpacks, ffmpeg, version, hasAppJson } = fork
  const named = buildpacks.map(name => JSON.stringify(name)).join(', ')
  const keys: [from: RegExp, to: string][] = [
    [/OWNER\/mastodon-on-heroku\/COMMIT/, `${repository}/${sha}`],
    [/^app: .*$/m, app === undefined ? '#app: my-mastodon' : `app: ${app}`],
    [
      /^#streaming-app: .*$/m,
      streamingApp === undefined ? '#streaming-app: my-mastodon-live' : `streaming-app: ${streamingApp}`
    ],
    [
      /^#stack: .*$/m,
      stack === undefined
        ? `stack: ${DEFAULT_STACK} # ${proposal(hasAppJson, `heroku stack --app ${app ?? 'APP'}`)}`
        : `#stack: ${stack} # app.json’s`
    ],
    [
      /^( *)#buildpacks: .*$/m,
      named === ''
        ? `$1buildpacks: [${DEFAULT_BUILDPACKS.join(', ')}] # ${proposal(hasAppJson, `heroku buildpacks --app ${app ?? 'APP'}`)}`
        : `$1#buildpacks: [${named}] # app.json’s`
    ],
    [/^ffmpeg: auto$/m, `# Here ${ffmpegFrom(ffmpeg)}\nffmpeg: auto`],
    [/^#schedule:\n(#.*\n)+/m, schedule(fork, tasks)],
    [/^# Config of mastodon-on-heroku:.*$/m, `# Made for Mastodon ${version} by \`mastodon-on-heroku init\`.\n$&`]
  ]
  return keys.reduce(
    (text, [from, to]) => {
      if (!from.test(text)) throw new Error(`examples/mastodon-on-heroku.yml has no line like ${from.source}`)
      return text.replace(from, to)
    },
    linked(example, action)
  )
}

function proposal(hasAppJson: boolean, command: string): string {
  const why = hasAppJson ? 'app.json names none' : 'there is no app.json'
  return `a proposal, as ${why}: compare it with \`${command}\``
}

/** The key `schedule` with the tasks for this version. Without `on` it is a comment, and the example's if there are no tasks. */
export function schedule({ tasks }: Pick<Fork, 'tasks'>, on: boolean): string {
  if (tasks.length === 0 && !on) return '$&'
  const lines = [
    'schedule:',
    `  with: ${on ? 'github-actions' : 'heroku-scheduler'} # heroku-scheduler | cron-to-go | advanced-scheduler | github-actions (heroku-tasks.yml)`,
    tasks.length === 0 ? '  tasks: []' : '  tasks:',
    ...tasks.flatMap(({ command, times, why }) => [`    # ${why}`, `    - { command: ${command}, ${times} }`])
  ]
  return lines.map(line => `${on ? '' : '#'}${line}\n`).join('')
}

function ffmpegFrom(ffmpeg: string | undefined): string {
  return ffmpeg === undefined
    ? 'no buildpack says that it brings ffmpeg; with `ffmpeg: with` one is added.'
    : `${ffmpeg} brings it.`
}
