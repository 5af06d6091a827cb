import { lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { type Place } from '../buildpacks/index.ts'
import {
  ANIMATED_GIF,
  AS_DYNO,
  bytePath,
  displayPath,
  programText,
  shellWord,
  UserError,
  type BytePath,
  type TreeEntry
} from '../runtime/index.ts'
import { realNames } from './ffmpeg-tree.ts'
import { slugFiles } from './files.ts'

/** What ffmpeg in the built tree can do, seen by running it as a dyno would. */
export interface FfmpegCheck {
  /** Both programs started and made an mp4 of an animated GIF, as Mastodon does (lib/paperclip/transcoder.rb). */
  readonly works: boolean
  /** First line of `ffmpeg -version`. */
  readonly version?: string
  /** Those of Mastodon's encoders that it has. */
  readonly encoders: readonly string[]
  /** Folders below the app that had to be put on LD_LIBRARY_PATH before it started. */
  readonly mended: readonly string[]
  /** Why it does not work. */
  readonly problem?: string
}

/** The script that extends the library path; only the slug with ffmpeg has it. */
export const MEND_FILE = '.profile.d/zz-mastodon-on-heroku-ffmpeg.sh'

/** Mastodon makes mp4 (h264, aac) of video and GIF, and mp3 of audio (lib/paperclip/transcoder.rb, type_corrector.rb). */
const ENCODERS = ['libx264', 'aac', 'libmp3lame', 'libopus', 'libvpx', 'libvpx-vp9', 'libwebp']

interface CheckOptions {
  /** A place like a dyno, with the run image: the build image has libraries that a dyno lacks. */
  readonly place: Place
  /** The app's folder on this machine. */
  readonly root: string
  readonly entries: readonly TreeEntry[]
  readonly stack: string
  readonly signal: AbortSignal
}

/**
 * Runs ffmpeg and ffprobe of the built tree with `.profile.d` sourced. If a library is missing but is somewhere in the
 * tree, a script in `.profile.d` puts its folder on the library path, and they are run again. heroku-buildpack-apt unpacks
 * packages and does not install them, so libraries in folders of their own are not found. Throws a `UserError` if
 * `.profile.d` is not a folder, and what `Place.run` throws.
 */
export async function checkFfmpeg(options: CheckOptions): Promise<FfmpegCheck> {
  const mended: BytePath[] = []
  for (;;) {
    const outcome = await tryOnce(options)
    const folder = outcome.missing === undefined ? undefined : findFolder(options.entries, outcome.missing)
    if (folder === undefined || mended.includes(folder)) {
      return { ...outcome.check, mended: mended.map(displayPath) }
    }
    mended.push(folder)
    await writeMend(options.root, mendScript(mended))
  }
}

/**
 * The ffmpeg that a dyno finds with `.profile.d` sourced: the executables of that name on its PATH, and the one that
 * FFMPEG_BINARY names. They are paths in the tree with links to folders resolved; others are left out.
 */
export async function findOnPath(options: CheckOptions): Promise<Set<BytePath>> {
  const { output } = await run(options, ['bash', '-c', `type -aP -- ffmpeg ${FFMPEG}`])
  const realName = realNames(slugFiles(options.entries, options.root, () => 0).files)
  const app = `${options.place.paths.app}/`
  const found = output
    .split('\n')
    .map(line => posix.resolve(app, line))
    .filter(file => file.startsWith(app))
    .flatMap(file => realName(bytePath(file.slice(app.length))) ?? [])
  return new Set(found)
}

/** Writes the script into the tree. The build may have left links: nothing is written through them. */
async function writeMend(root: string, script: Buffer): Promise<void> {
  const file = join(root, MEND_FILE)
  const folder = dirname(file)
  await mkdir(folder, { recursive: true })
  if (!(await lstat(folder)).isDirectory()) {
    throw new UserError(
      '.profile.d of the built app is not a folder',
      'Take it out of the commit: buildpacks write their start-up scripts there.'
    )
  }
  await rm(file, { force: true })
  await writeFile(file, script, { flag: 'wx' })
}

/** The script that adds folders of the app to the library path. */
function mendScript(folders: readonly BytePath[]): Buffer {
  const lines = [
    '# Written by mastodon-on-heroku: ffmpeg needs libraries that lie in folders of their own.',
    ...folders.map(
      folder => `export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$HOME/"${shellWord(folder)}`
    )
  ]
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1')
}

interface Outcome {
  check: Omit<FfmpegCheck, 'mended'>
  /** Name of a library that the loader did not find. */
  missing?: string
}

const MISSING_LIBRARY = /error while loading shared libraries: ([^\s:/]+): cannot open shared object file/

async function tryOnce(options: CheckOptions): Promise<Outcome> {
  const results = {
    ffmpeg: await run(options, ['bash', '-c', `${FFMPEG} -version`]),
    ffprobe: await run(options, ['bash', '-c', `${FFPROBE} -version`])
  }
  for (const [program, { code, output }] of Object.entries(results)) {
    if (code === 0) continue
    const missing = MISSING_LIBRARY.exec(output)?.[1]
    const problem = missing
      ? `${program} does not start: the library ${missing} is missing`
      : `${program} does not start (exit code ${code}): ${lastLine(output)}`
    return { check: { works: false, encoders: [], problem }, missing }
  }
  const version = lastLine(results.ffmpeg.output.split('\n')[0] ?? '')
  const listed = await run(options, ['bash', '-c', `${FFMPEG} -hide_banner -encoders`])
  const encoders = ENCODERS.filter(name => new RegExp(`^\\s*[A-Z.]{6}\\s+${name}\\s`, 'm').test(listed.output))
  const transcode = await run(options, ['bash', '-c', TRANSCODE, 'transcode', ANIMATED_GIF])
  if (transcode.code === 0) return { check: { works: true, version, encoders } }
  return {
    check: {
      works: false,
      version,
      encoders,
      problem: `ffmpeg could not make an mp4 of an animated GIF: ${lastLine(transcode.output)}`
    }
  }
}

/** As Mastodon calls them: by name, or by a config var (mastodon/mastodon: config/initializers/ffmpeg.rb). */
const FFMPEG = '"${FFMPEG_BINARY:-ffmpeg}"'
const FFPROBE = '"${FFPROBE_BINARY:-ffprobe}"'

const TRANSCODE = programText(new URL('./programs/transcode.sh', import.meta.url))

/** Milliseconds for one program. */
const TIMEOUT = 60_000
const MOST_OUTPUT = 1_000_000

async function run(
  { place, stack, signal }: CheckOptions,
  program: string[]
): Promise<{ code: number; output: string }> {
  const chunks: Buffer[] = []
  let size = 0
  const { app } = place.paths
  const { code, timedOut } = await place.run({
    argv: ['bash', '-c', AS_DYNO, 'dyno', ...program],
    cwd: app,
    env: { HOME: app, STACK: stack, LANG: 'C.UTF-8' },
    output: chunk => {
      size += chunk.length
      if (size < MOST_OUTPUT) chunks.push(chunk)
    },
    signal,
    timeout: TIMEOUT
  })
  const output = Buffer.concat(chunks).toString('utf8')
  return { code, output: timedOut ? `${output}\nit was ended after ${TIMEOUT / 1000} s` : output }
}

/** The folder of a library in the tree; the first in byte order if there are several. */
function findFolder(entries: readonly TreeEntry[], library: string): BytePath | undefined {
  const name = `/${bytePath(library)}`
  const found = entries.find(({ path, kind }) => kind !== 'directory' && path.endsWith(name))
  return found && (found.path.slice(0, -name.length) as BytePath)
}

function lastLine(output: string): string {
  const line = output.trim().split('\n').at(-1) ?? ''
  return line.replace(/[^\P{Cc}]/gu, '').slice(0, 300)
}
