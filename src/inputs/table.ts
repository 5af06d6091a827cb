import { FFMPEG } from '../config/index.ts'
import { COMMAND_NAMES, type ReaderName } from './commands.ts'
import {
  amount,
  appName,
  file,
  fileOfTree,
  fileOrNone,
  flag,
  folderOrOff,
  limit,
  minutes,
  oneOf,
  releaseVersion,
  text,
  url
} from './kinds.ts'
import type { Kind } from './kinds.ts'

/** One input of the action, and flag of the terminal. */
export interface InputRow {
  readonly kind: Kind<unknown>
  /** Commands that read it; it has no effect with others. */
  readonly readBy: readonly ReaderName[]
  /** What it counts as if it is not given: a text, as a person would write it. */
  readonly default?: string
  /** What it is, in a sentence; its default follows by itself. */
  readonly about: string
  /** It is a key: it is never shown, and the terminal takes it from the environment alone. */
  readonly secret?: {
    readonly variables: readonly string[]
    /** The sentence on the terminal. */
    readonly about: string
    /** Commands for which the terminal does not look it up; without it none. */
    readonly onlyInWorkflow?: readonly ReaderName[]
  }
}

/** Build a slug of a commit here. */
const BUILDS = ['build', 'rehearse', 'deploy'] as const
const READ_CONFIG = [
  'build',
  'comment',
  'rehearse',
  'plan',
  'deploy',
  'migrate',
  'run',
  'rollback',
  'schedule',
  'check'
] as const
/** Talk to Heroku of an app. */
const ASK_HEROKU = ['plan', 'deploy', 'migrate', 'run', 'rollback', 'schedule', 'check'] as const
const HAVE_STREAMING = ['build', 'rehearse', 'plan', 'deploy', 'migrate', 'rollback', 'check'] as const

const WHAT = {
  command: {
    kind: oneOf('COMMAND', COMMAND_NAMES),
    readBy: [],
    default: 'deploy',
    about: `What to do: ${COMMAND_NAMES.slice(0, -1).join(', ')} or ${COMMAND_NAMES.at(-1)!}.`
  },
  config: {
    kind: fileOfTree,
    readBy: READ_CONFIG,
    default: '.github/mastodon-on-heroku.yml',
    about: 'Path of the config file in the checkout; it may be absent.'
  },
  path: {
    kind: file,
    readBy: ['init', ...READ_CONFIG],
    default: '.',
    about: "The fork's checkout."
  },
  ref: {
    kind: text('REF'),
    readBy: [...BUILDS, 'plan'],
    about: 'The commit to build: a tag (annotated ones are peeled), a branch or a SHA. Default: the checked-out commit.'
  },
  app: {
    kind: appName,
    readBy: ['init', 'build', 'comment', ...ASK_HEROKU],
    about: 'The Heroku app that runs web and worker.'
  },
  'streaming-app': {
    kind: appName,
    readBy: ['init', ...HAVE_STREAMING],
    about:
      'A second Heroku app that runs the streaming server, if there is one. It gets a slug of its own, of the same commit.'
  },
  'staging-app': {
    kind: appName,
    readBy: ['deploy'],
    about:
      'An app whose slugs are used again. With `builder: heroku` slugs are built and tried there before production gets them.'
  },
  environment: {
    kind: text('ENVIRONMENT'),
    readBy: ['deploy'],
    default: 'production',
    about: 'Name of the GitHub environment of a deployment.'
  }
} as const satisfies Record<string, InputRow>

const KEYS = {
  'heroku-api-key': {
    kind: text('KEY'),
    readBy: ['build', 'comment', ...ASK_HEROKU],
    about: 'Heroku key, best one of `heroku authorizations:create`. Not needed by build and rehearse.',
    secret: {
      variables: ['HEROKU_API_KEY'],
      about: 'Heroku key: HEROKU_API_KEY=$(heroku auth:token), or one made for this; without it that of ~/.netrc',
      onlyInWorkflow: ['build']
    }
  },
  'github-token': {
    kind: text('TOKEN'),
    readBy: ['build', 'comment', 'deploy', 'run', 'schedule', 'check'],
    about:
      'GitHub token: of a deploy for its deployment (`deployments: write`), of a comment (`pull-requests: write`), of both a comment and a build for the report to compare with (`actions: read`, `contents: read`), of run for the record of scheduled tasks (`contents: write`), of check for its issue (`issues: write`) and what GitHub knows (`actions: read`, `contents: read`). A build on the host without root refuses to run beside it.',
    secret: {
      variables: ['GITHUB_TOKEN', 'GH_TOKEN'],
      about: 'GitHub token, such as `gh auth token` prints'
    }
  },
  'mastodon-token': {
    kind: text('TOKEN'),
    readBy: ['check'],
    about: 'Access token of a bot account, for the checks that need one.',
    secret: { variables: ['MASTODON_TOKEN'], about: 'access token of a bot account on the instance' }
  }
} as const satisfies Record<string, InputRow>

