#!/usr/bin/env node
import { type ReaderName } from '../inputs/index.ts'
import { VERSION } from '../runtime/index.ts'
import { readCommandLine, type CommandLine } from './arguments.ts'
import { tellError } from './errors.ts'
import { flagsOf, TERMINAL_COMMANDS } from './flags.ts'
import { helpText } from './help.ts'
import { Stop } from './stop.ts'
import { painter } from './terminal/style.ts'

/** Where this file is. (A variable, so that the bundler leaves the URLs alone.) */
const here = import.meta.url

/** Runs the command line; returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const help = (command?: ReaderName): string =>
    `${helpText(command, { paint: painter(isLively(process.stdout)), width: process.stdout.columns || 80 })}\n`
  let line: CommandLine
  try {
    line = readCommandLine(argv, new Map(TERMINAL_COMMANDS.map(name => [name, flagsOf(name)])))
  } catch (error) {
    const { lines, exitCode } = tellError(error, painter(isLively(process.stderr)))
    process.stderr.write(`${lines.join('\n')}\n`)
    return exitCode
  }
  if (line.version) process.stdout.write(`${VERSION}\n`)
  else if (line.help) process.stdout.write(help(line.command))
  else if (line.command === undefined) process.stderr.write(help())
  else return run(line, line.command)
  return line.version || line.help ? 0 : 2
}

/** Loads the program only now: `--help` does without. */
async function run(line: CommandLine, command: ReaderName): Promise<number> {
  const stop = new Stop()
  const program = new URL('../program/index.js', here).href
  const { runHere, runInit } = (await import(/* webpackIgnore: true */ program)) as typeof import('../program.ts')
  const lively = isLively(line.json ? process.stderr : process.stdout)
  return command === 'init'
    ? runInit(line, { lively, signal: stop.signal, root: new URL('../../', here) })
    : runHere(command, line, { lively, stop, dist: new URL('../', here) })
}

/** Colours and lines that move are for a person who looks on (no-color.org; CI services set `CI`). */
function isLively(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, CI, TERM } = process.env
  return stream.isTTY && !NO_COLOR && !CI && TERM !== 'dumb'
}

const code = await main(process.argv.slice(2))
// A server that has not answered yet would keep the process; what was written has to get out before it ends.
for (const stream of [process.stdout, process.stderr]) await new Promise<void>(done => stream.write('', () => done()))
process.exit(code)
