import os from 'node:os'
import path from 'node:path'
import { runCommand } from '../commands/index.ts'
import {
  commandRow,
  readInputs,
  readJob,
  readMachine,
  secretsHeld,
  secretsOf,
  type CommandName,
  type GithubJob,
  type InputSource,
  type Machine
} from '../inputs/index.ts'
import { harmless } from '../runtime/index.ts'
import { runCommand as runProgram, systemClock, withRuntime } from '../runtime/real.ts'
import { type CommandLine } from './arguments.ts'
import { endingOf, isGreen, type Verdict } from '../verdict/index.ts'
import { tellError, tellVerdict, type ToldError } from './errors.ts'
import { findKeys } from './keys.ts'
import { githubRepository } from './repository.ts'
import { TerminalResults } from './results.ts'
import { type Stop } from './stop.ts'
import { terminalLog } from './terminal/log.ts'
import { Screen } from './terminal/screen.ts'

interface Terminal {
  /** Colours, and a line that moves. */
  readonly lively: boolean
  readonly stop: Stop
  /** The folder of the bundle. */
  readonly dist: URL
}

/** Runs a command as the action does, with flags for its inputs. Returns the exit code. */
export async function runHere(
  command: CommandName,
  line: CommandLine,
  { lively, stop, dist }: Terminal
): Promise<number> {
  const results = new TerminalResults()
  const { redact } = results
  const screen = new Screen(line.json ? process.stderr : process.stdout, { lively, redact })
  const log = terminalLog(screen, systemClock)
  stop.onFirst = () => log.info('Stopping, and clearing away. Ctrl-C again stops at once.')
  // Also if the second Ctrl-C ends it at once.
  process.once('exit', () => screen.status(undefined))
  const finish = (verdict?: Verdict): void => {
    screen.status(undefined)
    results.show(screen, { full: line.full, outputs: !line.json })
    if (!line.json) return
    // `##[` would be a command of the runner's; this is the same text in JSON.
    const json = JSON.stringify({ ...results.outputs, verdict }, undefined, 2).replaceAll('##[', '##\\u005b')
    process.stdout.write(`${json}\n`)
  }
  const tell = ({ lines, exitCode }: ToldError): number => {
    process.stderr.write(`${harmless(redact(lines.join('\n')))}\n`)
    return stop.exitCode ?? exitCode
  }
  try {
    const { text, called } = line.source
    const keys = findKeys(command, text('heroku-api-url'), process.env)
    const source: InputSource = { text: name => keys.found.get(name) ?? text(name), called }
    for (const secret of secretsOf(source, process.env)) results.mask(secret)
    for (const warning of keys.warnings) log.warning(warning)
    const inputs = readInputs(command, source)
    const machine = machineOf(command, [...secretsHeld(source, process.env), ...keys.beside])
    const job = await jobOf(inputs.path, machine)
    const { verdict, error } = await withRuntime({ log, redact, signal: stop.signal, dist }, runtime =>
      runCommand(command, inputs, { runtime, results, job, machine })
    )
    finish(verdict)
    if (error !== undefined) return tell(tellError(error, screen.paint))
    return isGreen(verdict) ? 0 : tell(tellVerdict(verdict, screen.paint))
  } catch (error) {
    // It ended before the command began.
    results.output('outcome', endingOf(error, []).outcome)
    finish()
    return tell(tellError(error, screen.paint))
  }
}

/** As of a workflow, but that notes of slugs lie with the user. */
function machineOf(command: CommandName, held: readonly string[]): Machine {
  const { sharesSlug } = commandRow(command)
  return { ...readMachine(process.env, held), userFolder: sharesSlug ? stateFolder(process.env) : undefined }
}

/** As of a workflow, but that the repository is the checkout's. */
async function jobOf(checkout: string, { searchPath }: Machine): Promise<GithubJob> {
  const job = readJob(process.env)
  const host = URL.canParse(job.serverUrl) ? new URL(job.serverUrl).hostname : ''
  const repository = job.repository ?? (await githubRepository(checkout, host, runProgram, { PATH: searchPath }))
  return { ...job, repository }
}

/** For what is to be known again, and is no cache (freedesktop.org: XDG Base Directory Specification, XDG_STATE_HOME). */
function stateFolder({ XDG_STATE_HOME = '', HOME }: NodeJS.ProcessEnv): string {
  const state = path.isAbsolute(XDG_STATE_HOME) ? XDG_STATE_HOME : path.join(HOME || os.homedir(), '.local', 'state')
  return path.join(state, 'mastodon-on-heroku')
}
