import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import {
  below,
  bytePath,
  CancelledError,
  UserError,
  walkTree,
  type BytePath,
  type TreeEntry
} from '../../src/runtime/index.ts'
import { exportTree, type ExportedTree } from '../../src/source/index.ts'
import { GitRepo, makeFolder, run } from '../helpers/git-repo.ts'

const signal = new AbortController().signal
const folder = makeFolder()
afterAll(folder.remove)

let count = 0
/** A name that no test has used. */
const fresh = (name: string): string => join(folder.path, `${++count}-${name}`)
const makeRepo = (): GitRepo => new GitRepo(fresh('repo'))

/** A folder with a `git` that does `first` before it becomes the real one. */
function makeGit(first: string): string {
  const programs = fresh('programs')
  mkdirSync(programs)
  const path = process.env['PATH'] ?? '/usr/bin:/bin'
  writeFileSync(join(programs, 'git'), `#!/bin/sh\nPATH='${path}'\n${first}\nexec git "$@"\n`, { mode: 0o755 })
  return programs
}

interface Result extends ExportedTree {
  into: string
  entries: TreeEntry[]
  names: string[]
}

async function exportCommit(repo: GitRepo, commit: string, searchPath?: string): Promise<Result> {
  const into = fresh('tree')
  const exported = await exportTree({ path: repo.path, commit, into, run, signal, searchPath })
  const entries = walkTree(into)
  return { ...exported, into, entries, names: entries.map(({ path }) => path) }
}

/** The error of an export that must fail and leave nothing. */
async function failureOf(repo: GitRepo, commit: string): Promise<UserError> {
  const parent = fresh('parent')
  const into = join(parent, 'deep', 'tree')
  const error = await exportTree({ path: repo.path, commit, into, run, signal }).then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(UserError)
  expect(existsSync(parent)).toBe(false)
  return error as UserError
}

const read = (result: Result, path: string): string => readFileSync(join(result.into, path), 'latin1')
const find = (result: Result, path: string): TreeEntry | undefined => result.entries.find(entry => entry.path === path)

