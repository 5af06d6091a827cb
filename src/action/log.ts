import * as core from '@actions/core'
import { randomBytes } from 'node:crypto'
import { harmless, sizeText, type HostileOutput, type Log } from '../runtime/index.ts'

/**
 * The log of a job: groups, annotations, and a fence around the output of others, in which the runner alone masks.
 * @param redact takes secrets out of a text
 */
export function actionLog(
  redact: (text: string) => string,
  write: (chunk: Uint8Array | string) => void = chunk => void process.stdout.write(chunk)
): Log {
  return {
    info: line => core.info(harmless(redact(line))),
    warning: line => core.warning(redact(line)),
    error: line => core.error(redact(line)),
    group: (title, work) => core.group(redact(title), work),
    progress: (done, total) => core.info(`${sizeText(done)} of ${sizeText(total)}`),
    fence: () => openFence(write)
  }
}

/**
 * The runner obeys lines such as `::set-output …` wherever they come from; between `::stop-commands::TOKEN` and
 * `::TOKEN::` it obeys none (docs.github.com: workflow-commands, "Stopping and starting workflow commands").
 */
function openFence(write: (chunk: Uint8Array | string) => void): HostileOutput {
  const token = randomBytes(16).toString('hex')
  let atLineStart = true
  write(`::stop-commands::${token}\n`)
  return {
    write: chunk => {
      if (chunk.length === 0) return
      write(chunk)
      atLineStart = chunk.at(-1) === 0x0a
    },
    close: () => write(`${atLineStart ? '' : '\n'}::${token}::\n`)
  }
}
