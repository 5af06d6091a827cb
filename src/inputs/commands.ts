/** What is known of a command beside its inputs. */
interface CommandRow {
  /** What it is for, in a sentence. */
  readonly about: string
  /** If it is there; without it, in a workflow and on the terminal. */
  readonly only?: 'workflow' | 'terminal'
  /** The terminal asks for a Heroku key if it has none. */
  readonly key?: 'needed'
  /** What it takes from the environment beyond keys. */
  readonly environment?: Readonly<Record<string, string>>
  /** It leaves a note of its slug for a rehearsal, or takes such a slug. A deploy from a terminal builds what it sends. */
  readonly sharesSlug?: true
  /** The input that the words behind `--` are for, on the terminal. */
  readonly rest?: 'run'
}

/** Every command, in the order of their use. */
export const COMMANDS = {
  init: {
    about: 'Writes workflows and a config that fit this fork, and says which secrets to set.',
    only: 'terminal'
  },
  build: {
    about: 'Builds the slug, measures it with and without ffmpeg, compares it, and says whether it fits.',
    sharesSlug: true
  },
  comment: {
    about: 'Writes the size report as a comment on its pull request.',
    only: 'workflow'
  },
  rehearse: {
    about:
      'Plays the whole deploy against a Heroku on this machine: the slug boots, migrates, answers. A slug that build made of the same, into the same --output-dir, is taken.',
    environment: {
      DATABASE_URL: 'an empty Postgres on this machine, for the rehearsal alone',
      REDIS_URL: 'an empty Redis likewise'
    },
    sharesSlug: true
  },
  plan: {
    about: 'Says what a deploy would do, and what an upgrade needs; changes nothing.'
  },
  deploy: {
    about: 'Builds or reuses the slug, releases it, migrates, and waits until it is live.',
    key: 'needed'
  },
  migrate: {
    about: 'Runs the pending migrations of the current release in a one-off dyno.',
    key: 'needed'
  },
  run: {
    about: 'Runs one command in a one-off dyno: live output, its exit code. The command may also follow `--`.',
    key: 'needed',
    rest: 'run'
  },
  rollback: {
    about: 'Brings the last good release’s code back, if the database is still one for it.',
    key: 'needed'
  },
  schedule: {
    about: 'Makes the app’s scheduled tasks equal to the config’s.',
    key: 'needed'
  },
  check: {
    about: 'Checks what may break the instance soon: limits, certificates, keys, queues, drift.',
    key: 'needed'
  }
} as const satisfies Record<string, CommandRow>

/** A command of a workflow or the terminal: all but `init`, which writes the workflows. */
export type CommandName = Exclude<keyof typeof COMMANDS, 'init'>

/** Whatever reads inputs. */
export type ReaderName = keyof typeof COMMANDS

export const COMMAND_NAMES = (Object.keys(COMMANDS) as ReaderName[]).filter(name => name !== 'init')

/** The same, without the exact words. */
export function commandRow(name: ReaderName): CommandRow {
  return COMMANDS[name]
}