describe('exportTree: exactly what git holds', () => {
  it('takes nothing from the work tree', async () => {
    const repo = makeRepo()
    repo.write('.gitignore', 'ignored\n')
    repo.write('kept', 'committed')
    repo.write('deleted', 'here')
    const commit = repo.commit()
    repo.write('kept', 'changed')
    repo.write('staged', 'x')
    repo.git('add', 'staged')
    repo.write('untracked', 'x')
    repo.write('ignored', 'x')
    rmSync(join(repo.path, 'deleted'))
    const result = await exportCommit(repo, commit)
    expect(result.names).toEqual(['.gitignore', 'deleted', 'kept'])
    expect(read(result, 'kept')).toBe('committed')
    expect(result).toMatchObject({ files: 3, bytes: 8 + 9 + 4, submodules: 0, lfsPointers: 0 })
  })

  it('applies no attribute', async () => {
    const repo = makeRepo()
    repo.write('.gitattributes', 'hidden export-ignore\n*.txt eol=crlf\nid ident export-subst\nf filter=upper\n')
    repo.write('hidden', 'x')
    repo.write('a.txt', 'one\ntwo\n')
    repo.write('id', '$Id$ $Format:%H$')
    repo.write('f', 'lower')
    const commit = repo.commit()
    repo.git('config', 'filter.upper.smudge', 'tr a-z A-Z')
    repo.git('config', 'core.autocrlf', 'true')
    const result = await exportCommit(repo, commit)
    expect(result.names).toEqual(['.gitattributes', 'a.txt', 'f', 'hidden', 'id'])
    expect(read(result, 'a.txt')).toBe('one\ntwo\n')
    expect(read(result, 'id')).toBe('$Id$ $Format:%H$')
    expect(read(result, 'f')).toBe('lower')
  })

  it('keeps pointers of Git LFS, and counts them', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`
    const repo = makeRepo()
    repo.write('a.png', pointer)
    repo.write('b.png', pointer.replace('12345', '7'))
    repo.write('about.md', `They start with\n${pointer}`)
    repo.write('long', pointer + 'x'.repeat(1024))
    const result = await exportCommit(repo, repo.commit())
    expect(result.lfsPointers).toBe(2)
    expect(read(result, 'a.png')).toBe(pointer)
  })

  it('keeps executable bits and symlinks, whatever the umask', async () => {
    const repo = makeRepo()
    repo.write('bin/run', '#!/bin/sh\n', 0o755)
    repo.write('plain', 'x', 0o600)
    const links = {
      relative: 'bin/run',
      folder: 'bin',
      broken: 'no such file',
      absolute: '/etc/passwd',
      up: '../../..'
    }
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(repo.path, name))
    const commit = repo.commit()
    const umask = process.umask(0o077)
    const result = await exportCommit(repo, commit).finally(() => process.umask(umask))
    expect(find(result, 'bin')).toMatchObject({ kind: 'directory', mode: 0o755 })
    expect(find(result, 'bin/run')).toMatchObject({ kind: 'file', mode: 0o755 })
    expect(find(result, 'plain')).toMatchObject({ kind: 'file', mode: 0o644 })
    for (const [name, target] of Object.entries(links)) {
      expect(find(result, name)).toMatchObject({ kind: 'symlink', target })
    }
    expect(result.files).toBe(7)
  })

  it('keeps odd names and paths', async () => {
    const repo = makeRepo()
    const sha = repo.blob('x')
    const names: (string | Buffer)[] = [
      ' a b ',
      'new\nline',
      'tab\t',
      '"quoted"',
      '-n',
      'back\\slash',
      'über—✓',
      Buffer.from('bad\xff\xfe', 'latin1'),
      'n'.repeat(255),
      '...',
      '.gitignore',
      'git'
    ]
    const target = repo.blob(Buffer.from('to\xff', 'latin1'))
    const flat = repo.tree([
      ...names.map(name => ({ mode: '100644', sha, name })),
      { mode: '120000', sha: target, name: Buffer.from('link\xff', 'latin1') }
    ])
    const deep = Array.from({ length: 12 }, () => 'd'.repeat(200)).reduce(
      (tree, name) => repo.tree([{ mode: '040000', sha: tree, name }]),
      flat
    )
    const tree = repo.tree([
      { mode: '040000', sha: deep, name: 'deep' },
      { mode: '040000', sha: flat, name: Buffer.from('fl\xe9t', 'latin1') }
    ])
    const result = await exportCommit(repo, repo.commitTree(tree))
    const expected = names.map(name => (typeof name === 'string' ? bytePath(name) : name.toString('latin1')))
    const inFlat = result.names.filter(name => name.startsWith('fl\xe9t/')).map(name => name.slice(5))
    expect(inFlat.sort()).toEqual([...expected, 'link\xff'].sort())
    expect(find(result, 'fl\xe9t/link\xff')).toMatchObject({ target: 'to\xff' })
    expect(result.names.filter(name => /\/d{200}\/(?!d{200})/.test(name))).toHaveLength(names.length + 1)
    expect(readFileSync(below(result.into, 'fl\xe9t/bad\xff\xfe' as BytePath), 'utf8')).toBe('x')
  })

  it('keeps empty files and files of any size, equal ones too', async () => {
    const repo = makeRepo()
    const sizes = [0, 1, 4095, 65_535, 65_536, 65_537, 1_000_003]
    const contents = sizes.map(size => Buffer.alloc(size, 'Zeile\n\0\xff', 'latin1'))
    contents.forEach((content, index) => {
      repo.write(`a${index}`, content)
      repo.write(`b${index}`, content)
    })
    const result = await exportCommit(repo, repo.commit())
    contents.forEach((content, index) => {
      expect(readFileSync(join(result.into, `a${index}`)).equals(content)).toBe(true)
      expect(readFileSync(join(result.into, `b${index}`)).equals(content)).toBe(true)
    })
    expect(result.bytes).toBe(2 * sizes.reduce((sum, size) => sum + size, 0))
  })

  it('exports a commit without files', async () => {
    const repo = makeRepo()
    expect(await exportCommit(repo, repo.commit())).toMatchObject({ files: 0, bytes: 0, names: [] })
  })

  it('exports from a shallow clone, from packs', async () => {
    const repo = makeRepo()
    repo.write('a', 'old')
    repo.commit()
    repo.write('a', 'new')
    const commit = repo.commit()
    const shallow = GitRepo.clone(`file://${repo.path}`, fresh('shallow'), '--depth', '1')
    expect(read(await exportCommit(shallow, commit), 'a')).toBe('new')
  })

  it('reads the objects themselves, not their replacements', async () => {
    const repo = makeRepo()
    repo.write('a', 'true')
    const commit = repo.commit()
    repo.git('replace', repo.blob('true'), repo.blob('false'))
    expect(read(await exportCommit(repo, commit), 'a')).toBe('true')
  })

  it('reads a checkout that git itself refuses because another user owns it', async () => {
    const repo = makeRepo()
    repo.write('a', 'x')
    const commit = repo.commit()
    const programs = makeGit('export GIT_TEST_ASSUME_DIFFERENT_OWNER=1')
    const control = spawnSync(join(programs, 'git'), ['status'], { cwd: repo.path, env: {}, encoding: 'utf8' })
    expect(control.stderr).toContain('dubious ownership')
    expect((await exportCommit(repo, commit, programs)).names).toEqual(['a'])
  })

  it('exports 20,000 files', async () => {
    const repo = makeRepo()
    const files = Array.from(
      { length: 20_000 },
      (_, i) => `M 100644 inline d${i % 100}/e${i % 7}/f${i}\ndata 6\n${String(i).padStart(6, '0')}\n`
    )
    const head = 'commit refs/heads/main\ncommitter C <c@example.com> 1 +0000\ndata 0\n'
    repo.feed(head + files.join(''), 'fast-import', '--quiet')
    const result = await exportCommit(repo, repo.git('rev-parse', 'main'))
    expect(result).toMatchObject({ files: 20_000, bytes: 120_000 })
    expect(result.names).toHaveLength(20_000 + 100 + 700)
    expect(read(result, 'd99/e4/f19499')).toBe('019499')
  })
})

