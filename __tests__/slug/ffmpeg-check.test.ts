import { describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Place } from '../../src/buildpacks/place.ts'
import { walkTree, type BytePath } from '../../src/runtime/index.ts'
import { checkFfmpeg, findOnPath, MEND_FILE, type FfmpegCheck } from '../../src/slug/ffmpeg-check.ts'
import { makeTree } from './helpers.ts'

/** Runs steps in the app's folder, as a dyno on the host would. */
function dyno(app: string): Place {
  return {
    kind: 'host',
    paths: { app, cache: '', env: '', buildpacks: '', home: app },
    close: () => Promise.resolve(),
    run: ({ argv, env, cwd, output }) =>
      new Promise(resolve => {
        const child = spawn(argv[0]!, argv.slice(1), { cwd, env: { PATH: '/usr/bin:/bin', ...env } })
        for (const stream of [child.stdout, child.stderr]) stream.on('data', output)
        child.on('close', code => resolve({ code: code ?? 1, timedOut: false }))
      })
  }
}

const WORKING = `case "$*" in
  *-version*) echo "$(basename "$0") version 7";;
  *-encoders*) printf ' V....D libx264  x\\n V....D libx265  x\\n A....D aac  x\\n';;
  *out.mp4) case "$0" in *ffprobe) cat "\${@: -1}";; *) echo h264 > "\${@: -1}";; esac;;
esac
`
const needs = (library: string): string => `found=
for f in $(echo "$LD_LIBRARY_PATH" | tr ' :' '?\\n'); do [ -f $f/${library} ] && found=1; done
[ "$found" ] || { echo "$0: error while loading shared libraries: ${library}: cannot open shared object file: No such file" >&2; exit 127; }
`

async function check(
  files: Record<string, string>,
  programs: { ffmpeg?: string; ffprobe?: string },
  profileLink?: string
): Promise<{ result: FfmpegCheck; root: string }> {
  const profile: Record<string, string> =
    profileLink === undefined
      ? { '.profile.d/path.sh': 'export PATH="$HOME/bin:$PATH"' }
      : { '.profile.d': `->${profileLink}` }
  const root = makeTree({ ...profile, ...files })
  for (const [name, text] of Object.entries(programs)) {
    makeTree({ [`bin/${name}`]: `#!/bin/bash\n${text}` }, root)
    chmodSync(path.join(root, 'bin', name), 0o755)
  }
  const result = await checkFfmpeg({
    place: dyno(root),
    root,
    entries: walkTree(root),
    stack: 'heroku-24',
    signal: new AbortController().signal
  })
  return { result, root }
}

describe('trying ffmpeg', () => {
  it('finds that it works, and what it encodes', async () => {
    const { result, root } = await check({}, { ffmpeg: WORKING, ffprobe: WORKING })
    expect(result).toEqual({ works: true, version: 'ffmpeg version 7', encoders: ['libx264', 'aac'], mended: [] })
    expect(existsSync(path.join(root, MEND_FILE))).toBe(false)
  })

  it('mends the library path, one library after the other, whatever the folders are called', async () => {
    const program = needs('libone.so.1') + needs('libtwo.so') + WORKING
    const { result, root } = await check(
      { ".apt/it's/libone.so.1": 'x', '.apt/usr/lib/two/libtwo.so': 'x' },
      { ffmpeg: program, ffprobe: program }
    )
    expect(result).toMatchObject({ works: true, mended: [".apt/it's", '.apt/usr/lib/two'] })
    expect(readFileSync(path.join(root, MEND_FILE), 'utf8')).toContain('LD_LIBRARY_PATH')
  })

  it.each([
    ['no ffmpeg', {}, {}, /^ffmpeg does not start \(exit code 127\): .*ffmpeg/],
    ['no ffprobe', {}, { ffmpeg: WORKING }, /^ffprobe does not start/],
    [
      'a library that is nowhere',
      {},
      { ffmpeg: needs('libnone.so') + WORKING, ffprobe: WORKING },
      /^ffmpeg does not start: the library libnone.so is missing/
    ],
    [
      'a library that does not help',
      { 'lib/libone.so': 'x' },
      {
        ffmpeg:
          'echo "$0: error while loading shared libraries: libone.so: cannot open shared object file" >&2; exit 127',
        ffprobe: WORKING
      },
      /libone.so is missing/
    ],
    [
      'an encoder that fails',
      {},
      { ffmpeg: WORKING.replace('echo h264 >', 'exit 3;'), ffprobe: WORKING },
      /^ffmpeg could not make an mp4 of an animated GIF/
    ]
  ])('says what is wrong: %s', async (_what, files, programs, problem) => {
    const { result } = await check(files, programs)
    expect(result.works).toBe(false)
    expect(result.problem).toMatch(problem)
  })
})

