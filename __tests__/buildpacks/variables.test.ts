import { describe, expect, it } from '@jest/globals'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Workshop, type FetchedBuildpack } from '../../src/buildpacks/index.ts'
import { buildVariables } from '../../src/mastodon/index.ts'
import { type Log } from '../../src/runtime/index.ts'
import { runCommand } from '../../src/runtime/run-command.ts'
import { TestClock } from '../helpers/clock.ts'
import { temp } from '../helpers/temp.ts'

/** Says which files ENV_DIR has, each with its text, in a file of the tree. */
const tellEnv = (name: string): string =>
  `cd "$3"; for file in *; do echo "$file=$(cat "$file")"; done | sort | tr '\\n' ' ' > "$1/${name}"`
/** Moves a folder to the top, as heroku-buildpack-monorepo does. */
const MOVE = 'stage=$(mktemp -d); mv "$1/$(cat "$3/APP_BASE")" "$stage/app"; rm -rf "$1"/*; mv "$stage/app"/* "$1"'

function buildpack(into: string, name: string, compile: string): FetchedBuildpack {
  const folder = path.join(into, name)
  for (const [step, text] of Object.entries({ detect: 'echo test', compile })) {
    mkdirSync(path.join(folder, 'bin'), { recursive: true })
    writeFileSync(path.join(folder, 'bin', step), `#!/usr/bin/env bash\nset -e\n${text}\n`, { mode: 0o755 })
  }
  return { name, folder, reference: `./${name}`, kind: 'folder', sha256: '0'.repeat(64) }
}

const silent: Log = {
  info: () => {},
  warning: () => {},
  error: () => {},
  group: (_, work) => work(),
  progress: () => {},
  fence: () => ({ write: () => {}, close: () => {} })
}

/** Builds a tree with the Mastodon of 4.7's shape in the folder `mastodon`. Returns the built tree. */
async function build(compiles: readonly string[]): Promise<string> {
  const scratch = temp()
  chmodSync(scratch, 0o755)
  const workshop = new Workshop({
    kind: 'host',
    buildImage: '',
    runImage: '',
    network: 'bridge',
    secretsHeld: [],
    stack: 'heroku-24',
    commit: 'a'.repeat(40),
    variables: tree => ({ ...buildVariables(tree), APP_BASE: 'mastodon' }),
    timeout: 60_000,
    scratch,
    requestId: 'test',
    takenOut: () => undefined,
    dockerEnv: {},
    run: runCommand,
    log: silent,
    clock: new TestClock(),
    signal: new AbortController().signal
  })
  const buildpacks = compiles.map((compile, i) => buildpack(path.join(scratch, 'fetched'), `${i + 1}`, compile))
  try {
    const app = await workshop.build('app', buildpacks, folder => {
      const file = path.join(folder, 'mastodon/config/initializers/active_record_encryption.rb')
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, '')
      return Promise.resolve()
    })
    return app.root
  } finally {
    await workshop.close()
  }
}

const read = (root: string, file: string): string => readFileSync(path.join(root, file), 'utf8')

describe('build-time variables', () => {
  it('are those of the tree as it is when each buildpack starts', async () => {
    const root = await build([`${MOVE}; ${tellEnv('first')}`, tellEnv('second')])
    expect(read(root, 'first')).toBe(
      'APP_BASE=mastodon OTP_SECRET=precompile_placeholder SECRET_KEY_BASE=precompile_placeholder '
    )
    expect(read(root, 'second')).toBe('APP_BASE=mastodon SECRET_KEY_BASE_DUMMY=1 ')
  })

  it('stay beside what a buildpack writes for those after it', async () => {
    const root = await build([
      'echo mine > "$3/MINE"; rm -f "$3/APP_BASE"; echo theirs > "$3/APP_BASE"',
      tellEnv('second')
    ])
    expect(read(root, 'second')).toBe(
      'APP_BASE=theirs MINE=mine OTP_SECRET=precompile_placeholder SECRET_KEY_BASE=precompile_placeholder '
    )
  })

  it('are written through no link that a buildpack left, and removed as they are', async () => {
    const victim = path.join(temp(), 'victim')
    const root = await build([
      `${MOVE}; ln -s ${victim} "$3/SECRET_KEY_BASE_DUMMY"; rm "$3/OTP_SECRET"; mkdir -p "$3/OTP_SECRET/folder"`,
      tellEnv('second')
    ])
    expect(existsSync(victim)).toBe(false)
    expect(read(root, 'second')).toBe('APP_BASE=mastodon SECRET_KEY_BASE_DUMMY=1 ')
    expect(lstatSync(path.join(root, 'config')).isDirectory()).toBe(true)
  })
})
