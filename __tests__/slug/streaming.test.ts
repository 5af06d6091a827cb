import { describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'
import { UserError, walkTree } from '../../src/runtime/index.ts'
import { slugFiles, type SlugFile } from '../../src/slug/files.ts'
import { streamingFiles } from '../../src/slug/streaming.ts'
import { temp } from '../helpers/temp.ts'

type Files = Record<string, string | object>

const BASE: Files = {
  'bin/heroku-web': 'exec node ./streaming',
  'streaming/index.js': '',
  '.heroku/node/bin/node': '',
  '.heroku/node/include/node.h': '',
  '.profile.d/nodejs.sh': '',
  'app/models/note.rb': '',
  'vendor/bundle/gem.rb': '',
  Procfile: 'web: bin/heroku-web'
}

/** A tree in a folder; an object is written as JSON. */
function tree(files: Files): string {
  const root = temp()
  for (const [name, content] of Object.entries({ ...BASE, ...files })) {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return root
}

const filesOf = (root: string): SlugFile[] => slugFiles(walkTree(root), root, () => 0).files
const namesOf = (files: readonly SlugFile[]): string[] =>
  files.filter(({ kind }) => kind !== 'directory').map(file => file.path)
const modulesOf = (root: string): string[] =>
  namesOf(streamingFiles(filesOf(root))).filter(name => /node_modules|packages\//.test(name))

const pkg = (name: string, more: object = {}): object => ({ name, ...more })
const needs = (...names: string[]): object => ({ dependencies: Object.fromEntries(names.map(name => [name, '*'])) })

describe('the streaming role', () => {
  it('has the server, what starts it, Node, and nothing of Ruby', () => {
    const names = namesOf(streamingFiles(filesOf(tree({ 'streaming/package.json': {} }))))
    expect(names.sort()).toEqual([
      '.heroku/node/bin/node',
      '.profile.d/nodejs.sh',
      'Procfile',
      'bin/heroku-web',
      'streaming/index.js',
      'streaming/package.json'
    ])
  })

  it('has what is loaded before the server, where Redis is not verified, and no task of the release phase', () => {
    const own = { '.mastodon-on-heroku/redis-tls.cjs': '', '.mastodon-on-heroku/release.rake': '' }
    const names = namesOf(streamingFiles(filesOf(tree({ 'streaming/package.json': {}, ...own }))))
    expect(names.filter(name => name.startsWith('.mastodon'))).toEqual(['.mastodon-on-heroku/redis-tls.cjs'])
  })

  it('keeps the folders of what it keeps, and no others', () => {
    const folders = streamingFiles(filesOf(tree({ 'streaming/package.json': {} }))).filter(
      ({ kind }) => kind === 'directory'
    )
    expect(folders.map(file => file.path).sort()).toEqual([
      '.heroku',
      '.heroku/node',
      '.heroku/node/bin',
      '.profile.d',
      'bin',
      'streaming'
    ])
  })

  it('follows dependencies as Node does: nested versions, scopes, cycles, optional and peer ones that are there', () => {
    const root = tree({
      'streaming/package.json': { ...needs('a', '@s/b'), optionalDependencies: { gone: '*', there: '*' } },
      'node_modules/a/package.json': pkg('a', { ...needs('c'), peerDependencies: { peer: '*', absent: '*' } }),
      'node_modules/a/node_modules/c/package.json': pkg('c', needs('a')),
      'node_modules/c/package.json': pkg('c-of-others'),
      'node_modules/@s/b/package.json': pkg('@s/b'),
      'node_modules/@s/other/package.json': pkg('@s/other'),
      'node_modules/there/package.json': pkg('there'),
      'node_modules/peer/package.json': pkg('peer'),
      'node_modules/react/package.json': pkg('react'),
      'streaming/node_modules/a/package.json': pkg('a-of-streaming', needs('d')),
      'node_modules/d/package.json': pkg('d'),
      'node_modules/d/lib/deep/file.js': ''
    })
    expect(modulesOf(root).sort()).toEqual([
      'node_modules/@s/b/package.json',
      'node_modules/d/lib/deep/file.js',
      'node_modules/d/package.json',
      'node_modules/there/package.json',
      'streaming/node_modules/a/package.json'
    ])
  })

  it('follows the link of a workspace', () => {
    const root = tree({
      'streaming/package.json': needs('shared'),
      'packages/shared/package.json': pkg('shared'),
      'packages/shared/index.js': ''
    })
    mkdirSync(path.join(root, 'node_modules'))
    symlinkSync('../packages/shared', path.join(root, 'node_modules/shared'))
    expect(modulesOf(root).sort()).toEqual([
      'node_modules/shared',
      'packages/shared/index.js',
      'packages/shared/package.json'
    ])
  })

  it('takes the root’s dependencies where the server has no package.json of its own', () => {
    const root = tree({
      'package.json': needs('a'),
      'node_modules/a/package.json': pkg('a'),
      'node_modules/b/package.json': pkg('b')
    })
    expect(modulesOf(root)).toEqual(['node_modules/a/package.json'])
  })

  it.each<[string, Files, RegExp]>([
    [
      'a package that is not there',
      { 'streaming/package.json': needs('pg') },
      /needs the package pg \(streaming\/package\.json\)/
    ],
    ['a package.json that is no JSON', { 'streaming/package.json': '{' }, /streaming\/package\.json is not JSON/],
    ['a package.json that is huge', { 'streaming/package.json': 'x'.repeat(4_100_000) }, /larger than/]
  ])('fails on %s', (_, files, message) => {
    expect(() => streamingFiles(filesOf(tree(files)))).toThrow(UserError)
    expect(() => streamingFiles(filesOf(tree(files)))).toThrow(message)
  })

  it.each(['bin/heroku-web', 'streaming/index.js', '.heroku/node/bin/node'])('fails without %s', missing => {
    const files = filesOf(tree({ 'streaming/package.json': {} })).filter(file => file.path !== missing)
    expect(() => streamingFiles(files)).toThrow(new RegExp(`needs ${missing.replaceAll('.', '\\.')}`))
  })

  it('cannot be led out of the tree', () => {
    const root = tree({
      'streaming/package.json': {
        dependencies: { '../../etc': '*', 'a/../../b': '*', __proto__: '*' },
        optionalDependencies: [1, 2],
        peerDependencies: 'x'
      }
    })
    mkdirSync(path.join(root, 'node_modules'))
    symlinkSync('/etc', path.join(root, 'node_modules/0'))
    expect(modulesOf(root)).toEqual([])
  })

  it('boots: a server that needs a real package runs from these files alone', async () => {
    const root = tree({
      'streaming/package.json': needs('pg'),
      'streaming/index.js': `
        require('pg')
        require('node:http').createServer((_, response) => response.end('OK')).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`,
      'node_modules/unneeded/package.json': pkg('unneeded')
    })
    for (const name of closureOfPg())
      cpSync(path.join(modules, name), path.join(root, 'node_modules', name), { recursive: true })
    const slug = temp()
    for (const { path: name, kind } of streamingFiles(filesOf(root))) {
      if (kind === 'directory') mkdirSync(path.join(slug, name), { recursive: true })
      else cpSync(path.join(root, name), path.join(slug, name))
    }
    expect(readdirSync(path.join(slug, 'node_modules'))).not.toContain('unneeded')
    const server = spawn(process.execPath, ['./streaming'], { cwd: slug, stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const port = await new Promise<string>((resolve, reject) => {
        server.stdout.once('data', chunk => resolve(String(chunk).trim()))
        server.once('exit', code => reject(new Error(`it ended with ${code}`)))
      })
      const answer = await new Promise(resolve =>
        http.get(`http://127.0.0.1:${port}/api/v1/streaming/health`, response => resolve(response.statusCode))
      )
      expect(answer).toBe(200)
    } finally {
      server.kill()
    }
  })
})

const modules = path.join(import.meta.dirname, '..', '..', 'node_modules')

function closureOfPg(): Set<string> {
  const found = new Set<string>()
  const visit = (name: string): void => {
    if (found.has(name)) return
    found.add(name)
    const manifest = createRequire(import.meta.url)(path.join(modules, name, 'package.json')) as {
      dependencies?: Record<string, string>
    }
    for (const dependency of Object.keys(manifest.dependencies ?? {})) visit(dependency)
  }
  visit('pg')
  return found
}