describe('where a dyno finds ffmpeg', () => {
  const make = (profile: string): string => {
    const root = makeTree({ '.profile.d/path.sh': profile, 'opt/current': '->7' })
    for (const file of ['bin/ffmpeg', 'bin/ffprobe', 'opt/7/ffmpeg', 'vendor/ffmpeg/ffmpeg']) {
      makeTree({ [file]: `#!/bin/bash\n${WORKING}` }, root)
      chmodSync(path.join(root, file), 0o755)
    }
    return root
  }
  const options = (root: string) => ({
    place: dyno(root),
    root,
    entries: walkTree(root),
    stack: 'heroku-24',
    signal: new AbortController().signal
  })

  it.each([
    ['nowhere', 'echo "$HOME/vendor/ffmpeg" started', []],
    [
      'on the PATH, by a link to a folder, too',
      'export PATH="$HOME/opt/current:$PATH:$HOME/bin"',
      ['opt/7/ffmpeg', 'bin/ffmpeg']
    ],
    ['by FFMPEG_BINARY', 'export FFMPEG_BINARY="$HOME/vendor/ffmpeg/ffmpeg"', ['vendor/ffmpeg/ffmpeg']],
    ['by FFMPEG_BINARY, from the app’s folder', 'export FFMPEG_BINARY=vendor/ffmpeg/ffmpeg', ['vendor/ffmpeg/ffmpeg']]
  ])('%s', async (_what, profile, found) => {
    const seen = await findOnPath(options(make(profile)))
    expect(['bin/ffmpeg', 'opt/7/ffmpeg', 'vendor/ffmpeg/ffmpeg'].filter(file => seen.has(file as BytePath))).toEqual(
      found.toSorted()
    )
  })

  it('tries the one that FFMPEG_BINARY names, as Mastodon does', async () => {
    const named = 'export FFMPEG_BINARY="$HOME/bin/ffmpeg" FFPROBE_BINARY="$HOME/bin/ffprobe"'
    expect((await checkFfmpeg(options(make(named)))).works).toBe(true)
    expect((await checkFfmpeg(options(make('true')))).works).toBe(false)
  })
})

describe('the script that mends', () => {
  const program = needs('libone.so.1') + WORKING

  it('never leaves the tree by a link', async () => {
    const outside = makeTree({})
    const root = { 'lib/libone.so.1': 'x', '.profile.d/zz-mastodon-on-heroku-ffmpeg.sh': `->${outside}/target` }
    const { result } = await check(root, { ffmpeg: program, ffprobe: program })
    expect(result.works).toBe(true)
    expect(existsSync(path.join(outside, 'target'))).toBe(false)
  })

  it('is refused where .profile.d is a link', async () => {
    const outside = makeTree({ 'path.sh': 'export PATH="$HOME/bin:$PATH"' })
    const checking = check({ 'lib/libone.so.1': 'x' }, { ffmpeg: program, ffprobe: program }, outside)
    await expect(checking).rejects.toThrow(/\.profile\.d of the built app is not a folder/)
    expect(existsSync(path.join(outside, path.basename(MEND_FILE)))).toBe(false)
  })
})