const BUILD = {
  builder: {
    kind: oneOf('BUILDER', ['runner', 'heroku']),
    readBy: ['deploy'],
    default: 'runner',
    about:
      "runner, or heroku for Heroku's own Build API: then the size is known after the build alone, and trimming is not possible."
  },
  ffmpeg: {
    kind: oneOf('FFMPEG', FFMPEG),
    readBy: [...BUILDS, 'check'],
    about:
      'with (fail if it does not fit), without, or auto (with it if it fits, else without, loudly). Default: the config, else auto.'
  },
  'slug-limit': {
    kind: limit,
    readBy: [...BUILDS, 'comment', 'check'],
    about: 'Largest compressed slug, such as 300MB, 286MiB or 1GB. Default: the config, else 300MB.'
  },
  'build-in': {
    kind: oneOf('PLACE', ['container', 'host']),
    readBy: [...BUILDS, 'plan'],
    about:
      "container (Docker with Heroku's build image) or host (here). Default: host if the job runs in an image of Heroku's, else container."
  },
  'build-image': {
    kind: text('IMAGE'),
    readBy: BUILDS,
    about: 'Image for the build. Default: heroku/heroku:NN-build of the stack.'
  },
  'run-image': {
    kind: text('IMAGE'),
    readBy: BUILDS,
    about: 'Image in which ffmpeg is tried as on a dyno. Default: heroku/heroku:NN of the stack.'
  },
  'build-network': {
    kind: text('NETWORK'),
    readBy: BUILDS,
    default: 'bridge',
    about: 'Docker network of the build, such as bridge, host or none.'
  },
  'build-timeout': {
    kind: minutes,
    readBy: BUILDS,
    default: '60',
    about: 'Minutes that the buildpacks may take together.'
  },
  cache: {
    kind: folderOrOff,
    readBy: BUILDS,
    about:
      "Folder kept between builds (buildpacks, CACHE_DIR, packed blocks), or off. Default: mastodon-on-heroku in the runner's tool cache, else in ~/.cache."
  },
  'output-dir': {
    kind: file,
    readBy: [...BUILDS, 'comment', 'plan'],
    default: 'slug-report',
    about: 'Where the slug and the report are written.'
  },
  'fail-on': {
    kind: oneOf('RULE', ['limit', 'growth', 'never']),
    readBy: BUILDS,
    default: 'limit',
    about:
      'What makes build fail: limit, growth (the limit, and on pull requests more than max-growth) or never (only an ffmpeg that does not work). A deploy never sends a slug over the limit. The files and outputs are written in any case.'
  },
  'max-growth': {
    kind: amount,
    readBy: ['build', 'comment'],
    about: 'Growth against the baseline that is still accepted: 5MB, 2%. The report marks what has grown by more.'
  }
} as const satisfies Record<string, InputRow>

const REPORT = {
  report: {
    kind: file,
    readBy: ['comment', 'check'],
    about:
      'The report.json that comment tells, and check compares. Default: the one in output-dir; in a `workflow_run` job that of the artifact of the run which started it.'
  },
  baseline: {
    kind: fileOrNone,
    readBy: ['build', 'comment'],
    about:
      "Path of the report.json to compare with, or none. Default: the report of the base commit, or of its nearest ancestor that has one, among the repository's artifacts."
  },
  'artifact-name': {
    kind: text('NAME'),
    readBy: ['build', 'comment', 'check'],
    default: 'slug-report',
    about: 'Name of the artifacts that carry reports, as the workflow gives it to actions/upload-artifact.'
  },
  'comment-threshold': {
    kind: amount,
    readBy: ['comment'],
    default: '10KB',
    about: 'Change in size (100KB, 1%) below which no new comment is made; one that is there is always updated.'
  }
} as const satisfies Record<string, InputRow>

