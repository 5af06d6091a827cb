import { StringDecoder } from 'node:string_decoder'
import { duration, sizeText, type Clock, type HostileOutput, type Log } from '../../runtime/index.ts'
import { withoutEscapes } from './escapes.ts'
import { type Screen } from './screen.ts'

interface Group {
  readonly title: string
  readonly started: number
  /** Bytes of a transfer that runs in it. */
  transfer?: { done: number; total: number }
}

const BAR = 24
/** Characters of others that are held back until their line ends. */
const LONGEST_LINE = 65_536

/** The log of a command on a terminal: groups are indented under their title, and the last open one is seen to run. */
export function terminalLog(screen: Screen, clock: Clock): Log {
  const { paint } = screen
  const groups: Group[] = []
  const say = (text: string): void => {
    for (const line of text.split('\n')) screen.line('  '.repeat(groups.length) + line)
  }
  const showStatus = (): void => {
    const group = groups.at(-1)
    screen.status(group && (() => statusOf(screen, group, clock.now())))
  }
  return {
    info: line => say(withoutEscapes(line)),
    warning: line => say(`${paint('yellow', 'Warning:')} ${withoutEscapes(line)}`),
    error: line => say(`${paint('red', 'Error:')} ${withoutEscapes(line)}`),
    group: async (title, work) => {
      const group: Group = { title: withoutEscapes(title), started: clock.now() }
      say(paint('bold', group.title))
      groups.push(group)
      showStatus()
      const close = (mark: string): void => {
        say(`${mark} ${paint('dim', duration(clock.now() - group.started))}`)
        groups.splice(groups.indexOf(group), 1)
        showStatus()
      }
      try {
        const result = await work()
        close(paint('green', '✔'))
        return result
      } catch (error) {
        close(paint('red', '✖'))
        throw error
      }
    },
    progress: (done, total) => {
      const group = groups.at(-1)
      if (!screen.lively || !group) return say(`${sizeText(done)} of ${sizeText(total)}`)
      group.transfer = done < total ? { done, total } : undefined
      showStatus()
    },
    fence: () =>
      openFence(text => {
        // A carriage return in it has become another line, which is theirs as well.
        for (const line of withoutEscapes(text, screen.lively).split('\n')) say(`${paint('dim', '│')} ${line}`)
      })
  }
}

function statusOf({ paint }: Screen, { title, started, transfer }: Group, now: number): string {
  const time = paint('dim', duration(now - started))
  if (!transfer) return `${title} ${time}`
  const { done, total } = transfer
  const full = Math.floor((BAR * done) / total)
  const bar = paint('cyan', '━'.repeat(full)) + paint('dim', '━'.repeat(BAR - full))
  return `${title} ${bar} ${Math.floor((100 * done) / total)} % of ${sizeText(total)} ${time}`
}

/** The output of others, a line at a time: each is marked as theirs, and a secret cannot hide between two pieces. */
function openFence(say: (line: string) => void): HostileOutput {
  const decoder = new StringDecoder('utf8')
  let held = ''
  const take = (text: string): void => {
    const lines = (held + text).split('\n')
    held = lines.pop() ?? ''
    for (const line of lines) say(line.replace(/\r$/, ''))
    if (held.length > LONGEST_LINE) {
      say(held)
      held = ''
    }
  }
  return {
    write: chunk => take(decoder.write(chunk)),
    close: () => {
      take(decoder.end())
      if (held !== '') say(held)
      held = ''
    }
  }
}
