import picomatch from 'picomatch'
import { displayPath, UserError, type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'
import { withScripts, wordsOf } from './scripts.ts'

/**
 * Tells whether any of the globs matches a path. A glob counts from the top folder. `docs`, `docs/`, `/docs` and `docs/**`
 * are the folder and everything in it. `**` crosses folders. `*` matches a leading dot, too.
 */
export function globMatcher(globs: readonly string[]): (path: BytePath) => boolean {
  const matches = picomatch(globs.flatMap(withFolder), { dot: true, nonegate: true })
  return path => matches(Buffer.from(path, 'latin1').toString('utf8'))
}

function withFolder(glob: string): string[] {
  const name = glob.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
  return [name, `${name}/**`]
}

/** The globs that match no file of a tree. */
export function unmatchedGlobs(globs: readonly string[], files: readonly SlugFile[]): string[] {
  return globs.filter(glob => {
    const matches = globMatcher([glob])
    return !files.some(({ path }) => matches(path))
  })
}

/** What every dyno of a Rails app needs to boot, whatever its command (Bundler, Rails: config/environment.rb). */
const BOOTS_WITH = ['Gemfile', 'Gemfile.lock', 'config.ru', 'Rakefile', 'ruby', 'bundle', 'rails'].concat(
  ['boot', 'application', 'environment'].map(name => `config/${name}.rb`)
)

/**
 * Throws a `UserError` if the globs take away what a process type needs to start: files and programs of its command, files
 * that its scripts name, what Rails boots with, or all scripts that set the PATH.
 */
export function requirePrograms(
  globs: readonly string[],
  files: readonly SlugFile[],
  processTypes: Readonly<Record<string, string>>
): void {
  if (globs.length === 0) return
  const isGone = globMatcher(globs)
  const placesOf = placesIn(files)
  const require = (places: readonly BytePath[], who: string): void => {
    const [place] = places
    if (place === undefined || !places.every(isGone)) return
    const glob = globs.find(one => globMatcher([one])(place))
    throw new UserError(
      `slug.trim: ${JSON.stringify(glob)} takes away ${displayPath(place)}, which ${who}`,
      'Take that glob out of `slug.trim` in the config, or make it narrower.'
    )
  }
  const byPath = new Map<string, SlugFile>(files.map(file => [file.path, file]))
  for (const [type, command] of Object.entries(processTypes)) {
    const inScripts = [...wordsOf(withScripts(command, byPath))].filter(word => /[^.]\//.test(word))
    for (const word of [...wordsOf(command), ...inScripts])
      require(placesOf(word), `the process type ${type} needs (\`${command.slice(0, 200)}\`)`)
  }
  for (const name of BOOTS_WITH) require(placesOf(name), 'every dyno boots with')
  const sourced = files.filter(({ path }) => /^\.profile\.d\/[^/]+\.sh$/.test(path)).map(({ path }) => path)
  require(sourced, 'every dyno has its PATH from')
}

/**
 * The same before the build, so that nobody waits for it in vain. It looks only at what the process types name by path and
 * at what Rails boots with; buildpacks bring the other programs.
 */
export function requireCommitted(
  globs: readonly string[],
  files: readonly SlugFile[],
  processTypes: Readonly<Record<string, string>>
): void {
  const named = new Set([
    ...BOOTS_WITH,
    ...Object.values(processTypes).flatMap(command => [...wordsOf(command)].map(word => word.replace(/^\.\//, '')))
  ])
  requirePrograms(
    globs,
    files.filter(({ path }) => named.has(path)),
    processTypes
  )
}

/** Finds what a word of a command means: a path of the app, or a program of that name in a `bin` folder. */
function placesIn(files: readonly SlugFile[]): (word: string) => readonly BytePath[] {
  const places = new Map<string, BytePath[]>()
  const add = (name: string, path: BytePath): void => {
    const known = places.get(name)
    if (known) known.push(path)
    else places.set(name, [path])
  }
  for (const { path, kind, mode } of files) {
    add(path, path)
    const [, name] = /(?:^|\/)bin\/([^/]+)$/.exec(path) ?? []
    if (name !== undefined && (kind === 'symlink' || (kind === 'file' && (mode & 0o111) !== 0))) add(name, path)
  }
  return word => places.get(word.replace(/^\.\//, '')) ?? []
}
