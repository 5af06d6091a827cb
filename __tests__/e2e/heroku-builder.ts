import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type SlugBuilder } from '../rig/local-heroku/index.ts'
import { body, HttpServer, type Answer } from '../helpers/http-server.ts'
import { lastingTemp } from '../helpers/temp.ts'

/** Does what Heroku's build does: fetches the source and the buildpacks, runs these, and packs `./app`. */
export const herokuBuilder: SlugBuilder = async (sourceUrl, output, intoFile, { buildpacks, config }) => {
  const folder = lastingTemp()
  const app = path.join(folder, 'app')
  await unpack(sourceUrl, app)
  const folders = ['cache', 'env'].map(name => path.join(folder, name))
  for (const made of folders) mkdirSync(made)
  for (const [name, value] of Object.entries(config)) writeFileSync(path.join(folder, 'env', name), value)
  for (const [i, url] of buildpacks.entries()) {
    const buildpack = path.join(folder, `buildpack-${i}`)
    await unpack(url, buildpack)
    output(`-----> ${path.basename(url)}\n`)
    const compile = path.join(buildpack, 'bin', 'compile')
    output(execFileSync(compile, [app, ...folders], { encoding: 'utf8', env: { ...process.env, STACK: 'heroku-24' } }))
  }
  chmodSync(folder, 0o755)
  execFileSync('tar', ['-C', folder, '-czf', intoFile, './app'])
  const lines = readFileSync(path.join(app, 'Procfile'), 'utf8').split('\n')
  const types = lines.flatMap(line => {
    const [, name, command] = /^([\w-]+): (.+)$/.exec(line) ?? []
    return name === undefined || command === undefined ? [] : [[name, command]]
  })
  return { size: statSync(intoFile).size, processTypes: Object.fromEntries(types) as Record<string, string> }
}

async function unpack(url: string, into: string): Promise<void> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  mkdirSync(into)
  const archive = `${into}.tar`
  writeFileSync(archive, gunzipSync(Buffer.from(await response.arrayBuffer())))
  execFileSync('tar', ['-C', into, '-xf', archive])
}

const BUILDPACKS = path.join(import.meta.dirname, '..', 'rig', 'sample-fork', 'buildpacks')

/** Serves the sample fork's buildpacks as archives. */
export function serveBuildpacks(): Promise<HttpServer> {
  const archives = readdirSync(BUILDPACKS).map((name): [string, Answer[]] => {
    const archive = execFileSync('tar', ['-C', path.join(BUILDPACKS, name), '-czf', '-', '.'])
    return [`/${name}.tgz`, [body(archive)]]
  })
  return HttpServer.start(Object.fromEntries(archives))
}

/** Names a fork's buildpacks by addresses of that server, as a fork must that Heroku builds. */
export function nameBuildpacks(fork: string, { url }: HttpServer): void {
  const config = path.join(fork, '.github', 'mastodon-on-heroku.yml')
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replaceAll(/\.\/buildpacks\/([\w-]+)/g, `${url}/$1.tgz`))
}
