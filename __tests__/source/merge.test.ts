import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import http from 'node:http'
import { type AddressInfo } from 'node:net'
import path from 'node:path'
import { CancelledError, walkTree } from '../../src/runtime/index.ts'
import { runCommand } from '../../src/runtime/real.ts'
import { writeMerged } from '../../src/source/index.ts'
import { GitRepo } from '../helpers/git-repo.ts'
import { gitServer } from '../helpers/git-server.ts'
import { hangs } from '../helpers/internet.ts'
import { running } from '../helpers/processes.ts'
import { lastingTemp, temp } from '../helpers/temp.ts'

type MergeOptions = Parameters<typeof writeMerged>[0]
type Merged = Awaited<ReturnType<typeof writeMerged>>

const SEARCH = process.env['PATH']!
let root: string
let upstream: GitRepo
let fork: GitRepo
let commit: string

/** Commits those files and tags them; what is there stays. */
function release(tag: string, files: Readonly<Record<string, string>>, ...tagged: string[]): void {
  for (const [file, content] of Object.entries(files)) upstream.write(file, content)
  upstream.commit(tag)
  upstream.git('tag', ...tagged, tag)
}

beforeAll(() => {
  root = lastingTemp()
  upstream = new GitRepo(path.join(root, 'upstream'))
  upstream.git('config', 'uploadpack.allowFilter', 'true')
  release('v1', { 'read/same': '1', 'read/theirs': '1', 'read/mine': '1', 'read/both': '1', Procfile: '1', left: '1' })
  fork = GitRepo.clone(upstream.path, path.join(root, 'fork'))
  for (const file of ['read/mine', 'read/both', 'read/only-mine', 'Procfile']) fork.write(file, 'fork')
  commit = fork.commit()
  release('v2', { 'read/theirs': '2', 'read/both': '2', 'read/new': '2', Procfile: '2', left: '2' }, '-a', '-m', 'x')
})

const signal = new AbortController().signal

async function merge(changes: Partial<MergeOptions> = {}): Promise<Merged & { files: Record<string, string> }> {
  const folder = temp()
  const into = changes.into ?? path.join(folder, 'merged')
  const merged = await writeMerged({
    path: fork.path,
    commit,
    url: `file://${upstream.path}`,
    tag: 'v2',
    baseTag: 'v1',
    fetchInto: path.join(folder, 'upstream.git'),
    only: name => /^(?:read\/|Procfile$)/.test(name),
    own: name => name === 'Procfile',
    run: runCommand,
    signal,
    searchPath: SEARCH,
    proxyEnvironment: {},
    ...changes,
    into
  })
  const files = walkTree(into).filter(({ kind }) => kind === 'file')
  const read = files.map(({ path: name }) => [name, readFileSync(path.join(into, name), 'utf8')])
  return { ...merged, files: Object.fromEntries(read) as Record<string, string> }
}

const MERGED = {
  Procfile: 'fork',
  'read/both': '2',
  'read/mine': 'fork',
  'read/new': '2',
  'read/only-mine': 'fork',
  'read/same': '1',
  'read/theirs': '2'
}

