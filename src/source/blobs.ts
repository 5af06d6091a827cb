import { spawn, type ChildProcess } from 'node:child_process'
import { CancelledError, errorCode } from '../runtime/index.ts'
import { gitArguments, gitEnvironment, gitMissing, unreadable, type Repository } from './git.ts'

/** Takes the contents of blobs one after the other, in the order of the request. Called synchronously. */
export interface BlobSink {
  /** The next blob starts; `size` is its length in bytes. */
  begin(size: number): void
  /** Its next bytes, valid only during the call. A blob of up to 64 KiB comes in one piece. */
  write(bytes: Buffer): void
  end(): void
  /** git does not have the next blob. Throws. */
  missing(): never
}

interface BlobOptions {
  repository: Repository
  shas: string[]
  sink: BlobSink
  signal: AbortSignal
  searchPath?: string
}

const SMALL = 65_536
const NEWLINE = 0x0a

/**
 * Streams many blobs out of one `git cat-file --batch` (git docs, git-cat-file, "batch output"). Memory holds one chunk of
 * the pipe. Rejects with what the sink throws, with a `UserError` if git is missing or an object cannot be read, with a
 * `CancelledError` on the signal; git has ended then.
 */
export function streamBlobs(options: BlobOptions): Promise<void> {
  const { repository, shas, sink, signal, searchPath } = options
  if (shas.length === 0) return Promise.resolve()
  const child = spawn('git', gitArguments(['cat-file', '--batch', '--buffer']), {
    cwd: repository.gitDir,
    env: gitEnvironment(repository, { searchPath }),
    stdio: 'pipe'
  })
  const parser = new BatchParser(shas, sink)
  return new Promise((resolve, reject) => {
    let failure: Error | undefined
    let stderr = ''
    const fail = (error: unknown): void => {
      failure ??= error instanceof Error ? error : new Error(String(error))
      child.kill('SIGKILL')
    }
    const cancel = (): void => fail(new CancelledError('Reading the commit'))
    signal.addEventListener('abort', cancel)
    if (signal.aborted) cancel()

    child.on('error', error => fail(errorCode(error) === 'ENOENT' ? gitMissing() : error))
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)))
    child.stdout.on('data', (chunk: Buffer) => {
      if (failure !== undefined) return
      try {
        parser.take(chunk)
      } catch (error) {
        fail(error)
      }
    })
    child.on('close', () => {
      signal.removeEventListener('abort', cancel)
      if (failure === undefined && !parser.done) failure = unreadable('objects', stderr)
      if (failure === undefined) resolve()
      else reject(failure)
    })
    ask(child, shas)
  })
}

function ask(child: ChildProcess, shas: string[]): void {
  // A child that ends early closes its input; the handler of `close` says what failed.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(`${shas.join('\n')}\n`)
}

/** Parses a row of `<sha> blob <size>\n<bytes>\n` that comes in pieces of any size. */
class BatchParser {
  private readonly shas: string[]
  private readonly sink: BlobSink
  private next = 0
  private header = ''
  /** Bytes of the current blob that are still to come; undefined between blobs. */
  private left: number | undefined
  private pieces: Buffer[] = []
  private small = false

  constructor(shas: string[], sink: BlobSink) {
    this.shas = shas
    this.sink = sink
  }

  get done(): boolean {
    return this.next === this.shas.length && this.left === undefined && this.header === ''
  }

  take(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) at = this.left === undefined ? this.takeHeader(chunk, at) : this.takeBody(chunk, at)
  }

  private takeHeader(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(NEWLINE, at)
    this.header += chunk.toString('latin1', at, end < 0 ? chunk.length : end)
    if (end < 0) return chunk.length
    const [sha, kind, size] = this.header.split(' ')
    if (kind === 'missing') this.sink.missing()
    if (sha !== this.shas[this.next] || kind !== 'blob') throw unreadable('objects', `unexpected "${this.header}"`)
    this.header = ''
    this.next++
    this.left = Number(size)
    this.small = this.left <= SMALL
    this.sink.begin(this.left)
    return end + 1
  }

  private takeBody(chunk: Buffer, at: number): number {
    const left = this.left ?? 0
    const bytes = chunk.subarray(at, at + left)
    if (bytes.length > 0) this.pass(bytes, left - bytes.length)
    this.left = left - bytes.length
    const end = at + bytes.length
    if (this.left > 0 || end === chunk.length) return end
    this.left = undefined // The newline after the bytes.
    this.sink.end()
    return end + 1
  }

  private pass(bytes: Buffer, left: number): void {
    if (!this.small || (left === 0 && this.pieces.length === 0)) return this.sink.write(bytes)
    this.pieces.push(Buffer.from(bytes))
    if (left > 0) return
    const whole = Buffer.concat(this.pieces)
    this.pieces = []
    this.sink.write(whole)
  }
}
