import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import path from 'node:path'
import { fetchBuildpack, type FetchOptions } from '../../src/buildpacks/fetch.ts'
import { parseBuildpack } from '../../src/buildpacks/reference.ts'
import { CancelledError, UserError, type Log } from '../../src/runtime/index.ts'
import { runCommand } from '../../src/runtime/run-command.ts'
import { TestClock } from '../helpers/clock.ts'
import { body, cutOff, HttpServer, json, redirect, status } from '../helpers/http-server.ts'
import { GitRepo } from '../helpers/git-repo.ts'
import { buildpackEntries, tarball } from '../helpers/tarballs.ts'
import { temp } from '../helpers/temp.ts'
import { makeTree } from '../slug/helpers.ts'

const signal = new AbortController().signal
let archive: Buffer
let server: HttpServer | undefined
let folder: string
let warnings: string[]

beforeEach(async () => {
  archive = await tarball(buildpackEntries('heroku-buildpack-x-1/'))
  folder = temp()
  warnings = []
})
afterEach(() => server?.close())

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

function bring(text: string, more: Partial<FetchOptions> = {}) {
  return fetchBuildpack(parseBuildpack(text, 'config'), {
    into: path.join(folder, 'buildpacks', '1'),
    registryUrl: server?.url ?? 'https://registry.invalid',
    sourceTree: folder,
    clock: new TestClock(),
    run: runCommand,
    log: { warning: (line: string) => void warnings.push(line) } as unknown as Log,
    searchPath: process.env['PATH']!,
    proxyEnvironment: {},
    signal,
    ...more
  })
}

/** What is said of one that cannot be brought: the error, and what to do. */
async function failureOf(text: string): Promise<string> {
  const error: unknown = await bring(text).then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(UserError)
  const { message, nextStep } = error as UserError
  return `${message} | ${nextStep}`
}

/** Nothing of a buildpack that could not be brought is left. */
function expectNothingLeft(): void {
  expect(readdirSync(path.join(folder, 'buildpacks'))).toEqual([])
}

async function registry(...answers: Parameters<typeof HttpServer.start>[0][string]): Promise<void> {
  server = await HttpServer.start({
    '/buildpacks/heroku%2Fruby': [
      (request, response) => json({ blob_url: `${server!.url}/ruby.tgz` })(request, response)
    ],
    '/ruby.tgz': answers
  })
}

describe('a buildpack of the registry', () => {
  it('is found by its name, with its digest', async () => {
    await registry(body(archive))
    expect(await bring('heroku/ruby')).toMatchObject({ name: 'heroku/ruby', kind: 'registry', sha256: digest(archive) })
    expect(existsSync(path.join(folder, 'buildpacks/1/bin/compile'))).toBe(true)
    expect(server!.requests).toEqual(['GET /buildpacks/heroku%2Fruby', 'GET /ruby.tgz'])
  })

  it.each([
    ['an unknown name', 'heroku/rubby', [body('')], /There is no buildpack heroku\/rubby/],
    ['an archive that is gone', 'heroku/ruby', [status(404)], /There is no buildpack heroku\/ruby/],
    ['a server that fails', 'heroku/ruby', [status(500)], /Buildpack heroku\/ruby could not be fetched: .*500/],
    [
      'an answer that is cut off',
      'heroku/ruby',
      [cutOff('x')],
      /Buildpack heroku\/ruby could not be fetched: .*cut off/
    ],
    [
      'an archive that is none',
      'heroku/ruby',
      [body('<html>')],
      /Buildpack heroku\/ruby: The archive cannot be unpacked/
    ]
  ])('fails clearly on %s', async (_what, name, answers, says) => {
    await registry(...answers)
    await expect(bring(name)).rejects.toThrow(says)
    expectNothingLeft()
  })

  it('fails clearly where the registry gives no address', async () => {
    server = await HttpServer.start({ '/buildpacks/heroku%2Fruby': [json({ name: 'heroku/ruby' })] })
    await expect(bring('heroku/ruby')).rejects.toThrow(/gives no address of an archive/)
  })

  it('is refused where it is not the pinned one', async () => {
    await registry(body(archive))
    await expect(bring('heroku/ruby', { sha256: '0'.repeat(64) })).rejects.toThrow(
      new RegExp(`sha256 is ${digest(archive)}, expected 0{64}`)
    )
    expectNothingLeft()
  })

  it('is not followed to an unprotected host, and the error names it', async () => {
    await registry(redirect('http://example.com/ruby.tgz'))
    await expect(bring('heroku/ruby')).rejects.toThrow(/heroku\/ruby.*not an https address/)
    expectNothingLeft()
  })

  it('says that it was cancelled, and not that it failed', async () => {
    const cancel = new AbortController()
    await registry(() => cancel.abort())
    await expect(bring('heroku/ruby', { signal: cancel.signal })).rejects.toThrow(CancelledError)
    expectNothingLeft()
  })

  it('comes from the cache without the network where it is pinned, unless the cache is damaged', async () => {
    await registry(body(archive))
    const pin = { sha256: digest(archive), cacheFolder: path.join(folder, 'cache') }
    await bring('heroku/ruby', pin)
    await bring('heroku/ruby', { ...pin, into: path.join(folder, 'buildpacks', '2') })
    expect(server!.requests.length).toBe(2)
    const kept = path.join(folder, 'cache', `${pin.sha256}.tgz`)
    writeFileSync(kept, 'damaged')
    await bring('heroku/ruby', { ...pin, into: path.join(folder, 'buildpacks', '3') })
    expect(server!.requests.length).toBe(4)
    rmSync(kept)
    symlinkSync('/dev/zero', kept)
    await bring('heroku/ruby', { ...pin, into: path.join(folder, 'buildpacks', '4') })
    expect(server!.requests.length).toBe(6)
    expect(readFileSync(kept).equals(archive)).toBe(true)
    expect(warnings).toEqual([])
  })

  it('is fetched also if it cannot be kept: that is a warning', async () => {
    await registry(body(archive))
    writeFileSync(path.join(folder, 'file'), '')
    const pin = { sha256: digest(archive), cacheFolder: path.join(folder, 'file', 'cache') }
    await bring('heroku/ruby', pin)
    expect(warnings).toEqual([expect.stringMatching(/^The archive of a buildpack could not be kept.*ENOTDIR/)])
  })

  it('is kept whole by builds at the same time', async () => {
    await registry(body(archive))
    const pin = { sha256: digest(archive), cacheFolder: path.join(folder, 'cache') }
    const into = (name: number): string => path.join(folder, 'buildpacks', `${name}`)
    await Promise.all([1, 2, 3, 4].map(name => bring('heroku/ruby', { ...pin, into: into(name) })))
    expect(warnings).toEqual([])
    expect(readdirSync(pin.cacheFolder)).toEqual([`${pin.sha256}.tgz`])
  })
})

