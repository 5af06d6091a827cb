import { Worker } from 'node:worker_threads'
import { type FailedAnswer, type Task } from './pack-protocol.ts'

interface Waiting {
  task: Task
  resolve: (answer: never) => void
  reject: (error: Error) => void
}

/** A thread needs little; a small heap makes it collect its garbage early. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 }

/** A few threads that take tasks in order. */
export class Threads {
  readonly #workers: Worker[]
  readonly #idle: Worker[]
  readonly #queue: Waiting[] = []
  #failure: Error | undefined

  constructor(program: URL, count: number) {
    this.#workers = Array.from(
      { length: count },
      () => new Worker(program, { env: {}, execArgv: [], resourceLimits: LIMITS })
    )
    this.#idle = [...this.#workers]
    for (const worker of this.#workers) worker.unref()
  }

  get count(): number {
    return this.#workers.length
  }

  /** Resolves with the thread's answer; rejects with what was thrown in it. */
  do<Answer>(task: Task): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.#queue.push({ task, resolve: resolve, reject })
      this.#next()
    })
  }

  /** Ends the threads; tasks that wait or run are rejected. */
  async close(reason = new Error('packing was ended')): Promise<void> {
    this.#failure ??= reason
    for (const { reject } of this.#queue.splice(0)) reject(this.#failure)
    await Promise.all(this.#workers.map(worker => worker.terminate()))
  }

  #next(): void {
    if (this.#failure) {
      for (const { reject } of this.#queue.splice(0)) reject(this.#failure)
      return
    }
    while (this.#idle.length > 0 && this.#queue.length > 0) this.#start(this.#idle.pop()!, this.#queue.shift()!)
  }

  #start(worker: Worker, { task, resolve, reject }: Waiting): void {
    worker.ref()
    const finish = (): void => {
      worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd)
      worker.unref()
    }
    const onMessage = (answer: FailedAnswer | object): void => {
      finish()
      this.#idle.push(worker)
      if ('error' in answer) reject(answer.error)
      else resolve(answer as never)
      this.#next()
    }
    const onEnd = (error: Error | number): void => {
      finish()
      this.#failure ??= error instanceof Error ? error : new Error(`a packing thread ended (exit ${error})`)
      reject(this.#failure)
      this.#next()
    }
    worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd)
    worker.postMessage(task)
  }
}
