import { readdirSync, readFileSync } from 'node:fs'

/** Command lines of the processes of this machine that name a text, this one's left out. */
export function running(text: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && name !== `${process.pid}`)
    .map(argumentsOf)
    .filter(line => line.includes(text))
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