describe('a buildpack as an archive', () => {
  it('has the top folder taken away', async () => {
    server = await HttpServer.start({ '/v1.tar.gz': [body(archive)] })
    expect(await bring(`${server.url}/v1.tar.gz`)).toMatchObject({ kind: 'tarball', sha256: digest(archive) })
    expect(existsSync(path.join(folder, 'buildpacks/1/bin/detect'))).toBe(true)
  })

  it('must be a buildpack', async () => {
    const other = await tarball([{ name: 'README.md', content: 'x' }])
    server = await HttpServer.start({ '/v1.tgz': [body(other)] })
    await expect(bring(`${server.url}/v1.tgz`)).rejects.toThrow(/is not a buildpack: it has no bin\/detect/)
    expectNothingLeft()
  })
})

describe('a buildpack in a git repository', () => {
  let git: Server
  let url: string
  let repository: GitRepo
  let commits: string[]

  beforeEach(async () => {
    const root = temp()
    repository = new GitRepo(path.join(root, 'buildpack'))
    const commit = (version: string): string => {
      for (const step of ['detect', 'compile']) repository.write(`bin/${step}`, `#!/bin/sh\necho ${version}\n`, 0o755)
      repository.write('.gitattributes', '* text eol=crlf\n')
      return repository.commit(version)
    }
    commits = [commit('one'), commit('two')]
    repository.git('tag', '-a', 'v1', '-m', 'v1', commits[0]!)
    repository.git('branch', 'old', commits[0]!)
    repository.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
    ;({ git, url } = await serveGit(root))
  })
  afterEach(() => new Promise(resolve => git.close(resolve)))

  it.each([
    ['its default branch', '', 1],
    ['a tag', '#v1', 0],
    ['a branch', '#old', 0]
  ])('is taken at %s', async (_what, ref, index) => {
    const { version, sha256, kind } = await bring(`${url}/buildpack/.git${ref}`)
    expect({ version, kind }).toEqual({ version: commits[index], kind: 'git' })
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(existsSync(path.join(folder, 'buildpacks/1/.git'))).toBe(false)
    const compile = readFileSync(path.join(folder, 'buildpacks/1/bin/compile'), 'utf8')
    expect(compile).toBe(`#!/bin/sh\necho ${['one', 'two'][index]}\n`)
  })

  it('is taken at a commit, and pinned by the digest of its tree', async () => {
    const first = await bring(`${url}/buildpack/.git#${commits[0]}`)
    expect(first.version).toBe(commits[0])
    const pinned = { sha256: first.sha256, into: path.join(folder, 'buildpacks', '2') }
    await bring(`${url}/buildpack/.git#v1`, pinned)
    await expect(
      bring(`${url}/buildpack/.git`, { ...pinned, into: path.join(folder, 'buildpacks', '3') })
    ).rejects.toThrow(/not the one that the config pins/)
  })

  it.each([
    ['a ref that is not there', '/buildpack/.git#nothing', /#nothing: it has no branch or tag nothing \| Check/],
    [
      'a word that may be a part of a hash',
      '/buildpack/.git#beef',
      /it has no branch or tag beef\. .* only by its whole hash \| Write all 40 digits/
    ],
    ['a commit that is not there', `/buildpack/.git#${'1'.repeat(40)}`, /it has no commit 1{40}, or does not/],
    ['a repository that is not there', '/nowhere/.git', /could not be fetched/]
  ])('fails clearly on %s', async (_what, rest, says) => {
    await expect(failureOf(url + rest)).resolves.toMatch(says)
    expectNothingLeft()
  })

  it('at the beginning of a commit’s hash fails, and says what to write', async () => {
    const short = commits[0]!.slice(0, 7)
    await expect(failureOf(`${url}/buildpack/.git#${short}`)).resolves.toContain(`\`git rev-parse ${short}\``)
    expectNothingLeft()
  })

  it('is taken at a branch and a tag that look like one', async () => {
    repository.git('branch', 'abc1234', commits[0]!)
    repository.git('tag', 'deadbeef', commits[0]!)
    for (const [i, ref] of ['abc1234', 'deadbeef'].entries()) {
      const into = path.join(folder, 'buildpacks', String(i))
      expect(await bring(`${url}/buildpack/.git#${ref}`, { into })).toMatchObject({ version: commits[0] })
    }
  })

  it('that asks for a login fails, and says why', async () => {
    server = await HttpServer.start({
      '/private/info/refs?service=git-upload-pack': [
        (_, response) => void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
      ]
    })
    await expect(failureOf(`${server.url}/private`)).resolves.toMatch(
      /its server asks for a login: the repository is private, or there is no repository of that name/
    )
    expectNothingLeft()
  })
})

describe('a buildpack in a folder', () => {
  const program = '#!/bin/sh\n'

  it('is copied from the commit, and its digest is that of what it holds', async () => {
    makeTree(
      { 'source/mine/bin/detect': program, 'source/mine/bin/compile': program, 'source/mine/link': '->bin' },
      folder
    )
    const sourceTree = path.join(folder, 'source')
    const first = await bring('./mine', { sourceTree })
    expect(first).toMatchObject({ name: './mine', kind: 'folder' })
    writeFileSync(path.join(sourceTree, 'mine/bin/compile'), `${program}# other`)
    const second = await bring('./mine', { sourceTree, into: path.join(folder, 'buildpacks', '2') })
    expect(second.sha256).not.toBe(first.sha256)
  })

  it('is not taken through a link out of the commit', async () => {
    makeTree({ 'outside/bin/detect': program, 'outside/bin/compile': program, 'source/': '' }, folder)
    symlinkSync(path.join(folder, 'outside'), path.join(folder, 'source/mine'))
    await expect(bring('./mine', { sourceTree: path.join(folder, 'source') })).rejects.toThrow(
      /leads out of the commit/
    )
    mkdirSync(path.join(folder, 'buildpacks'), { recursive: true })
    expectNothingLeft()
  })

  it.each(['detect', 'compile', 'release'])(
    'may not have a bin/%s that is a link to a file of the runner',
    async step => {
      makeTree({ 'source/mine/bin/detect': program, 'source/mine/bin/compile': program, secret: 'x' }, folder)
      const [link, secret] = [path.join(folder, 'source/mine/bin', step), path.join(folder, 'secret')]
      rmSync(link, { force: true })
      symlinkSync(secret, link)
      const { mode } = statSync(secret)
      await expect(bring('./mine', { sourceTree: path.join(folder, 'source') })).rejects.toThrow(/leads out of it/)
      expect(statSync(secret).mode).toBe(mode)
      expectNothingLeft()
    }
  )

  it('must be there', async () => {
    await expect(bring('./nowhere')).rejects.toThrow(/There is no folder for the buildpack \.\/nowhere/)
  })
})

/** Git over http, by git's own program behind a small server. */
async function serveGit(root: string): Promise<{ git: Server; url: string }> {
  const git = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x')
    const env = {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*'
    }
    const backend = spawn('git', ['http-backend'], { env })
    request.pipe(backend.stdin)
    const chunks: Buffer[] = []
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    backend.on('close', () => {
      const answer = Buffer.concat(chunks)
      const end = answer.indexOf('\r\n\r\n')
      const headers = Object.fromEntries(
        answer
          .subarray(0, end)
          .toString()
          .split('\r\n')
          .map(line => line.split(': ') as [string, string])
      )
      response.writeHead(Number.parseInt(headers['Status'] ?? '200', 10), headers).end(answer.subarray(end + 4))
    })
  })
  await new Promise<void>(resolve => git.listen(0, '127.0.0.1', resolve))
  return { git, url: `http://127.0.0.1:${(git.address() as AddressInfo).port}` }
}
