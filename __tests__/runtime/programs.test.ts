import { describe, expect, it } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { AS_DYNO, compact, withArguments } from '../../src/runtime/index.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { makeTree } from '../slug/helpers.ts'

const source = path.join(import.meta.dirname, '..', '..', 'src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(file => path.basename(path.dirname(file)) === 'programs')
  .sort()

/** How programs are looked through without running them, by their kind. ESLint reads JavaScript, too. */
const CHECKS = [
  { kind: /\.(?:rb|rake)$/, tool: 'ruby', argument: '-wc' },
  { kind: /\.sh$/, tool: 'bash', argument: '-n' },
  { kind: /\.cjs$/, tool: process.execPath, argument: '--check' }
]

it.each(files)('%s is of a kind that is checked', file => {
  expect(CHECKS.filter(({ kind }) => kind.test(file))).toHaveLength(1)
})

describe.each(CHECKS)('programs named $kind', ({ kind, tool, argument }) => {
  const absent = spawnSync(tool, ['--version']).error && `${tool} is not installed`
  describeOrSkip('that run elsewhere', absent, () => {
    it.each(files.filter(file => kind.test(file)))('%s is well formed, also as a command line has it', file => {
      const text = readFileSync(path.join(source, file), 'utf8')
      for (const input of file.endsWith('.cjs') ? [text] : [text, compact(text)])
        expect(spawnSync(tool, [argument], { input, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
    })
  })
})

describe('a program in a command line', () => {
  it('has no comment line, no empty line and no indentation', () => {
    const text = '# What it does\n\nif a # here\n  b "#{c}"\n\n  # and\n\td\nend\n'
    expect(compact(text)).toBe('if a # here\nb "#{c}"\nd\nend\n')
  })

  it('gets its arguments as they are', () => {
    const words = ['plain', "it's", '$(false) `x` "y"', 'two\nlines', '']
    const command = withArguments('# comment\nprintf "<%s>" "$@"', ...words)
    expect(execFileSync('bash', ['-c', command]).toString()).toBe(words.map(word => `<${word}>`).join(''))
  })
})

it('runs as a dyno does: what was left for its start is sourced first, .profile last', () => {
  const folder = makeTree({
    '.profile.d/a.sh': 'export SEEN=a',
    '.profile.d/b.sh': 'SEEN="$SEEN b"',
    '.profile.d/not': 'SEEN="$SEEN not"',
    '.profile': 'SEEN="$SEEN last"'
  })
  const said = execFileSync('bash', ['-c', AS_DYNO, 'dyno', 'sh', '-c', 'echo "$SEEN: $1"', 'sh', 'a b'], {
    cwd: folder
  })
  expect(said.toString()).toBe('a b last: a b\n')
})
