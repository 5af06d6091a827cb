import { afterAll, describe, expect, it } from '@jest/globals'
import { lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { below, bytePath, UserError, walkTree, type BytePath } from '../../src/runtime/index.ts'
import { applySlugignore, takenOut } from '../../src/source/index.ts'
import { makeFolder } from '../helpers/git-repo.ts'

const folder = makeFolder()
afterAll(folder.remove)

let count = 0

function makeTree(files: string[], slugignore?: string | Buffer): string {
  const root = join(folder.path, String(++count))
  mkdirSync(root)
  for (const file of files) {
    mkdirSync(join(root, dirname(file)), { recursive: true })
    writeFileSync(join(root, file), 'x')
  }
  if (slugignore !== undefined) writeFileSync(join(root, '.slugignore'), slugignore)
  return root
}

/** The names that are removed from a tree, and the warnings. */
const applied = (root: string): { removed: string[]; warnings: string[] } => {
  const { removed, warnings } = applySlugignore(root)
  return { removed: removed.map(({ path }) => path), warnings }
}

/** What is removed from a tree of these files. */
const removedOf = (slugignore: string, files: string[]): string[] => applied(makeTree(files, slugignore)).removed

describe('applySlugignore', () => {
  it('does nothing without the file', () => {
    const root = makeTree(['docs/a'])
    expect(applied(root)).toEqual({ removed: [], warnings: [] })
    expect(readdirSync(root)).toEqual(['docs'])
  })

  it('removes what Mastodon’s own file names, and tells it', () => {
    const root = makeTree(
      ['docs/a', 'docs/b/c', 'spec/x', 'app/docs/kept', 'app/spec', '.cache/x', 'Gemfile'],
      'node_modules/\n.cache/\ndocs/\nspec/\n'
    )
    expect(applied(root)).toEqual({ removed: ['.cache', 'docs', 'spec'], warnings: [] })
    expect(walkTree(root).map(({ path }) => path)).toEqual([
      '.slugignore',
      'Gemfile',
      'app',
      'app/docs',
      'app/docs/kept',
      'app/spec'
    ])
  })

  it.each<[string, string[], string[]]>([
    ['spec', ['spec/a', 'lib/spec/a', 'lib/spec.rb', 'b/spec'], ['b/spec', 'lib/spec', 'spec']],
    ['/spec', ['spec/a', 'lib/spec/a'], ['spec']],
    ['spec/', ['spec/a', 'lib/spec/a'], ['spec']],
    ['spec/', ['spec'], []],
    ['*.psd', ['a.psd', 'b/c/d.psd', 'e.psd.txt'], ['a.psd', 'b/c/d.psd']],
    ['/*.psd', ['a.psd', 'b/c.psd'], ['a.psd']],
    ['a/*.psd', ['a/1.psd', 'a/b/2.psd', 'b/a/3.psd'], ['a/1.psd']],
    ['a/*/c', ['a/b/c', 'a/c', 'a/b/b/c'], ['a/b/c']],
    ['a/**/c', ['a/b/c', 'a/c', 'a/b/b/c', 'c'], ['a/b/b/c', 'a/b/c', 'a/c']],
    ['**/c', ['c', 'a/c', 'a/b/c'], ['a/b/c', 'a/c', 'c']],
    ['a/**', ['a/b', 'a/c/d', 'a/.e'], ['a/b', 'a/c']],
    ['**/**/a/**/**/b', ['a/b', 'x/a/y/b'], ['a/b', 'x/a/y/b']],
    ['./a', ['a', 'b/a'], ['a']],
    ['a//b', ['a/b'], ['a/b']],
    ['?[0-9]', ['a1', 'b/c2', 'd'], ['a1', 'b/c2']],
    ['*', ['a', 'b/c', '.env'], ['a', 'b']],
    ['*.md', ['.github/a.md', 'b/.c/d.md', 'e.md'], ['e.md']],
    ['.github/*.md', ['.github/a.md'], ['.github/a.md']],
    ['.env*', ['.env', 'a/.env.test'], ['.env', 'a/.env.test']],
    ['a b', ['a b', 'a', 'b'], ['a b']],
    ['a#b', ['a#b', 'a'], ['a#b']],
    ['  a \t# why\r', ['a'], ['a']],
    ['# a\n\n   \n\t# a', ['a', '# a'], []],
    ['\\#a\n\\!b', ['#a', '!b'], ['!b', '#a']],
    ['A', ['a'], []],
    ['über', ['über', 'x/über'], ['x/über', 'über']]
  ])('%j', (slugignore, files, expected) => {
    expect(removedOf(slugignore, files)).toEqual(expected.map(bytePath))
  })

  it('keeps the file itself, and obeys that of the top folder only', () => {
    expect(removedOf('.slugignore\n.*', ['.env', 'a/.slugignore'])).toEqual(['.env', 'a/.slugignore'])
    expect(applied(makeTree(['a/b', 'a/.slugignore']))).toEqual({ removed: [], warnings: [] })
  })

  it('removes folders that hold anything, and names that are not UTF-8', () => {
    const root = makeTree(['old/a/b'], Buffer.from('old\n*.psd\nna\xefve', 'latin1'))
    for (const name of ['x\xff.psd', 'na\xefve', 'old/a/\xfe']) writeFileSync(below(root, name as BytePath), 'x')
    expect(applied(root).removed).toEqual(['na\xefve', 'old', 'x\xff.psd'])
    expect(readdirSync(root)).toEqual(['.slugignore'])
  })

  it('never follows a symlink', () => {
    const outside = makeTree(['a', 'secret/a'])
    const root = makeTree(['real/a'], 'link/a\nlink/\n*/secret\nbroken')
    symlinkSync(outside, join(root, 'link'))
    symlinkSync('nowhere', join(root, 'broken'))
    expect(applied(root).removed).toEqual(['broken'])
    expect(lstatSync(join(root, 'link')).isSymbolicLink()).toBe(true)
    writeFileSync(join(root, '.slugignore'), 'link')
    expect(applied(root).removed).toEqual(['link'])
    expect(readdirSync(outside)).toEqual(['a', 'secret'])
    expect(readdirSync(join(outside, 'secret'))).toEqual(['a'])
  })

  it('does not read a .slugignore that is a symlink', () => {
    const root = makeTree(['docs/a'])
    writeFileSync(join(folder.path, 'elsewhere'), 'docs')
    symlinkSync('../elsewhere', join(root, '.slugignore'))
    expect(applied(root)).toEqual({ removed: [], warnings: ['.slugignore is not a file and has no effect'] })
  })

  it('stays inside the tree', () => {
    const outside = makeTree(['a'])
    const name = outside.slice(folder.path.length + 1)
    const root = makeTree(['a'], `../${name}\n/../${name}/a\na/../../${name}\n..\n`)
    const { removed, warnings } = applied(root)
    expect(removed).toEqual([])
    expect(warnings).toHaveLength(4)
    expect(warnings[0]).toBe(`.slugignore:1: "../${name}" is ignored: it could leave the source tree`)
    expect(readdirSync(outside)).toEqual(['a'])
  })

  it('never removes the tree itself', () => {
    const root = makeTree(['a'], '/\n.\n./\n//')
    expect(applied(root).removed).toEqual([])
    expect(applied(root).warnings).toHaveLength(4)
  })

  it('refuses a file that nobody wrote by hand', () => {
    expect(() => applySlugignore(makeTree([], 'x\n'.repeat(100_000)))).toThrow(UserError)
  })
})

describe('takenOut', () => {
  const { removed } = applySlugignore(
    makeTree(
      ['Gemfile', 'Gemfile.lock', 'streaming/index.js', 'streamer', 'lib/Gemfile', 'package.json'],
      '# what is not needed\n\n  Gem* # why\nGemfile\nstreaming/\n/package.json\nabsent\n'
    )
  )

  it.each([
    ['Gemfile', '.slugignore:3: "Gem*" takes Gemfile out'],
    ['streaming/index.js', '.slugignore:5: "streaming/" takes streaming out'],
    ['package.json', '.slugignore:6: "/package.json" takes package.json out'],
    ['lib/Gemfile', '.slugignore:3: "Gem*" takes lib/Gemfile out']
  ])('names the first line that took %s', (file, says) => expect(takenOut(removed, file)).toBe(says))

  it.each(['streamer', 'absent', 'Gemfile.rb', 'stream', ''])('has nothing to say of %j, which was not taken', file =>
    expect(takenOut(removed, file)).toBeUndefined()
  )
})

describe('a line of .slugignore', () => {
  it('warns of negations, by line, and takes the rest', () => {
    const { removed: gone, warnings } = applied(makeTree(['docs/kept'], 'docs\n\n!docs/kept\n  !x\x1b[31m\n'))
    expect(gone).toEqual(['docs'])
    expect(warnings).toEqual([
      '.slugignore:3: "!docs/kept" is ignored: Heroku knows no negation',
      '.slugignore:4: "!x\\x1b[31m" is ignored: Heroku knows no negation'
    ])
  })

  it('is not slowed down by blanks, nor by a pattern without end', () => {
    const { removed: gone, warnings } = applied(makeTree(['c'], `${' '.repeat(49_000)}a${' '.repeat(49_000)}b\nc`))
    expect(gone).toEqual(['c'])
    expect(warnings).toEqual([expect.stringMatching(/^\.slugignore:1: "a +" is ignored: it is longer than any path$/)])
  })
})

describe('a file that was taken out', () => {
  it.each([
    ['docs/\n\nProcfile\n', 3],
    ['# Procfile\r\n*file # all of them\r\n', 2],
    ['/Procfile', 1],
    ['Procfile/\n!Procfile\nprocfile\nProcfile.dev\ndocs/Procfile\n', undefined],
    [undefined, undefined]
  ])('by %j has the line %s', (text, line) => {
    const { removed } = applySlugignore(makeTree(['Procfile'], text))
    expect(removed.find(({ path }) => path === 'Procfile')?.line).toBe(line)
  })
})