describe('exportTree: submodules', () => {
  let inner: GitRepo
  let innermost: GitRepo
  let outer: GitRepo
  let commit: string

  const addSubmodule = (repo: GitRepo, from: GitRepo, path: string): void => {
    repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', from.path, path)
  }

  beforeAll(() => {
    innermost = makeRepo()
    innermost.write('core', 'deep inside')
    innermost.commit()
    inner = makeRepo()
    inner.write('lib/code', 'in the submodule')
    addSubmodule(inner, innermost, 'vendor/inner most')
    inner.commit()
    outer = makeRepo()
    outer.write('top', 'on top')
    addSubmodule(outer, inner, 'chosen/theme')
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init', '--recursive')
    commit = outer.commit()
  })

  it('brings them along, nested ones too, at the commits that are pinned', async () => {
    const checkout = GitRepo.clone(outer.path, fresh('clone'), '--recurse-submodules')
    checkout.write('chosen/theme/lib/code', 'changed')
    checkout.write('chosen/theme/stray', 'x')
    new GitRepo(join(checkout.path, 'chosen/theme')).commit('A local commit that nothing pins')
    const result = await exportCommit(checkout, commit)
    expect(result).toMatchObject({ submodules: 2, files: 5 })
    expect(read(result, 'chosen/theme/lib/code')).toBe('in the submodule')
    expect(read(result, 'chosen/theme/vendor/inner most/core')).toBe('deep inside')
    expect(result.names).not.toContain('chosen/theme/stray')
    expect(result.names.filter(name => name.endsWith('.git'))).toEqual([])
  })

  it('finds those whose folder is gone from the work tree', async () => {
    const checkout = GitRepo.clone(outer.path, fresh('clone'), '--recurse-submodules')
    rmSync(join(checkout.path, 'chosen'), { recursive: true })
    expect(read(await exportCommit(checkout, commit), 'chosen/theme/vendor/inner most/core')).toBe('deep inside')
  })

  it('says what to do when they were not checked out', async () => {
    const error = await failureOf(GitRepo.clone(outer.path, fresh('clone')), commit)
    expect(error.message).toContain('"chosen/theme"')
    expect(error.nextStep).toContain('`submodules: recursive`')
  })

  it('says what to do when a nested one was not', async () => {
    const checkout = GitRepo.clone(outer.path, fresh('clone'))
    checkout.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init')
    const error = await failureOf(checkout, commit)
    expect(error.message).toContain('"chosen/theme/vendor/inner most"')
  })

  it('says what to do when the pinned commit is not there', async () => {
    const repo = GitRepo.clone(outer.path, fresh('clone'), '--recurse-submodules')
    repo.git('update-index', '--cacheinfo', `160000,${'1'.repeat(40)},chosen/theme`)
    repo.git('commit', '-q', '-m', 'Pins what nobody has')
    const error = await failureOf(repo, repo.git('rev-parse', 'HEAD'))
    expect(error.message).toContain('"chosen/theme" is not in the checkout')
  })

  it('does not follow a symlink of the work tree to a repository elsewhere', async () => {
    const elsewhere = makeRepo()
    elsewhere.write('secret', 'x')
    const secret = elsewhere.commit()
    const repo = makeRepo()
    repo.commit()
    symlinkSync(elsewhere.path, join(repo.path, 'sub'))
    const gitmodules = repo.blob('[submodule "sub"]\n\tpath = sub/\n\turl = ./sub\n')
    const tree = repo.tree([
      { mode: '100644', sha: gitmodules, name: '.gitmodules' },
      { mode: '160000', sha: secret, name: 'sub' }
    ])
    expect((await failureOf(repo, repo.commitTree(tree))).message).toContain('"sub" is not in the checkout')
  })
})

