/** What the five-minute path asks the internet for, on this machine: npm's registry, Heroku's, and repositories on GitHub. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import path from 'node:path'
import { makeNpmPackage } from '../../../scripts/npm-package.mts'
import { bringPackage, commitAll, git } from '../sample-fork.ts'
import { OWN_ACTION } from '../workflows/stage.ts'

const PROJECT = path.join(import.meta.dirname, '..', '..', '..')
const SAMPLE = path.join(import.meta.dirname, '..', 'sample-fork')
const OWN = path.join(import.meta.dirname, 'buildpacks')

/** The buildpacks of Mastodon's app.json (mastodon/mastodon: app.json), and what stands in for each. */
const STAND_INS: Readonly<Record<string, (into: string, aptfile: string) => void>> = {
  'https://github.com/heroku/heroku-buildpack-activestorage-preview': into =>
    copy(path.join(SAMPLE, 'buildpacks', 'activestorage-preview'), into),
  'https://github.com/heroku/heroku-buildpack-apt': makeApt,
  'heroku/nodejs': makeNodejs,
  'heroku/ruby': makeRuby
}

/** The sample fork's stand-in; of a package that the sample does not have it brings a file that says so. */
function makeApt(into: string, aptfile: string): void {
  copy(path.join(SAMPLE, 'buildpacks', 'apt'), into)
  for (const [name] of aptfile.matchAll(/^[a-z0-9][\w.+-]*/gm)) {
    const docs = path.join(into, 'packages', name, 'usr', 'share', 'doc', name)
    mkdirSync(docs, { recursive: true })
    writeFileSync(path.join(docs, 'copyright'), 'A stand-in\n')
  }
}

/** The stand-in for heroku/nodejs: a `node` that hands over to the machine's. */
export function makeNodejs(into: string): void {
  copy(path.join(OWN, 'nodejs'), into)
  copy(path.join(SAMPLE, 'buildpacks', 'nodejs', 'opt'), path.join(into, 'opt'))
}

/** The stand-in for heroku/ruby: the sample fork's stand-in for Rails, and the npm package that it needs. */
export function makeRuby(into: string): void {
  copy(path.join(OWN, 'ruby'), into)
  copy(path.join(SAMPLE, 'buildpacks', 'ruby', 'opt'), path.join(into, 'opt'))
  copy(path.join(SAMPLE, 'lib', 'stand_in'), path.join(into, 'stand_in'))
  bringPackage('pg', path.join(into, 'node_modules'))
}

export interface Internet {
  /** For `buildpack-registry-url`. */
  readonly registryUrl: string
  /** For npm. */
  readonly npmUrl: string
  /** Folder with a `git` that finds the repositories of github.com here. */
  readonly programs: string
  /** Buildpacks that are stand-ins. */
  readonly standIns: readonly string[]
  close(this: void): Promise<void>
}

/**
 * Opens it.
 * @param folder its own, empty
 * @param aptfile the fork's, or an empty text
 * @param buildpacks folders to serve in place of stand-ins, by the name in app.json
 */
export async function openInternet(
  folder: string,
  aptfile: string,
  buildpacks: Readonly<Record<string, string>>
): Promise<Internet> {
  const github = path.join(folder, 'github.com')
  const archives = new Map<string, Buffer>()
  for (const [name, make] of Object.entries({ ...STAND_INS, ...given(buildpacks) })) {
    const repository = name.replace('https://github.com', github)
    const place = repository === name ? path.join(folder, 'registry', name) : repository
    make(place, aptfile)
    if (repository === name) archives.set(name, execFileSync('tar', ['-C', place, '-czf', '-', '.'], BIG))
    else commit(place)
  }
  const npm = npmPackage(folder)
  const server = createServer((request, response) => {
    const asked = decodeURIComponent(request.url ?? '')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const name = asked.replace(/^\/(?:buildpacks|archives)\//, '')
    if (asked === `/${npm.name}`) response.end(JSON.stringify(packument(npm, url)))
    else if (asked === `/${npm.name}.tgz`) response.end(npm.archive)
    else if (!archives.has(name)) response.writeHead(404).end()
    else if (asked.startsWith('/archives/')) response.end(archives.get(name))
    else response.end(JSON.stringify({ blob_url: `${url}/archives/${name}` }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const registryUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    registryUrl,
    npmUrl: `${registryUrl}/`,
    programs: gitThatStaysHere(path.join(folder, 'programs'), github),
    standIns: Object.keys(STAND_INS).filter(name => !Object.hasOwn(buildpacks, name)),
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

const BIG = { maxBuffer: 1 << 30 }

function given(buildpacks: Readonly<Record<string, string>>): typeof STAND_INS {
  return Object.fromEntries(
    Object.entries(buildpacks).map(([name, from]) => [name, (into: string) => copy(from, into)])
  )
}

function copy(from: string, into: string): void {
  cpSync(from, into, { recursive: true, filter: file => path.basename(file) !== '.git' })
}

function commit(folder: string): void {
  git(folder, 'init', '-q', '-b', 'main')
  commitAll(folder, 'A buildpack')
}

/** The action's git asks github.com over https; this one answers from a folder. */
function gitThatStaysHere(folder: string, github: string): string {
  mkdirSync(folder)
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const program = path.join(folder, 'git')
  const lead = `GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0='url.file://${github}/.insteadOf' GIT_CONFIG_VALUE_0=https://github.com/`
  writeFileSync(program, `#!/bin/sh\nGIT_ALLOW_PROTOCOL=file ${lead} exec ${real} "$@"\n`)
  chmodSync(program, 0o755)
  return folder
}

interface NpmPackage {
  readonly name: string
  readonly manifest: Readonly<Record<string, unknown>>
  readonly archive: Buffer
}

/** The package as a release publishes it: the folder that the release makes, packed by npm. */
function npmPackage(folder: string): NpmPackage {
  const made = path.join(folder, 'package')
  makeNpmPackage(made, { repository: OWN_ACTION, commit: git(PROJECT, 'rev-parse', 'HEAD') })
  const packed = path.join(folder, 'packed')
  mkdirSync(packed)
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', packed, made], { encoding: 'utf8' })
  const [{ filename }] = JSON.parse(output) as [{ filename: string }]
  const manifest = JSON.parse(readFileSync(path.join(made, 'package.json'), 'utf8')) as Record<string, unknown>
  return { name: String(manifest['name']), manifest, archive: readFileSync(path.join(packed, filename)) }
}

/** What a registry tells of a package (npm/registry: docs/responses/package-metadata.md). */
function packument({ name, manifest, archive }: NpmPackage, url: string): object {
  const version = String(manifest['version'])
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`
  const dist = { tarball: `${url}/${name}.tgz`, integrity }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}
