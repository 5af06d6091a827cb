import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { createClient, HerokuApp } from '../../src/heroku/index.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { systemClock } from '../../src/runtime/real.ts'
import { NO_SIGNAL } from '../helpers/local-heroku.ts'

const PROJECT = path.join(import.meta.dirname, '../..')
const NODE = path.join(PROJECT, 'node_modules/.bin/node')
const SCRIPT = path.join(PROJECT, 'scripts/local-heroku.ts')

/** What the script's line of JSON holds. */
export type Ready = Pick<LocalHeroku, 'apiUrl' | 'dataUrl' | 'schedulerUrl' | 'rendezvous' | 'caFile' | 'apiKey'>

export function appOn({ apiUrl: url, apiKey: key }: Ready, name: string): HerokuApp {
  return new HerokuApp(createClient({ url, key, clock: systemClock, signal: NO_SIGNAL }), name, systemClock)
}

/** The script, running. */
export class Standalone {
  readonly ready: Ready
  readonly #child: ChildProcess
  readonly #ended: Promise<number | NodeJS.Signals | null>

  private constructor(ready: Ready, child: ChildProcess, ended: Promise<number | NodeJS.Signals | null>) {
    this.ready = ready
    this.#child = child
    this.#ended = ended
  }

  /** Starts it, and waits for its line. Rejects with what it printed if it ends before. */
  static start(...args: string[]): Promise<Standalone> {
    const child = spawn(NODE, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<number | NodeJS.Signals | null>(resolve =>
      child.on('close', (code, signal) => resolve(code ?? signal))
    )
    return new Promise((resolve, reject) => {
      let [output, errors] = ['', '']
      child.stdout.on('data', chunk => {
        output += String(chunk)
        if (output.endsWith('\n')) resolve(new Standalone(JSON.parse(output) as Ready, child, ended))
      })
      child.stderr.on('data', chunk => (errors += String(chunk)))
      void ended.then(code => reject(new Error(`It ended with ${code}: ${output}${errors}`)))
    })
  }

  /** Ends it; its exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    this.#child.kill(signal)
    return this.#ended
  }
}