describe('exportTree: a link to a commit that .gitmodules does not name', () => {
  /** A checkout over whose inner clone `git add` was run. */
  function withClone(path: string, more: Record<string, string> = {}): GitRepo {
    const repo = makeRepo()
    const clone = new GitRepo(join(repo.path, path))
    clone.write('file', 'x')
    clone.commit()
    for (const [file, text] of Object.entries(more)) repo.write(file, text)
    return repo
  }

  it.each<[string, Record<string, string>]>([
    ['that is not there', {}],
    ['that names another', { '.gitmodules': '[submodule "vendor/y"]\n\tpath = vendor/y\n\turl = ./y\n' }],
    ['that gives it no path', { '.gitmodules': '[submodule "vendor/my theme"]\n\turl = ./x\n' }]
  ])('is told as what it is: %s', async (_, files) => {
    const repo = withClone('vendor/my theme', files)
    const { message, nextStep } = await failureOf(repo, repo.commit())
    expect(message).toMatch(
      /^"vendor\/my theme" is a link to a commit of another repository .*, and \.gitmodules does not name it/
    )
    expect(nextStep).toContain("`git rm --cached 'vendor/my theme'`")
    expect(nextStep).not.toContain('recursive')
  })

  it('is found in a submodule, too', async () => {
    const inner = withClone('deep')
    inner.commit()
    const outer = makeRepo()
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'theme')
    const { message, nextStep } = await failureOf(outer, outer.commit())
    expect(message).toMatch(/^"theme\/deep" is a link .*, and theme\/\.gitmodules does not name it/)
    expect(nextStep).toMatch(/^In the repository of "theme": .*`git rm --cached deep`/)
  })

  it('is told apart from a .gitmodules that git cannot read', async () => {
    const repo = withClone('x', { '.gitmodules': '[submodule "x\n' })
    expect((await failureOf(repo, repo.commit())).message).toMatch(
      /^git cannot read \.gitmodules of commit [0-9a-f]{40}: .*bad config line 1/
    )
  })

  it('brings in nothing that .gitmodules includes', async () => {
    const repo = withClone('x', { '.gitmodules': '[include]\n\tpath = /etc/passwd\n' })
    expect((await failureOf(repo, repo.commit())).message).toContain('.gitmodules does not name it')
  })
})

