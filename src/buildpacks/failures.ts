import { stripVTControlCharacters } from 'node:util'

interface Known {
  /** What the failed program printed. The output is hostile: every repetition is bounded. */
  readonly says: RegExp
  /** What to do; `$1` stands for the first group. */
  readonly next: string
}

/** Failures that forks meet, each with the source of its text. The first match counts. */
const KNOWN: readonly Known[] = [
  {
    says: /No space left on device/,
    next: 'The disk is full: free space before this step, or use a runner with a larger disk.'
  },
  {
    // heroku/heroku-buildpack-nodejs: lib/package_managers/yarn.sh; YN0028 is of yarn 2 and later, the last text of yarn 1.
    says: /Yarn lockfile is not in sync|Outdated Yarn lockfile|YN0028|Your lockfile needs to be updated/,
    next: 'yarn.lock does not fit package.json: run `yarn install` in a checkout of the fork, and commit yarn.lock.'
  },
  {
    // heroku/heroku-buildpack-nodejs: lib/package_managers/npm.sh, lib/package_managers/pnpm.sh.
    says: /\b(npm|pnpm) lockfile is not in sync/,
    next: 'The lock file does not fit package.json: run `$1 install` in a checkout of the fork, and commit the lock file. Mastodon itself uses yarn.'
  },
  {
    // heroku/heroku-buildpack-nodejs: lib/package_manager.sh.
    says: /Multiple lockfiles (?:found|conflicting)/,
    next: 'Mastodon uses yarn: keep yarn.lock, take the other lock files out with `git rm`, and commit.'
  },
  {
    // heroku/heroku-buildpack-nodejs: lib/package_manager.sh.
    says: /JavaScript heap out of memory/,
    next: 'Node ran out of memory: set `slug.env: { NODE_OPTIONS: --max-old-space-size=4096 }` in the config, on a runner with that much.'
  },
  {
    // heroku/heroku-buildpack-nodejs: lib/failures.sh.
    says: /version `GLIBC_\d{1,2}\.\d{1,3}' not found/,
    next: 'This Node is not made for this stack: set a newer stack in the config, or an older Node in `engines` of package.json.'
  },
  {
    // heroku/heroku-buildpack-ruby: lib/language_pack/ruby.rb.
    says: /The Ruby version you are trying to install does not exist/,
    next: 'Heroku has no such Ruby for this stack: name one that it has below `RUBY VERSION` in Gemfile.lock, or take a stack for which it has this one. A new one comes some days after its release.'
  },
  {
    // bundler: lib/bundler/definition.rb.
    says: /Your Ruby [a-z]{1,20} is [^\n]{1,100}, but your Gemfile specified/,
    next: 'Gemfile.lock names a Ruby that the Gemfile does not take: with one that it takes, run `bundle update --ruby` in a checkout of the fork, and commit Gemfile.lock. Heroku installs nothing by .ruby-version.'
  },
  {
    // bundler: lib/bundler/definition.rb.
    says: /Your bundle only supports platforms/,
    next: 'Gemfile.lock is not made for Linux: run `bundle lock --add-platform x86_64-linux` in a checkout of the fork, and commit Gemfile.lock.'
  },
  {
    // bundler: lib/bundler/definition.rb; the second text is that of older versions, such as 2.3.
    says: /because frozen mode is set|trying to install in deployment mode after changing/,
    next: 'Gemfile.lock does not fit Gemfile: run `bundle install` in a checkout of the fork, and commit Gemfile.lock.'
  },
  {
    // heroku/heroku-buildpack-ruby: lib/language_pack.rb.
    says: /Gemfile\.lock required\. Please check it in/,
    next: 'Commit Gemfile.lock.'
  },
  {
    // ElMassimo/vite_ruby: lib/vite_ruby/missing_executable_error.rb; Ruby's and bash's words for a missing yarn or node.
    says: /The vite binary is not available|No such file or directory - (?:yarn|node)\b|\b(?:yarn|node): (?:command )?not found/,
    next: 'There is no Node when the assets are built: heroku/nodejs must come before heroku/ruby in the list of buildpacks.'
  },
  {
    // heroku/heroku-buildpack-nodejs: lib/failures.sh; bundler: lib/bundler/fetcher/downloader.rb; curl.
    says: /A network connection was reset|Could not reach host|Could not resolve host/,
    next: 'A server was not reached: run the job again.'
  }
]

const NAME = '([A-Z][A-Z0-9]{0,49}_[A-Z0-9_]{1,49})'

/** Texts that name a missing build-time variable. */
const MISSING: readonly RegExp[] = [
  // Ruby's ENV.fetch.
  /key not found: \\?"([A-Z][A-Z0-9_]{0,99})\\?"/,
  // mastodon/mastodon: config/initializers/active_record_encryption.rb.
  new RegExp(`these variables are set:\\s{1,20}- ${NAME}`),
  // mastodon/mastodon: config/boot.rb; gems in similar words.
  new RegExp(
    `\\b${NAME}["'\`]? (?:(?:environment |env )?variable )?(?:is not set|is not defined|is missing|is required|is unset|must be set)\\b`
  ),
  new RegExp(`\\b[Mm]issing (?:required )?env(?:ironment)?(?: variables?)?:? ["'\`]?${NAME}`)
]
/** Rails: railties/lib/rails/application.rb, `secret_key_base`. */
const NO_SECRET = /Missing `secret_key_base` for/

const WHERE = 'The full output is in the log group of this buildpack.'

/**
 * What to do about a failed compile step, by its last output. The output is hostile: only the name of a variable or of a
 * listed program is taken from it.
 */
export function nextStepAfter(output: string): string {
  const text = stripVTControlCharacters(output)
  for (const { says, next } of KNOWN) {
    const found = says.exec(text)
    if (found) return `${next.replace('$1', found[1] ?? '')} ${WHERE}`
  }
  const missing = missingVariable(text)
  return missing === undefined ? WHERE : `${missing} ${WHERE}`
}

function missingVariable(text: string): string | undefined {
  if (NO_SECRET.test(text))
    return 'The build asks for a secret that it does not need: set `slug.env: { SECRET_KEY_BASE_DUMMY: "1" }` in the config.'
  const name = MISSING.map(pattern => pattern.exec(text)?.[1]).find(found => found !== undefined)
  if (name === undefined) return undefined
  return `The build needs the variable ${name}: set it under \`slug.env\` in the config. Any value that lets it build will do; never one of the app’s secrets.`
}
