import { Worker } from 'node:worker_threads'
import { type FailedAnswer, type PackTask } from './pack-protocol.ts'

interface Waiting {
  task: PackTask
  resolve: (answer: never) => void
  reject: (error: Error) => void
}

/** A thread needs little memory; with a small heap it collects garbage early. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 }

/** A pool of threads that take tasks in order. */
export class Threads {
  readonly #workers: Worker[]
  readonly #idle: Worker[]
  readonly #busy = new Map<Worker, Waiting>()
  readonly #queue: Waiting[] = []
  #failure: Error | undefined

  constructor(program: URL, count: number) {
    this.#workers = Array.from({ length: count }, () => this.#open(program))
    this.#idle = [...this.#workers]
  }

  get count(): number {
    return this.#workers.length
  }

  /** Resolves with the thread's answer. Rejects with what the thread threw, and if a thread has ended. */
  do<Answer>(task: PackTask): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      if (this.#failure) return reject(this.#failure)
      this.#queue.push({ task, resolve, reject })
      this.#next()
    })
  }

  /** Ends the threads. Tasks that wait or run are rejected. */
  async close(): Promise<void> {
    this.#fail(new Error('packing was ended'))
    await Promise.all(this.#workers.map(worker => worker.terminate()))
  }

  #open(program: URL): Worker {
    const worker = new Worker(program, { env: {}, execArgv: [], resourceLimits: LIMITS })
    worker.on('message', (answer: FailedAnswer | object) => this.#answered(worker, answer))
    worker.on('error', error => this.#fail(error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', code => this.#fail(new Error(`a packing thread ended (exit code ${code})`)))
    worker.unref()
    return worker
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const [worker, waiting] = [this.#idle.pop()!, this.#queue.shift()!]
      this.#busy.set(worker, waiting)
      worker.ref()
      worker.postMessage(waiting.task)
    }
  }

  #answered(worker: Worker, answer: FailedAnswer | object): void {
    const waiting = this.#busy.get(worker)
    this.#busy.delete(worker)
    this.#idle.push(worker)
    worker.unref()
    if ('error' in answer) waiting?.reject(answer.error)
    else waiting?.resolve(answer as never)
    this.#next()
  }

  /** If one thread fails, every task that waits or runs is rejected with the first reason. */
  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of [...this.#busy.values(), ...this.#queue.splice(0)]) reject(this.#failure)
    this.#busy.clear()
  }
}