describe('exportTree: what it refuses', () => {
  it.each(['..', '.', '.git', '.GIT', '.Git'])('a tree with a file or a folder "%s"', async name => {
    const repo = makeRepo()
    const sha = repo.blob('x')
    const inside = repo.tree([{ mode: '100644', sha, name: 'config' }])
    const trees = [
      repo.tree([{ mode: '100644', sha, name }]),
      repo.tree([{ mode: '040000', sha: inside, name }]),
      repo.tree([{ mode: '040000', sha: repo.tree([{ mode: '120000', sha, name }]), name: 'sub' }]),
      repo.tree([{ mode: '160000', sha: '1'.repeat(40), name }])
    ]
    for (const tree of trees) {
      const error = await failureOf(repo, repo.commitTree(tree))
      expect(error.message).toContain(name)
      expect(error.message).toContain('git itself would not check out')
    }
  })

  it('a symlink and a folder of one name: nothing is written through the symlink', async () => {
    const repo = makeRepo()
    const outside = fresh('outside')
    mkdirSync(outside)
    const file = { mode: '100644', sha: repo.blob('x'), name: 'planted' }
    const tree = repo.tree([
      { mode: '120000', sha: repo.blob(outside), name: 'a' },
      { mode: '040000', sha: repo.tree([file]), name: 'a' }
    ])
    expect((await failureOf(repo, repo.commitTree(tree))).message).toContain('"a" twice')
    expect(readdirSync(outside)).toEqual([])
  })

  it.each([
    ['100644', '100644'],
    ['120000', '100644'],
    ['120000', '120000']
  ])('two entries of one name (%s, %s)', async (one, other) => {
    const repo = makeRepo()
    const sha = repo.blob('x')
    const tree = repo.tree([
      { mode: one, sha, name: 'a' },
      { mode: other, sha, name: 'a' }
    ])
    expect((await failureOf(repo, repo.commitTree(tree))).message).toContain('"a" twice')
  })

  it.each([0, 5000])('a symlink with a target of %d bytes', async size => {
    const repo = makeRepo()
    const tree = repo.tree([{ mode: '120000', sha: repo.blob('x'.repeat(size)), name: 'link' }])
    expect((await failureOf(repo, repo.commitTree(tree))).message).toContain(`"link" has a target of ${size} bytes`)
  })

  it('a name that no disk takes', async () => {
    const repo = makeRepo()
    const sha = repo.blob('x')
    const tree = repo.tree([
      { mode: '100644', sha, name: Buffer.from('a\xff', 'latin1') },
      { mode: '100644', sha, name: 'n'.repeat(256) }
    ])
    expect((await failureOf(repo, repo.commitTree(tree))).message).toContain('too long')
  })

  it('content that the checkout does not have', async () => {
    const repo = makeRepo()
    const sha = repo.blob('x')
    const tree = repo.tree([
      { mode: '100644', sha, name: 'here' },
      { mode: '100644', sha: '2'.repeat(40), name: 'not here' }
    ])
    const error = await failureOf(repo, repo.commitTree(tree))
    expect(error.message).toContain('"not here"')
    expect(error.nextStep).toContain('`filter`')
  })

  it('a partial clone that lacks content, without asking the network for it', async () => {
    const repo = makeRepo()
    repo.git('config', 'uploadpack.allowFilter', 'true')
    repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
    repo.write('a', 'x')
    const commit = repo.commit()
    const options = ['--filter=blob:none', '--no-checkout']
    const partial = GitRepo.clone(`file://${repo.path}`, fresh('partial'), ...options)
    partial.git('config', 'protocol.file.allow', 'always')
    // git would have fetched it: the last line shows so.
    expect((await failureOf(partial, commit)).message).toMatch(/^git cannot read the (?:file "a"|objects)/)
    expect(partial.git('cat-file', '-p', 'HEAD:a')).toBe('x')
  })

  it('a damaged object', async () => {
    const repo = makeRepo()
    repo.write('a', 'some content')
    const commit = repo.commit()
    const sha = repo.git('rev-parse', 'HEAD:a')
    const file = join(repo.path, '.git/objects', sha.slice(0, 2), sha.slice(2))
    chmodSync(file, 0o644)
    writeFileSync(file, readFileSync(file).subarray(0, 12))
    expect((await failureOf(repo, commit)).message).toMatch(/^git cannot read/)
  })

  it.each(['1'.repeat(40), 'HEAD', '--help'])('a commit that is not there (%s)', async commit => {
    const repo = makeRepo()
    repo.commit()
    expect((await failureOf(repo, commit)).message).toContain(`git cannot read the commit ${commit}`)
  })

  it('a machine without git', async () => {
    const repo = makeRepo()
    const commit = repo.commit()
    await expect(exportCommit(repo, commit, fresh('no-programs'))).rejects.toThrow('git was not found')
  })

  it('a folder that is not empty, and leaves it as it is', async () => {
    const repo = makeRepo()
    const commit = repo.commit()
    const into = fresh('full')
    mkdirSync(into)
    writeFileSync(join(into, 'mine'), 'x')
    await expect(exportTree({ path: repo.path, commit, into, run, signal })).rejects.toThrow('is not empty')
    expect(readdirSync(into)).toEqual(['mine'])
  })

  it('keeps the folder it was given, but nothing in it', async () => {
    const repo = makeRepo()
    const tree = repo.tree([{ mode: '100644', sha: '2'.repeat(40), name: 'gone' }])
    const into = fresh('given')
    mkdirSync(into)
    await expect(exportTree({ path: repo.path, commit: repo.commitTree(tree), into, run, signal })).rejects.toThrow()
    expect(readdirSync(into)).toEqual([])
  })

  it('a run that is cancelled while it writes', async () => {
    const repo = makeRepo()
    for (let i = 0; i < 5; i++) repo.write(`f${i}`, Buffer.alloc(1_000_000, i))
    const commit = repo.commit()
    const into = fresh('cancelled')
    mkdirSync(into)
    const programs = makeGit('case "$*" in *--batch*) git "$@" | head -c 3500000; exec sleep 600;; esac')
    const abort = new AbortController()
    const options = { path: repo.path, commit, into, run, signal: abort.signal, searchPath: programs }
    const exporting = exportTree(options)
    const watch = setInterval(() => {
      if (existsSync(join(into, 'f3'))) abort.abort()
    }, 1)
    await expect(exporting).rejects.toBeInstanceOf(CancelledError)
    clearInterval(watch)
    expect(statSync(into).isDirectory()).toBe(true)
    expect(readdirSync(into)).toEqual([])
  })
})
