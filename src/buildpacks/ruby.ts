import { type Http } from '../runtime/index.ts'

/** Where heroku/ruby fetches Ruby from (heroku/heroku-buildpack-ruby: lib/language_pack/base.rb, VENDOR_URL). Undocumented. */
const VENDOR = 'https://heroku-buildpack-ruby.s3.us-east-1.amazonaws.com'
/** Stacks of one architecture: from heroku-24 on there is a folder for each (buildpacks-ruby: `is_arch_aware`). */
const WITHOUT_FOLDERS = ['heroku-20', 'heroku-22']
/** A Ruby that these stacks have. */
const KNOWN = '3.4.1'

/**
 * Whether Heroku has a Ruby (`4.0.6`) for a stack; undefined where that cannot be told. The bucket answers 403 to what is
 * not there, and to any wrong address, so a "no" counts only where another Ruby is found at the same place.
 * @param vendorUrl another place to fetch from: the buildpack takes it from BUILDPACK_VENDOR_URL
 */
export async function hasRuby(
  http: Http,
  { version, stack, vendorUrl = VENDOR }: { version: string; stack: string; vendorUrl?: string },
  signal?: AbortSignal
): Promise<boolean | undefined> {
  const folder = WITHOUT_FOLDERS.includes(stack) ? stack : `${stack}/amd64`
  const status = (ruby: string): Promise<number | undefined> =>
    http.status(`${vendorUrl.replace(/\/+$/, '')}/${folder}/ruby-${encodeURIComponent(ruby)}.tgz`, signal)
  const [wanted, known] = await Promise.all([status(version), status(KNOWN)])
  if (wanted === 200) return true
  return (wanted === 403 || wanted === 404) && known === 200 ? false : undefined
}
