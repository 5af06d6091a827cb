import { statusOf, type NetTools } from '../net/index.ts'

/** The Ruby that a Gemfile.lock names, as heroku/ruby reads it. */
export interface LockedRuby {
  /** `3.3.8`, or `4.1.0.preview1`. Without a patch level (`3.3.8p144`): heroku/ruby drops it, too. */
  readonly version: string
  /** JRuby's version, if it is JRuby. heroku/ruby takes any other engine for plain Ruby. */
  readonly jruby?: string
}

/**
 * The Ruby that heroku/ruby installs for a tree: the one below `RUBY VERSION` in Gemfile.lock. Undefined if there is none
 * that heroku/ruby can read: then it takes the Ruby in the build cache, else its default. It ignores `.ruby-version`
 * (heroku/heroku-buildpack-ruby: lib/language_pack/ruby.rb, `get_ruby_version`; lib/language_pack/helpers/gemfile_lock.rb).
 */
export function lockedRuby(gemfileLock: string): LockedRuby | undefined {
  const [, version, pre] =
    /^RUBY VERSION\r?\n {2,3}ruby (\d{1,6}\.\d{1,6}\.\d{1,6})(?:[-.]([\w.+-]{0,40}))?/m.exec(gemfileLock) ?? []
  if (version === undefined) return undefined
  const [, jruby] = /^RUBY VERSION\r?\n {2,3}ruby [^(]{1,100}\(jruby ([\d.]{1,40})\)/m.exec(gemfileLock) ?? []
  return { version: pre === undefined ? version : `${version}.${pre}`, ...(jruby !== undefined && { jruby }) }
}

/** Whether a buildpack is Heroku's own for Ruby, which fetches Heroku's own Rubies. */
export function isHerokuRuby(buildpack: string): boolean {
  return /(?:^|[/:])heroku\/(?:heroku-buildpack-)?ruby(?![\w-])/i.test(buildpack)
}

/** Whether a buildpack installs what `lockedRuby` says: heroku/ruby, or by its name a copy of it. */
export function installsLockedRuby(buildpack: string): boolean {
  return isHerokuRuby(buildpack) || /\/heroku-buildpack-ruby(?![\w-])/i.test(buildpack)
}

/** heroku/ruby fetches Ruby here (heroku/heroku-buildpack-ruby: lib/language_pack/base.rb, VENDOR_URL). Undocumented. */
const VENDOR = 'https://heroku-buildpack-ruby.s3.us-east-1.amazonaws.com'
/** Stacks with one architecture. Since heroku-24 there is a folder for each (buildpacks-ruby: `is_arch_aware`). */
const WITHOUT_FOLDERS = ['heroku-20', 'heroku-22']
/** A Ruby that every supported stack has. */
const KNOWN = '3.4.1'

/**
 * Whether Heroku has a Ruby for a stack; undefined if that is not known. The bucket answers 403 to any wrong address, so
 * a "no" counts only if another Ruby is found in the same folder.
 * @param vendorUrl where to look instead: the buildpack reads it from BUILDPACK_VENDOR_URL
 */
export async function hasRuby(
  { ruby, stack, vendorUrl = VENDOR }: { ruby: LockedRuby; stack: string; vendorUrl?: string },
  tools: NetTools
): Promise<boolean | undefined> {
  const folder = WITHOUT_FOLDERS.includes(stack) ? stack : `${stack}/amd64`
  const status = (name: string): Promise<number | undefined> =>
    statusOf(`${vendorUrl.replace(/\/+$/, '')}/${folder}/ruby-${encodeURIComponent(name)}.tgz`, tools)
  const [wanted, known] = await Promise.all([status(nameOf(ruby)), status(KNOWN)])
  if (wanted === 200) return true
  return (wanted === 403 || wanted === 404) && known === 200 ? false : undefined
}

/** The name in heroku/ruby's download (heroku/heroku-buildpack-ruby: lib/language_pack/ruby_version.rb, `version_for_download`). */
function nameOf({ version, jruby }: LockedRuby): string {
  return jruby === undefined ? version : `${version.split('.').slice(0, 3).join('.')}-jruby-${jruby}`
}