describe('a fork with a tag of upstream merged', () => {
  it('has what one side alone has changed, and tells what both have; the checkout stays as it is', async () => {
    const before = [
      fork.git('for-each-ref'),
      fork.git('count-objects', '-v'),
      readdirSync(path.join(fork.path, '.git'))
    ]
    const { files, contested, commit: of } = await merge()
    expect(files).toEqual(MERGED)
    expect(contested).toEqual(['Procfile', 'read/both'])
    expect(of).toBe(upstream.git('rev-parse', 'v2^{commit}'))
    expect([
      fork.git('for-each-ref'),
      fork.git('count-objects', '-v'),
      readdirSync(path.join(fork.path, '.git'))
    ]).toEqual(before)
  })

  it('is made without its base, too: the tag of a fork of a fork may not be there', async () => {
    const { files, contested } = await merge({ baseTag: 'v1-of-mine' })
    expect(files).toEqual({ ...MERGED, 'read/mine': '1' })
    expect(contested).toBeUndefined()
  })

  it('is made of a shallow checkout', async () => {
    const shallow = GitRepo.clone(`file://${fork.path}`, path.join(temp(), 'shallow'), '--depth', '1', '--no-tags')
    expect((await merge({ path: shallow.path })).files).toEqual(MERGED)
  })

  it('comes over HTTP with what is read and not here already, and nothing else', async () => {
    const asked: string[] = []
    const serve = gitServer(root)
    const server = http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      serve(request, response)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const folder = temp()
    const fetchInto = path.join(folder, 'upstream.git')
    const { files } = await merge({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/upstream`,
      fetchInto
    })
    server.close()
    expect(files).toEqual(MERGED)
    expect(asked).toHaveLength(5)
    const kept = new GitRepo(folder).git(
      ...['--git-dir', fetchInto, 'cat-file', '--batch-all-objects', '--batch-check=%(objecttype)']
    )
    // `2`, the content of all that is new; `left` has it, too, and is not read.
    expect(kept.split('\n').filter(type => type === 'blob')).toHaveLength(1)
  })
})

describe('each name', () => {
  /** Commits one file of that content, or none; a tag names the commit. */
  function put(repo: GitRepo, content: string | undefined, tag: string): string {
    repo.git('rm', '-q', '-r', '--ignore-unmatch', '.')
    if (content !== undefined) repo.write('read/x', content)
    const sha = repo.commit(tag)
    repo.git('tag', tag)
    return sha
  }

  it.each<[string, (string | undefined)[], string | undefined, boolean]>([
    ['nobody has changed', ['a', 'a', 'a'], 'a', false],
    ['the fork has changed', ['b', 'a', 'a'], 'b', false],
    ['upstream has changed', ['a', 'a', 'b'], 'b', false],
    ['both have changed alike', ['b', 'a', 'b'], 'b', false],
    ['both have changed', ['b', 'a', 'c'], 'c', true],
    ['the fork has removed', [undefined, 'a', 'a'], undefined, false],
    ['upstream has removed', ['a', 'a', undefined], undefined, false],
    ['upstream has removed, and the fork changed', ['b', 'a', undefined], undefined, true],
    ['the fork has added', ['b', undefined, undefined], 'b', false],
    ['both have added', ['b', undefined, 'c'], 'c', true]
  ])('that %s', async (_, [mine, before, after], expected, isContested) => {
    const [theirs, ours] = ['upstream', 'fork'].map(name => new GitRepo(path.join(temp(), name)))
    put(theirs!, before, 'v1')
    put(theirs!, after, 'v2')
    const options = { path: ours!.path, commit: put(ours!, mine, 'mine'), url: `file://${theirs!.path}` }
    const { files, contested } = await merge(options)
    expect(files['read/x']).toBe(expected)
    expect(contested).toEqual(isContested ? ['read/x'] : [])
    if (isContested) expect((await merge({ ...options, own: () => true })).files['read/x']).toBe(mine)
  })
})

describe('what cannot be merged leaves nothing, and says why', () => {
  it.each<[string, Partial<MergeOptions>, RegExp]>([
    ['no such tag', { tag: 'v3' }, /upstream has no commit with the tag v3$/],
    ['a name that is more than one', { tag: 'v2:refs/heads/x' }, /has no commit with the tag v2:refs/],
    ['an option', { tag: '--upload-pack=id' }, /has no commit with the tag --upload-pack=id$/],
    ['no repository', { url: 'file:///nonexistent/x' }, /^\/nonexistent\/x could not be fetched from: fatal: /],
    [
      'no server',
      { url: 'http://127.0.0.1:1/x' },
      /^127\.0\.0\.1:1\/x could not be fetched from: fatal: unable to access/
    ],
    ['no git', { searchPath: '/nonexistent' }, /^The program git was not found/],
    ['no checkout', { path: '/nonexistent' }, /\/nonexistent is not a git checkout/],
    ['a commit that is not here', { commit: '1'.repeat(40) }, /git cannot read the commit 1{40} of this checkout/]
  ])('%s', async (_, changes, expected) => {
    const into = path.join(temp(), 'into')
    await expect(merge({ into, ...changes })).rejects.toThrow(expected)
    expect(existsSync(into)).toBe(false)
  })

  it('a login is not asked for, and none is sent', async () => {
    const logins: (string | undefined)[] = []
    const server = http.createServer(({ headers }, response) => {
      logins.push(headers.authorization)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await expect(merge({ url: `http://127.0.0.1:${port}/x` })).rejects.toThrow(/could not read Username/)
    server.close()
    expect(logins).toEqual([undefined])
  })

  it('a server that hangs: at the signal git is gone, with all that it started', async () => {
    const server = http.createServer(hangs)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
    const late = new AbortController()
    server.once('request', () => late.abort())
    const folder = temp()
    await expect(merge({ url, signal: late.signal, into: path.join(folder, 'into') })).rejects.toThrow(CancelledError)
    expect(running(url)).toEqual([])
    expect(readdirSync(folder)).toEqual([])
    server.closeAllConnections()
    server.close()
  })

  /** A tag of a tree that git itself would not have made. */
  const hostile = (tag: string, entries: Parameters<GitRepo['tree']>[0]): void => {
    const tree = upstream.tree([{ mode: '040000', sha: upstream.tree(entries), name: 'read' }])
    upstream.git('tag', tag, upstream.commitTree(tree))
  }

  it('trees of an enemy', async () => {
    const sha = upstream.blob('x')
    hostile('way-out', [{ mode: '100644', sha, name: '..' }])
    hostile('hook', [{ mode: '100644', sha, name: '.GIT' }])
    hostile('link', [
      { mode: '120000', sha: upstream.blob('/etc'), name: 'out' },
      { mode: '100644', sha, name: '\u001b[2J\n::error::' }
    ])
    // A tree of trees of trees, each a hundred times the one below.
    let tree = upstream.tree([{ mode: '100644', sha, name: 'leaf' }])
    for (let depth = 0; depth < 4; depth++)
      tree = upstream.tree(Array.from({ length: 100 }, (_, i) => ({ mode: '040000', sha: tree, name: `n${i + 100}` })))
    upstream.git('tag', 'bomb', upstream.commitTree(upstream.tree([{ mode: '040000', sha: tree, name: 'read' }])))
    hostile('huge', [{ mode: '100644', sha: upstream.blob(Buffer.alloc(21e6)), name: 'zeros' }])

    await expect(merge({ tag: 'way-out' })).rejects.toThrow(/holds "read\/\.\.", a name that git itself/)
    await expect(merge({ tag: 'hook' })).rejects.toThrow(/holds "read\/\.GIT"/)
    await expect(merge({ tag: 'bomb' })).rejects.toThrow(/git printed more than 20\.0 MB/)
    await expect(merge({ tag: 'huge' })).rejects.toThrow(/hold more than 5\.0 MB/)
    // A link is written as one, and never followed.
    const into = path.join(temp(), 'into')
    await merge({ tag: 'link', into })
    expect(lstatSync(path.join(into, 'read/out')).isSymbolicLink()).toBe(true)
  })
})

afterAll(() => expect(running(root)).toEqual([]))
