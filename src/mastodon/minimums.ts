import { breakpoints } from './migrations.ts'
import { readText } from './text.ts'
import { compareVersions } from './versions.ts'

/** The oldest versions of what a tree runs on; absent if neither the tree nor its version tells. */
export interface Minimums {
  /** By the README, or by the version. What the Gemfile takes is in `TreeRuby`. */
  readonly ruby?: string
  /** The oldest that `engines.node` of package.json allows. */
  readonly node?: string
  /** The oldest that the README, or the version, asks for. */
  readonly nodeWanted?: string
  readonly postgres?: string
  readonly redis?: string
  readonly libvips?: Libvips
  readonly ffmpeg?: string
}

interface Libvips {
  readonly version: string
  /** The config var that decides whether it is used: not used if it has this value, or with `not`, used only then. */
  readonly unless?: { readonly name: string; readonly value: string; readonly not: boolean }
}

/** Reads package.json, README.md, db.rake and the libvips initializer of a tree. @param version of Mastodon, for what the files do not say */
export function readMinimums(root: string, version: string | undefined): Minimums {
  const read = (file: string): string => readText(root, file)
  const readme = told(read('README.md'))
  const known = knownFor(version)
  return defined({
    ruby: readme.get('ruby') ?? known.ruby,
    node: enginesNode(read('package.json')),
    nodeWanted: readme.get('node.js') ?? known.node,
    postgres: postgresOf(read('lib/tasks/db.rake')) ?? readme.get('postgresql') ?? known.postgres,
    redis: readme.get('redis') ?? known.redis,
    libvips: libvipsOf(read('config/initializers/vips.rb'), read('config/application.rb')),
    ffmpeg: readme.get('ffmpeg') ?? known.ffmpeg
  })
}

function defined(all: { [Name in keyof Minimums]: Minimums[Name] | undefined }): Minimums {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** Reads the requirements in README.md: `- **PostgreSQL** 14+`. */
function told(readme: string): Map<string, string> {
  return new Map(
    [
      ...readme.matchAll(/^[ \t]*[-*][ \t]+\*\*(Ruby|PostgreSQL|Redis|Node\.js|FFmpeg)\*\*[ \t]+(\d+(?:\.\d+)*)\+/gim)
    ].map(([, name = '', version = '']) => [name.toLowerCase(), version])
  )
}

function enginesNode(packageJson: string): string | undefined {
  return /"engines"\s*:\s*\{[^}]{0,1000}"node"\s*:\s*"\s*(?:>=|\^|~)?\s*v?(\d+(?:\.\d+)*)/.exec(packageJson)?.[1]
}

/** `server_version_num`: 140000 is 14, 90500 is 9.5. */
function postgresOf(dbRake: string): string | undefined {
  const number =
    breakpoints(dbRake).postgres ?? Number(/\bversion\s*<\s*(\d[\d_]*)/.exec(dbRake)?.[1]?.replaceAll('_', ''))
  if (!Number.isFinite(number)) return undefined
  const major = Math.floor(number / 10_000)
  return major >= 10 ? `${major}` : `${major}.${Math.floor((number % 10_000) / 100)}`
}

/** Too old a libvips stops the boot (mastodon/mastodon: config/initializers/vips.rb). Until 4.5 config/application.rb has a switch for it. */
function libvipsOf(initializer: string, application: string): Libvips | undefined {
  const [, major, minor] = /at_least_libvips\?\(\s*(\d+)\s*,\s*(\d+)\s*\)/.exec(initializer) ?? []
  if (major === undefined || minor === undefined) return undefined
  const version = `${major}.${minor}`
  if (!/^[ \t]*if\s.*use_vips/m.test(initializer)) return { version }
  const [, name, operator, value] =
    /use_vips\s*=\s*ENV\[['"](\w+)['"]\]\s*(==|!=)\s*['"]([^'"]*)['"]/.exec(application) ?? []
  return name === undefined || value === undefined
    ? undefined
    : { version, unless: { name, value, not: operator === '==' } }
}

type Known = Pick<Minimums, 'ruby' | 'node' | 'postgres' | 'redis' | 'ffmpeg'>

/** By the release notes, for trees that do not say it themselves. The newest first. */
const KNOWN: readonly (readonly [since: string, Known])[] = [
  ['4.6.0-alpha', { ruby: '3.3', node: '22', postgres: '14', redis: '7.0', ffmpeg: '5.1' }],
  ['4.5.0-alpha', { ruby: '3.2', node: '20.19', postgres: '14', redis: '7.0' }],
  ['4.4.0-alpha', { ruby: '3.2', node: '20', postgres: '13', redis: '6.2' }],
  ['4.3.0-alpha', { ruby: '3.1', node: '18', postgres: '12', redis: '4' }],
  ['4.2.0-alpha', { ruby: '3.0', node: '16', postgres: '10', redis: '4' }]
]

function knownFor(version: string | undefined): Known {
  return (version !== undefined && KNOWN.find(([since]) => compareVersions(version, since) >= 0)?.[1]) || {}
}
