import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import process from 'node:process'
import { TestEnvironment } from 'jest-environment-node'
import { removeTree } from '../src/runtime/index.ts'

/**
 * Ends what a test file that failed has left, and removes its folders, when all its hooks are done. A hook could not: one
 * that fails keeps the next from knowing what there is to end, and a server that goes on would keep Jest from ending.
 */
export default class extends TestEnvironment {
  #whole = false
  #failed = false
  #servers = new Set()
  #processes = new Set()
  // Node tells of each server and each child process (nodejs.org: diagnostics_channel, "Built-in channels").
  #channels = {
    'tracing:net.server.listen:asyncStart': ({ server }) => this.#servers.add(server),
    child_process: child => this.#processes.add(child.process)
  }

  constructor(...options) {
    super(...options)
    this.global.foldersOfFile = []
    /** Functions that end what is more than a server or a process; see `endWithFile`. */
    this.global.endsOfFile = []
    for (const [name, listener] of Object.entries(this.#channels)) subscribe(name, listener)
  }

  handleTestEvent({ name }) {
    if (name === 'hook_failure' || name === 'test_fn_failure') this.#failed = true
    if (name === 'run_finish') this.#whole = !this.#failed
  }

  async teardown() {
    if (!this.#whole) await this.#endAll()
    for (const [name, listener] of Object.entries(this.#channels)) unsubscribe(name, listener)
    for (const folder of this.global.foldersOfFile) await removeTree(folder)
    await super.teardown()
  }

  async #endAll() {
    await Promise.allSettled(this.global.endsOfFile.map(end => end()))
    for (const server of this.#servers) {
      server.closeAllConnections?.()
      server.close().unref()
    }
    for (const { pid, exitCode, signalCode } of this.#processes) {
      if (pid !== undefined && exitCode === null && signalCode === null) kill(pid)
    }
  }
}

/** With its group, if it leads one. */
function kill(pid) {
  for (const target of [-pid, pid]) {
    try {
      return process.kill(target, 'SIGKILL')
    } catch {
      // There is none, or it has ended meanwhile.
    }
  }
}
