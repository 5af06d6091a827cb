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
    for (const word of new Set(command.split(/[\s;&|()"'\x60]+/))) {
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

/** Where a word of a command leads: to a path of the app, or to a program of that name in a `bin` folder. */
function placesOf(word: string, files: readonly SlugFile[]): BytePath[] {
  const name = word.replace(/^\.\//, '')
  if (name === '' || name.startsWith('-')) return []
  const isProgram = ({ path, kind, mode }: SlugFile): boolean =>
    kind !== 'directory' && (kind === 'symlink' || (mode & 0o111) !== 0) && `/${path}`.endsWith(`/bin/${name}`)
  return files.filter(file => file.path === name || isProgram(file)).map(({ path }) => path)
}
