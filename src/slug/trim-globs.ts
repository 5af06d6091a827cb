import picomatch from 'picomatch'
import { displayPath, UserError, type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'

/**
 * What globs match. A glob counts from the top folder; `docs`, `docs/`, `/docs` and `docs/**` are the folder with all in
 * it; `**` crosses folders; a leading dot needs no mention.
 */
export function globMatcher(globs: readonly string[]): (path: BytePath) => boolean {
  const matches = picomatch(globs.flatMap(withFolder), { dot: true, nonegate: true })
  return path => matches(Buffer.from(path, 'latin1').toString('utf8'))
}

function withFolder(glob: string): string[] {
  const name = glob.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
  return [name, `${name}/**`]
}

/** Globs that match nothing of a tree, in their order. */
export function unmatchedGlobs(globs: readonly string[], files: readonly SlugFile[]): string[] {
  return globs.filter(glob => {
    const matches = globMatcher([glob])
    return !files.some(({ path }) => matches(path))
  })
}

/** Throws a `UserError` if the globs take away what a process type is started with. */
export function requirePrograms(
  globs: readonly string[],
  files: readonly SlugFile[],
  processTypes: Readonly<Record<string, string>>
): void {
  if (globs.length === 0) return
  const isGone = globMatcher(globs)
  for (const [type, command] of Object.entries(processTypes)) {
    for (const word of wordsOf(command)) {
      const places = placesOf(word, files)
      if (places.length === 0 || !places.every(isGone)) continue
      const glob = globs.find(one => globMatcher([one])(places[0]!))
      throw new UserError(
        `slug.trim: ${JSON.stringify(glob)} takes away ${displayPath(places[0]!)}, which the process type ${type} needs (\`${command.slice(0, 200)}\`)`,
        'Take that glob out of `slug.trim` in the config, or make it narrower.'
      )
    }
  }
}

/**
 * The same for a tree that is not built yet, so that nobody waits for the build: of what the process types name by its
 * path alone, since buildpacks bring the other programs.
 */
export function requireCommitted(
  globs: readonly string[],
  files: readonly SlugFile[],
  processTypes: Readonly<Record<string, string>>
): void {
  const named = new Set(Object.values(processTypes).flatMap(wordsOf))
  requirePrograms(
    globs,
    files.filter(({ path }) => named.has(path)),
    processTypes
  )
}

/** Words of a command that may be paths or names of programs. */
function wordsOf(command: string): string[] {
  const words = command.split(/[\s;&|()"'\x60]+/).map(word => word.replace(/^\.\//, ''))
  return [...new Set(words)].filter(word => word !== '' && !word.startsWith('-'))
}

/** Where a word of a command leads: to a path of the app, or to a program of that name in a `bin` folder. */
function placesOf(name: string, files: readonly SlugFile[]): BytePath[] {
  const isProgram = ({ path, kind, mode }: SlugFile): boolean =>
    kind !== 'directory' && (kind === 'symlink' || (mode & 0o111) !== 0) && `/${path}`.endsWith(`/bin/${name}`)
  return files.filter(file => file.path === name || isProgram(file)).map(({ path }) => path)
}
