import { appendFileSync, closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { type Store } from './store.ts'

const PIECE = 256 * 1024

/** The outputs of release phases and builds, each a file that can be read while it grows. */
export class OutputFiles {
  readonly #store: Store
  readonly #open = new Map<string, Set<() => void>>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Opens an output. Before, it answers 404 (heroku/cli: releases output). */
  begin(name: string): void {
    writeFileSync(this.#store.outputFile(name), '')
    this.#open.set(name, new Set())
  }

  write(name: string, chunk: Buffer | string): void {
    appendFileSync(this.#store.outputFile(name), chunk)
    for (const wake of this.#open.get(name) ?? []) wake()
  }

  end(name: string): void {
    const waiting = this.#open.get(name)
    this.#open.delete(name)
    for (const wake of waiting ?? []) wake()
  }

  /** Sends an output from a byte on, and what is added later, until it ends or the client goes. */
  send(name: string, from: number, response: ServerResponse): void {
    const file = this.#store.outputFile(name)
    const size = fileSize(file)
    if (size === undefined) return void response.writeHead(404).end()
    if (from > 0 && from >= size && !this.#open.has(name)) return void response.writeHead(416).end()
    const head = { 'content-type': 'text/plain' }
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...head, 'content-range': `bytes ${from}-` } : head)
    response.flushHeaders()
    const descriptor = openSync(file, 'r')
    const piece = Buffer.alloc(PIECE)
    let at = from
    let busy = false
    const more = (): void => {
      if (busy || response.destroyed) return
      const length = readSync(descriptor, piece, 0, PIECE, at)
      at += length
      if (length === 0) {
        if (!this.#open.has(name)) response.end()
        return
      }
      busy = true
      response.write(Buffer.from(piece.subarray(0, length)), () => {
        busy = false
        more()
      })
    }
    this.#open.get(name)?.add(more)
    response.on('close', () => {
      this.#open.get(name)?.delete(more)
      closeSync(descriptor)
    })
    more()
  }
}

function fileSize(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size
}
