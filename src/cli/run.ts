import os from 'node:os'
import path from 'node:path'
import { findCommand } from '../commands/index.ts'
import { readInputs, secretsOf, type InputSource, type Inputs } from '../config/index.ts'
import { runCommand as runProgram, systemClock, withRuntime } from '../runtime/real.ts'
import { type CommandLine } from './arguments.ts'
import { COMMANDS } from './commands.ts'
import { tellError } from './errors.ts'
import { findKeys, type Keys } from './keys.ts'
import { githubRepository } from './repository.ts'
import { TerminalResults } from './results.ts'
import { type Stop } from './stop.ts'
import { terminalLog } from './terminal/log.ts'
import { Screen } from './terminal/screen.ts'

export interface Terminal {
  /** Colours, and a line that moves. */
  readonly lively: boolean
  readonly stop: Stop
  /** The folder of the bundle. */
  readonly dist: URL
}

/** Runs a command as the action does, with flags for its inputs. Returns the exit code. */
export async function runCommand(
  command: string,
  line: CommandLine,
  { lively, stop, dist }: Terminal
): Promise<number> {
  const results = new TerminalResults()
  const { redact } = results
  const screen = new Screen(line.json ? process.stderr : process.stdout, { lively, redact })
  const log = terminalLog(screen, systemClock)
  stop.onFirst = () => log.info('Stopping, and clearing away. Ctrl-C again stops at once.')
  // Also where the second Ctrl-C ends it at once.
  process.once('exit', () => screen.status(undefined))
  const finish = (): void => {
    screen.status(undefined)
    results.show(screen, { full: line.full, outputs: !line.json })
    if (line.json)
      process.stdout.write(
        `${JSON.stringify(results.outputs, (_, value: unknown) => (typeof value === 'string' ? redact(value) : value), 2)}\n`
      )
  }
  try {
    const flag: InputSource = name => line.values.get(name) ?? ''
    const keys = findKeys(command, flag, process.env)
    const input: InputSource = name => (name === 'command' ? command : (keys.found.get(name) ?? flag(name)))
    for (const secret of secretsOf(input, process.env)) results.mask(secret)
    for (const warning of keys.warnings) log.warning(warning)
    const inputs = await inputsOf(command, input, keys)
    await withRuntime({ log, signal: stop.signal, dist }, runtime => findCommand(command)({ inputs, results, runtime }))
    finish()
    return 0
  } catch (error) {
    finish()
    const { lines, exitCode } = tellError(error, screen.paint)
    process.stderr.write(`${redact(lines.join('\n'))}\n`)
    return stop.exitCode ?? exitCode
  }
}

/** As of a job, but that the repository is the checkout's, and notes of slugs lie with the user. */
async function inputsOf(command: string, input: InputSource, { beside }: Keys): Promise<Inputs> {
  const inputs = readInputs(input, process.env)
  const { github, searchPath } = inputs
  const host = URL.canParse(github.serverUrl) ? new URL(github.serverUrl).hostname : ''
  const repository = github.repository ?? (await githubRepository(inputs.path, host, runProgram, { PATH: searchPath }))
  return {
    ...inputs,
    github: { ...github, repository },
    secretsHeld: [...inputs.secretsHeld, ...beside],
    userFolder: COMMANDS[command]?.sharesSlug ? stateFolder(process.env) : undefined
  }
}

/** For what is to be known again, and is no cache (freedesktop.org: XDG Base Directory Specification, XDG_STATE_HOME). */
function stateFolder({ XDG_STATE_HOME = '', HOME }: NodeJS.ProcessEnv): string {
  const state = path.isAbsolute(XDG_STATE_HOME) ? XDG_STATE_HOME : path.join(HOME || os.homedir(), '.local', 'state')
  return path.join(state, 'mastodon-on-heroku')
}
