/** What each command is for and which inputs it reads: what `--help` tells, and which flags are taken. Their words are action.yml's. */
export interface CommandHelp {
  readonly about: string
  /** Names of inputs of action.yml. */
  readonly inputs: readonly string[]
  /** What it takes from the environment beyond keys. */
  readonly environment?: Readonly<Record<string, string>>
  /** It does less without a Heroku key, and needs none. */
  readonly keyOptional?: true
  /** It leaves a note of its slug for a rehearsal, or takes such a slug. A deploy from here builds what it sends. */
  readonly sharesSlug?: true
}

const TREE = ['path', 'config']
const BUILD = [
  'ref',
  'ffmpeg',
  'slug-limit',
  'build-in',
  'build-image',
  'run-image',
  'build-network',
  'build-timeout',
  'cache',
  'output-dir',
  'fail-on',
  'max-growth',
  'baseline',
  'artifact-name'
]
const HEROKU = ['app', 'streaming-app', 'heroku-api-key', 'timeout']
const APIS = ['heroku-api-url', 'heroku-data-url', 'heroku-scheduler-url']
const DATABASES = {
  DATABASE_URL: 'an empty Postgres on this machine, for the rehearsal alone',
  REDIS_URL: 'an empty Redis likewise'
}

/** In the order of their use. `comment` is none: it goes with the pull request of a workflow. */
export const COMMANDS: Readonly<Record<string, CommandHelp>> = {
  init: {
    about: 'Writes workflows and a config that fit this fork, and says which secrets to set.',
    inputs: ['path', 'app', 'streaming-app']
  },
  build: {
    about: 'Builds the slug, measures it with and without ffmpeg, compares it, and says whether it fits.',
    inputs: [...TREE, ...BUILD, 'app', 'streaming-app', 'github-token', 'buildpack-registry-url'],
    sharesSlug: true
  },
  rehearse: {
    about:
      'Plays the whole deploy against a Heroku on this machine: the slug boots, migrates, answers. A slug that build made of the same, into the same --output-dir, is taken.',
    inputs: [...TREE, ...BUILD, 'streaming-app', 'github-token', 'timeout', 'buildpack-registry-url'],
    environment: DATABASES,
    sharesSlug: true
  },
  plan: {
    about: 'Says what a deploy would do, and what an upgrade needs; changes nothing.',
    inputs: [...TREE, 'ref', ...HEROKU, 'staging-app', 'dyno-size', 'github-token', ...APIS],
    keyOptional: true
  },
  deploy: {
    about: 'Builds or reuses the slug, releases it, migrates, and waits until it is live.',
    inputs: [
      ...TREE,
      ...BUILD,
      ...HEROKU,
      'staging-app',
      'builder',
      'environment',
      'github-token',
      'streaming-setup',
      'provision',
      'plan',
      'dyno-size',
      ...APIS,
      'buildpack-registry-url'
    ]
  },
  migrate: {
    about: 'Runs the pending migrations of the current release in a one-off dyno.',
    inputs: [...TREE, ...HEROKU, 'phase', 'dyno-size', ...APIS]
  },
  run: {
    about: 'Runs one command in a one-off dyno: live output, its exit code. The command may also follow `--`.',
    inputs: [...TREE, ...HEROKU, 'run', 'plan', 'dyno-size', 'github-token', ...APIS]
  },
  rollback: {
    about: 'Brings the last good release’s code back, where the database is still one for it.',
    inputs: [...TREE, ...HEROKU, 'dyno-size', ...APIS]
  },
  schedule: {
    about: 'Makes the app’s scheduled tasks equal to the config’s.',
    inputs: [...TREE, ...HEROKU, 'plan', 'prune', 'github-token', ...APIS]
  },
  check: {
    about: 'Checks what may break the instance soon: limits, certificates, keys, queues, drift.',
    inputs: [...TREE, ...HEROKU, 'mastodon-token', 'github-token', 'plan', 'dyno-size', ...APIS]
  }
}

/** Inputs that are keys: they come from the environment, never from a flag, and where from. */
export const KEYS: Readonly<Record<string, { readonly variables: readonly string[]; readonly about: string }>> = {
  'heroku-api-key': {
    variables: ['HEROKU_API_KEY'],
    about: 'Heroku key; without it the one that `heroku login` left in ~/.netrc'
  },
  'github-token': { variables: ['GITHUB_TOKEN', 'GH_TOKEN'], about: 'GitHub token, such as `gh auth token` prints' },
  'mastodon-token': { variables: ['MASTODON_TOKEN'], about: 'access token of a bot account on the instance' }
}
