import { readTreeFile } from '../runtime/index.ts'

/** What a Mastodon tree says of itself. */
export interface MastodonTree {
  /** `4.7.0`, `4.8.0-alpha.1`; undefined if the tree is not Mastodon's. */
  readonly version?: string
  /** What compiles the assets: vite since 4.4 (mastodon/mastodon#34450), webpack before. */
  readonly bundler: 'vite' | 'webpack'
  /** Whether a gem of Gemfile.lock runs JavaScript at run time (`execjs` raises at boot without an engine). */
  readonly rubyNeedsNode: boolean
}

export const VERSION_FILE = 'lib/mastodon/version.rb'

/** Reads lib/mastodon/version.rb, Vite's config and Gemfile.lock of a tree. */
export function readMastodon(root: string): MastodonTree {
  const gemfileLock = readTreeFile(root, 'Gemfile.lock') ?? ''
  const hasVite = ['vite.config.mts', 'vite.config.ts', 'vite.config.js'].some(
    file => readTreeFile(root, file) !== undefined
  )
  return {
    version: parseVersion(readTreeFile(root, VERSION_FILE)),
    bundler: hasVite ? 'vite' : 'webpack',
    rubyNeedsNode: /^ {4}execjs \(/m.test(gemfileLock)
  }
}

/** The version in the text of lib/mastodon/version.rb, which has a method for each part: `def major`, `def minor`, … */
export function parseVersion(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  const [major, minor, patch] = ['major', 'minor', 'patch'].map(
    name => new RegExp(`def ${name}\\s+(\\d+)\\s`).exec(file)?.[1]
  )
  if (major === undefined || minor === undefined || patch === undefined) return undefined
  const prerelease = /def default_prerelease\s+['"]([\w.-]+)['"]/.exec(file)?.[1]
  return `${major}.${minor}.${patch}${prerelease ? `-${prerelease}` : ''}`
}

/**
 * Build-time variables with which Mastodon's assets compile without secrets, as Rails boots for `assets:precompile`. Since
 * 4.3 it wants the Active Record encryption keys, or SECRET_KEY_BASE_DUMMY (mastodon/mastodon:
 * config/initializers/active_record_encryption.rb, Dockerfile). Before, it wants OTP_SECRET and SECRET_KEY_BASE (Dockerfile
 * of 4.2). They are placeholders in ENV_DIR, and reach no dyno.
 */
export function buildVariables(root: string): Record<string, string> {
  const knowsDummy = readTreeFile(root, 'config/initializers/active_record_encryption.rb') !== undefined
  if (knowsDummy) return { SECRET_KEY_BASE_DUMMY: '1' }
  return { OTP_SECRET: 'precompile_placeholder', SECRET_KEY_BASE: 'precompile_placeholder' }
}
