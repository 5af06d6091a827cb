import { posix } from 'node:path'
import { type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'

/** A slug's folder on a dyno (Dev Center: dynos). */
const APP = '/app/'

/**
 * The executables called `ffmpeg` among the files of a slug, in any folder and of any layer: files with an x bit, and
 * links to one within the slug.
 */
export function ffmpegPrograms(files: readonly SlugFile[]): SlugFile[] {
  const named = files.filter(file => file.kind !== 'directory' && posix.basename(file.path) === 'ffmpeg')
  if (named.length === 0) return []
  const tree = new Map<string, SlugFile>(files.map(file => [file.path, file]))
  return named.filter(file => isExecutable(follow(tree, file.path)))
}

/**
 * Tells whether a file belongs to an npm package, a gem, or a committed buildpack (a folder with bin/detect and
 * bin/compile): then it is there for that, not for Mastodon.
 */
export function packageFiles(files: readonly SlugFile[]): (name: string) => boolean {
  const names = new Set<string>(files.map(({ path }) => path))
  const isBuildpack = (folder: string): boolean =>
    ['detect', 'compile'].every(step => names.has(`${folder}/bin/${step}`))
  return name => {
    if (/(?:^|\/)(?:node_modules|gems)\//.test(name)) return true
    for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1))
      if (isBuildpack(name.slice(0, at))) return true
    return false
  }
}

/** Resolves the links in a path's folders, so that paths can be compared; undefined if the path leads nowhere. */
export function realNames(files: readonly SlugFile[]): (name: BytePath) => BytePath | undefined {
  const tree = new Map<string, SlugFile>(files.map(file => [file.path, file]))
  return name => {
    const folder = posix.dirname(name)
    const real = folder === '.' ? '' : follow(tree, folder)?.path
    return real === undefined ? undefined : (posix.join(real, posix.basename(name)) as BytePath)
  }
}

export function isExecutable(file: SlugFile | undefined): boolean {
  return file?.kind === 'file' && (file.mode & 0o111) !== 0
}

/** Links that the kernel follows in one path (path_resolution(7)). */
const MOST_LINKS = 40

/** The file that a path leads to; undefined if it leads out of the slug, nowhere, or in a circle. */
function follow(tree: ReadonlyMap<string, SlugFile>, name: string): SlugFile | undefined {
  const left = name.split('/')
  const done: string[] = []
  let links = 0
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (done.pop() === undefined) return undefined
      continue
    }
    const file = tree.get([...done, part].join('/'))
    if (file?.kind !== 'symlink') {
      if (!file) return undefined
      done.push(part)
      continue
    }
    const target = file.target ?? ''
    if (++links > MOST_LINKS || (target.startsWith('/') && !target.startsWith(APP))) return undefined
    if (target.startsWith('/')) done.length = 0
    left.unshift(...(target.startsWith('/') ? target.slice(APP.length) : target).split('/'))
  }
  return tree.get(done.join('/'))
}
