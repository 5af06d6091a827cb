/**
 * Ruby gems for the tests, at Mastodon's versions: `__tests__/gems/VERSION` has a Gemfile and its lock. Run as a program
 * (`npm run gems`) it has Bundler install what is not there yet: once on a machine, for every checkout.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** The versions of Mastodon whose gems there are. */
export const GEM_SETS = ['4.3', '4.7'] as const
export type GemSet = (typeof GEM_SETS)[number]

const LOCKS = path.join(import.meta.dirname, '..', '__tests__', 'gems')
/**
 * What the Gemfiles name as their source, so that no lock file depends on whose machine made it; and Bundler's setting of
 * a mirror for it (bundle-config(1)). The lock files name no Bundler either: a newer one would fetch the one that is named.
 */
const SOURCE = 'https://gems.example/'
const MIRROR = `BUNDLE_MIRROR__${SOURCE.toUpperCase().replace('.', '__')}`
/** As Bundler names the folder of a Ruby; with the platform, as some gems are compiled. */
const RUBY = 'print RbConfig::CONFIG["ruby_version"], "-", RUBY_PLATFORM; require "bundler"'
let ruby: string | null | undefined

/** Why a program cannot have these gems here, or undefined. */
export function noGems(set: GemSet): string | undefined {
  const folder = gemsFolder(set)
  if (folder === undefined) return 'Ruby or Bundler is not installed'
  return existsSync(folder) ? undefined : `Mastodon ${set}'s gems are not installed: npm run gems`
}

/** Gives an app its Gemfile and lock file. Its processes need `gemEnvironment`, or what `compileGems` leaves. */
export function writeGemfile(app: string, set: GemSet): void {
  cpSync(path.join(LOCKS, set), app, { recursive: true })
}

/** With it Bundler finds these gems, and no others of the machine, for the Gemfile of the folder it is run in. */
export function gemEnvironment(set: GemSet): Record<string, string> {
  return { BUNDLE_PATH: installed(set), BUNDLE_DEPLOYMENT: '1' }
}

/**
 * Lines of a buildpack's `bin/compile`, which tell a dyno's Bundler where these gems are. `vendored`: in the slug, where
 * heroku/ruby puts them (heroku/heroku-buildpack-ruby: lib/language_pack/ruby.rb). Thousands of files are slow to build
 * and to unpack; else they stay where they are on this machine.
 */
export function compileGems(set: GemSet, vendored: boolean): string {
  const folder = installed(set)
  return [
    'mkdir -p "$1/vendor" "$1/.profile.d"',
    ...(vendored ? [`cp -R '${folder}' "$1/vendor/bundle"`] : []),
    `echo "export BUNDLE_PATH='${vendored ? 'vendor/bundle' : folder}' BUNDLE_DEPLOYMENT=1" > "$1/.profile.d/ruby.sh"`
  ].join('\n')
}

function installed(set: GemSet): string {
  const folder = gemsFolder(set)
  if (folder === undefined) throw new Error('Ruby or Bundler is not installed')
  return folder
}

/** Where they are, or are to be; undefined if no Ruby says for which it would be. */
function gemsFolder(set: GemSet): string | undefined {
  ruby ??= askRuby()
  if (ruby === null) return undefined
  const lock = readFileSync(path.join(LOCKS, set, 'Gemfile.lock'))
  const hash = createHash('sha256').update(lock).update(ruby).digest('hex').slice(0, 16)
  return path.join(cacheFolder(), `gems-${set}-${hash}`)
}

function askRuby(): string | null {
  const { status, stdout } = spawnSync('ruby', ['-e', RUBY], { encoding: 'utf8' })
  return status === 0 ? stdout : null
}

/** Buildpacks and dynos may run as another user, who cannot go through root's home. */
function cacheFolder(): string {
  const own = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache')
  return path.join(process.getuid?.() === 0 ? '/var/cache' : own, 'mastodon-on-heroku')
}

/** Installs them beside where they are looked for, so that what is found there is whole. Throws if Bundler fails. */
async function install(set: GemSet): Promise<string> {
  const folder = installed(set)
  if (existsSync(folder)) return folder
  mkdirSync(cacheFolder(), { recursive: true })
  const part = mkdtempSync(path.join(cacheFolder(), 'installing-'))
  try {
    const source = execFileSync('ruby', ['-e', 'print Gem.sources.first.uri'], { encoding: 'utf8' })
    await bundleInstall(set, { ...gemEnvironment(set), BUNDLE_PATH: part, [MIRROR]: source })
    chmodSync(part, 0o755)
    keep(part, folder)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
  return folder
}

/** Another checkout may have been faster: then its folder stays. */
function keep(part: string, folder: string): void {
  try {
    renameSync(part, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

async function bundleInstall(set: GemSet, settings: Record<string, string>): Promise<void> {
  const env = { ...process.env, ...settings, BUNDLE_GEMFILE: path.join(LOCKS, set, 'Gemfile') }
  const child = spawn('bundle', ['install', '--quiet'], { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  if (code !== 0) throw new Error(`bundle install ended with ${code}`)
}

if (process.argv[1] === import.meta.filename) {
  for (const set of GEM_SETS) console.log(`Mastodon ${set}'s gems: ${await install(set)}`)
}
