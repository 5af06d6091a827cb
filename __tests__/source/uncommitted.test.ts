import { afterAll, describe, expect, it } from '@jest/globals'
import { existsSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { uncommitted } from '../../src/source/index.ts'
import { GitRepo, makeFolder, run } from '../helpers/git-repo.ts'

const folder = makeFolder()
afterAll(folder.remove)

let count = 0

function newRepo(): { repo: GitRepo; commit: string } {
  const repo = new GitRepo(join(folder.path, String(++count)))
  repo.write('app/a.rb', 'a')
  repo.write('app/b.rb', 'b')
  repo.write('.gitignore', 'node_modules/\n')
  return { repo, commit: repo.commit() }
}

function look(repo: GitRepo, own: string[] = [], path = process.env['PATH']): ReturnType<typeof uncommitted> {
  return uncommitted({
    path: repo.path,
    commit: repo.git('rev-parse', 'HEAD'),
    own,
    run,
    signal: new AbortController().signal,
    ...(path !== undefined && { searchPath: path })
  })
}

describe('files that are not committed', () => {
  it('are none in a fresh checkout, also where files are ignored or only touched', async () => {
    const { repo } = newRepo()
    repo.write('node_modules/x/index.js', 'x')
    utimesSync(join(repo.path, 'app/a.rb'), 1, 1)
    expect(await look(repo)).toBeUndefined()
  })

  it('are those that are changed, removed, staged, or not known to git yet', async () => {
    const { repo } = newRepo()
    repo.write('app/a.rb', 'changed')
    rmSync(join(repo.path, 'app/b.rb'))
    repo.write('config/new one.rb', 'new')
    repo.write('config/deep/\u00e4.rb', 'new')
    repo.write('staged.rb', 'staged')
    repo.git('add', 'staged.rb')
    expect(await look(repo)).toEqual({ count: 5, first: 'app/a.rb' })
  })

  it('are looked at with names that git would quote', async () => {
    const { repo } = newRepo()
    repo.write('a\n"b', 'x')
    expect(await look(repo)).toEqual({ count: 1, first: 'a\n"b' })
  })

  it('are not our own', async () => {
    const { repo } = newRepo()
    for (const file of ['slug-report/slug.tgz', '.cache/ours/a', 'other.yml', 'a[1]/x']) repo.write(file, 'x')
    const own = ['slug-report', '.cache/ours', 'other.yml', 'a[1]'].map(name => join(repo.path, name))
    expect(await look(repo, [...own, '/elsewhere', repo.path])).toBeUndefined()
    repo.write('.cache/theirs', 'x')
    repo.write('a1/x', 'x')
    expect(await look(repo, own)).toEqual({ count: 2, first: '.cache/theirs' })
  })

  it('may lie in a submodule, and a submodule may be at another commit', async () => {
    const inner = newRepo().repo
    const { repo } = newRepo()
    repo.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner.path, 'sub')
    repo.commit()
    expect(await look(repo)).toBeUndefined()
    const sub = new GitRepo(join(repo.path, 'sub'))
    sub.write('app/a.rb', 'changed')
    sub.write('more', 'new')
    expect(await look(repo)).toEqual({ count: 2, first: 'sub/app/a.rb' })
    sub.commit()
    expect(await look(repo)).toEqual({ count: 1, first: 'sub' })
    repo.git('submodule', 'deinit', '-q', '-f', 'sub')
    expect(await look(repo)).toBeUndefined()
  })

  it('are found in a linked worktree', async () => {
    const { repo } = newRepo()
    const path = join(folder.path, `worktree-${count}`)
    repo.git('worktree', 'add', '-q', path)
    const linked = new GitRepo(path)
    expect(await look(linked)).toBeUndefined()
    linked.write('app/a.rb', 'changed')
    expect(await look(linked)).toEqual({ count: 1, first: 'app/a.rb' })
    expect(await look(repo)).toBeUndefined()
  })

  it('are told although the configuration names programs: none of them is run', async () => {
    const { repo } = newRepo()
    const inner = newRepo().repo
    repo.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner.path, 'sub')
    repo.write('.gitattributes', '*.rb filter=evil\n*.js filter=Other.One\n')
    repo.write('c.js', 'c')
    repo.commit()
    const witness = join(folder.path, `witness-${count}`)
    const program = `touch ${witness}; cat`
    for (const one of [repo, new GitRepo(join(repo.path, 'sub'))]) {
      one.write('.git-info', '')
      for (const [name, value] of [
        ['core.fsmonitor', program],
        ['core.hooksPath', folder.path],
        ['core.pager', program],
        ['diff.external', program],
        ['filter.evil.clean', program],
        ['filter.evil.required', 'true'],
        ['filter.Other.One.process', program],
        ['status.submoduleSummary', 'true']
      ] as const)
        one.git('config', name, value)
      // Git has to read them: their times say that they may be changed.
      for (const file of ['app/a.rb', 'app/b.rb', 'c.js'])
        if (existsSync(join(one.path, file))) utimesSync(join(one.path, file), 1, 1)
    }
    expect(await look(repo)).toEqual({ count: 2, first: '.git-info' })
    expect(existsSync(witness)).toBe(false)
  })

  it('cannot be told where a filter has a name that cannot be switched off', async () => {
    const { repo } = newRepo()
    repo.git('config', 'filter.a=b.clean', 'touch /nowhere')
    await expect(look(repo)).rejects.toThrow(/are not committed: its configuration has a filter with "="/)
  })

  it('cannot be told of a damaged checkout', async () => {
    const { repo } = newRepo()
    repo.write('.git/index', 'damaged')
    await expect(look(repo)).rejects.toThrow(/Git cannot say whether files of the checkout are not committed: .*index/)
  })
})
