import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** A Docker engine of our own for one test file, and an image made of this machine's tools: no registry is needed. */
export class DockerEngine {
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'engine-'))
  readonly host = `unix://${this.#folder}/docker.sock`
  #daemon: ChildProcess | undefined

  /** Why no engine can run here; undefined if one can be tried. */
  static unavailable(): string | undefined {
    if (process.getuid?.() !== 0) return 'only root can start a Docker engine'
    for (const program of ['dockerd', 'docker', 'containerd']) if (!which(program)) return `${program} is not installed`
    return undefined
  }

  /** Starts it; the reason if it does not come up. */
  async start(): Promise<string | undefined> {
    const at = (name: string): string => path.join(this.#folder, name)
    const log = openSync(at('log'), 'w')
    const network = ['--iptables=false', '--ip6tables=false', '--bridge=none', '--ip-forward=false']
    const place = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'), '-H', this.host]
    this.#daemon = spawn('dockerd', [...place, ...network, '--storage-driver=overlay2'], {
      stdio: ['ignore', log, log]
    })
    const deadline = Date.now() + 30_000
    while (Date.now() < deadline && this.#daemon.exitCode === null) {
      if (this.docker(['info'], true) !== undefined) return undefined
      await setTimeout(100)
    }
    const lastWords = readFileSync(at('log'), 'utf8').trim().split('\n').at(-1)
    await this.stop()
    return lastWords ?? 'dockerd did not start'
  }

  /** Ends the engine by its process, and removes all that it made. */
  async stop(): Promise<void> {
    const daemon = this.#daemon
    if (daemon && daemon.exitCode === null) {
      const ended = new Promise(resolve => daemon.once('exit', resolve))
      daemon.kill('SIGTERM')
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Runs the docker client on this engine; its output, or undefined if it fails and may. */
  docker(args: string[], mayFail = false): string | undefined {
    try {
      return execFileSync('docker', args, {
        env: { PATH: process.env['PATH'], DOCKER_HOST: this.host },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe']
      })
    } catch (error) {
      if (mayFail) return undefined
      throw error
    }
  }

  /**
   * Makes an image of bash, coreutils and a few more programs of this machine, with a user `heroku` as in Heroku's.
   * @param more names of further programs
   */
  importImage(tag: string, ...more: string[]): void {
    const root = path.join(this.#folder, 'image')
    for (const folder of ['etc', 'tmp', 'app', 'usr/bin', 'usr/sbin', 'usr/lib', 'proc', 'dev'])
      mkdirSync(path.join(root, folder), { recursive: true })
    const script = `set -e
for program in ${[...PROGRAMS, ...more].join(' ')}; do
  file=$(readlink -f "$(type -P "$program")")
  cp -L "$file" "$1/usr/bin/$program"
  ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true
done | sort -u | while read -r library; do
  mkdir -p "$1/real$(dirname "$library")"
  cp -L "$library" "$1/real$library"
done
cp -a "$1/real/." "$1/"; rm -rf "$1/real"
[ -e "$1/bin" ] || ln -s usr/bin "$1/bin"
[ -e "$1/lib64" ] || ln -s usr/lib64 "$1/lib64"
printf 'root:x:0:0::/root:/bin/bash\\nheroku:x:1000:1000::/app:/bin/bash\\n' > "$1/etc/passwd"
chmod 1777 "$1/tmp"
tar -C "$1" -c . | docker import -c 'ENV STACK=heroku-24' - "$2"`
    execFileSync('bash', ['-c', script, 'image', root, tag], {
      env: { PATH: process.env['PATH'], DOCKER_HOST: this.host },
      stdio: ['ignore', 'pipe', 'pipe']
    })
  }
}

const PROGRAMS = (
  'bash sh cat cp mv ln ls mkdir rm chmod chown touch head tail wc sort tr cut seq shuf printf echo true false env id sleep dirname basename ' +
  'readlink mktemp base64 sha256sum sha512sum date paste grep sed find tar gzip setsid ldd getent kill ps'
)
  .split(' ')
  .filter(which)

function which(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some(folder => existsSync(path.join(folder, program)))
}
