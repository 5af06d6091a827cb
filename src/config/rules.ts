/** The form of texts in the config file, for reading it and for its JSON Schema (scripts/config-schema.ts). */

/** Heroku's Platform API schema, `app.name`. */
export const APP_NAME = /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/
export const APP_NAME_RULE = 'the name of a Heroku app (3 to 30 lower-case letters, digits and dashes)'

/** Stacks that run slugs. */
export const STACK = /^heroku-\d{2}$/
export const SHA256 = /^[0-9a-f]{64}$/i
/** Name of an environment variable. */
export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Five fields. `cronProblem` checks what they mean. */
export const CRON = /^(?:[\d*,/A-Za-z-]+ +){4}[\d*,/A-Za-z-]+$/
/** UTC. */
export const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/
/** Minute of an hour. */
export const MINUTE = /^:[0-5]\d$/
/** Name of a check. */
export const CHECK = /^[a-z0-9-]+$/
/** A branch, a little stricter than git and GitHub are. */
export const STATE = /^branch:(?!refs\/|.*(?:\.\.|\/\/|\.lock$|[./]$))[A-Za-z0-9_][\w./-]{0,99}$/
export const MOST_MINUTES = 24 * 60
/** Seconds. Checks that wait for the dyno are given up soon after (checks/dyno-watch.ts). */
export const LONGEST_START = 200

/** Variables that a build may not set, and why not. */
export const REFUSED_ENV: { names: RegExp; why: string }[] = [
  { names: /^HEROKU_API_KEY$|^(?:GITHUB|GH)_TOKEN$/, why: 'a build never gets a key or a token' },
  { names: /^(?:INPUT|GITHUB|ACTIONS|RUNNER)_/, why: 'variables of GitHub Actions are kept out of builds' },
  {
    names: /^(?:STACK|BUILD_DIR|CACHE_DIR|ENV_DIR|SOURCE_VERSION|HOME)$/,
    why: 'the action sets it itself, as Heroku does'
  },
  {
    names: /^(?:PATH|GIT_DIR|GIT_WORK_TREE|LD_PRELOAD|LD_LIBRARY_PATH|BASH_ENV)$/,
    why: 'it would change the programs that buildpacks run'
  }
]