const DEPLOY = {
  provision: {
    kind: flag,
    readBy: ['plan', 'deploy'],
    default: 'false',
    about:
      'Whether deploy may buy, make and set what the app lacks (add-ons, secrets, config vars, domain, dynos, streaming app); what is there stays: docs/from-zero.md of mastodon-on-heroku.'
  },
  'streaming-setup': {
    kind: flag,
    readBy: ['plan', 'deploy'],
    default: 'false',
    about:
      'Whether deploy may set the config vars and attachments that the streaming app needs; without it, it says which.'
  },
  plan: {
    kind: flag,
    readBy: ['plan', 'deploy', 'schedule', 'run', 'check'],
    default: 'false',
    about: 'Show what deploy, schedule or run would change, and change nothing; check leaves its issue as it is.'
  },
  to: {
    kind: releaseVersion,
    readBy: ['rollback'],
    about:
      'Release to go back to, such as v17. Default: the last good one; a rollback that was begun is finished, and goes no further.'
  },
  phase: {
    kind: oneOf('PHASE', ['pre', 'post', 'all']),
    readBy: ['migrate'],
    default: 'all',
    about: 'Migrations that migrate runs: pre (what may run before the code serves), post (needs those before) or all.'
  },
  run: {
    kind: text('COMMAND'),
    readBy: ['run'],
    about:
      "Command for the one-off dyno of run; its exit code is the job's. Without it run takes the tasks of the config that are due (`schedule.with: github-actions`)."
  },
  'dyno-size': {
    kind: text('SIZE'),
    readBy: ['plan', 'deploy', 'migrate', 'run', 'rollback', 'schedule', 'check'],
    about: "Size of one-off dynos, such as Standard-1X. Default: the app's."
  },
  timeout: {
    kind: minutes,
    readBy: ['rehearse', ...ASK_HEROKU],
    default: '60',
    about: 'Minutes that a command may wait for Heroku at one place: an answer, a release phase, dynos, a one-off dyno.'
  },
  prune: {
    kind: flag,
    readBy: ['plan', 'deploy', 'schedule'],
    default: 'false',
    about: 'Whether schedule removes also tasks that neither the config knows nor this action made.'
  }
} as const satisfies Record<string, InputRow>

const APIS = {
  'heroku-api-url': {
    kind: url,
    readBy: ['build', 'comment', ...ASK_HEROKU],
    default: 'https://api.heroku.com',
    about: "Heroku's Platform API: https, or http on loopback."
  },
  // heroku/cli: `HEROKU_DATA_HOST`; undocumented.
  'heroku-data-url': {
    kind: url,
    readBy: ['plan', 'deploy', 'check'],
    default: 'https://api.data.heroku.com',
    about: "Heroku's API for Postgres and Redis: https, or http on loopback."
  },
  'heroku-scheduler-url': {
    kind: url,
    readBy: ['plan', 'deploy', 'schedule', 'check'],
    about:
      'Stands for the API of whichever scheduler has the tasks: https, or http on loopback. Default: its own: https://particleboard.heroku.com, https://api.crontogo.com or https://api.advancedscheduler.io'
  },
  'buildpack-registry-url': {
    kind: url,
    readBy: BUILDS,
    default: 'https://buildpack-registry.heroku.com',
    about: "Heroku's buildpack registry: https, or http on loopback."
  }
} as const satisfies Record<string, InputRow>

/** The inputs under what they are for, as action.yml and README show them. */
export const INPUT_GROUPS: Readonly<Record<string, Readonly<Record<string, InputRow>>>> = {
  'What to do': WHAT,
  Keys: KEYS,
  Build: BUILD,
  Report: REPORT,
  Deploy: DEPLOY,
  'For tests and proxies': APIS
}

const ROWS = { ...WHAT, ...KEYS, ...BUILD, ...REPORT, ...DEPLOY, ...APIS }
type Rows = typeof ROWS
export type InputName = keyof Rows

/** Every input by its name: the one place that says what they are. */
export const INPUTS: Readonly<Record<InputName, InputRow>> = ROWS
export const INPUT_NAMES = Object.keys(ROWS) as InputName[]

/** `slug-limit` as code calls it: `slugLimit`. */
type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Name

type ValueOf<Row> = Row extends { kind: Kind<infer Value> }
  ? Row extends { default: string }
    ? Value
    : Value | undefined
  : never

/** The values of all inputs; undefined if one is not given and has no default. */
export type Inputs = { readonly [Name in InputName as Camel<Name>]: ValueOf<Rows[Name]> }

/** The values of some inputs: what a function reads. */
export type Slice<Name extends keyof Inputs> = Pick<Inputs, Name>

/** Names of the inputs that a command reads. */
type NamesOf<Reader extends ReaderName> = {
  [Name in InputName]: Reader extends Rows[Name]['readBy'][number] ? Name : never
}[InputName]

/** The inputs of a command, and no others. */
export type InputsOf<Reader extends ReaderName> = Slice<Camel<NamesOf<Reader>>>

/** Names of the inputs that a command reads, in the order of the table. */
export function inputsReadBy(reader: ReaderName): InputName[] {
  return INPUT_NAMES.filter(name => INPUTS[name].readBy.includes(reader))
}
