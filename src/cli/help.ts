import { commandRow, INPUT_NAMES, INPUTS, type ReaderName } from '../inputs/index.ts'
import { COMMON, flagsOf, keysOf, TERMINAL_COMMANDS, type Flag, type KeyOf } from './flags.ts'
import { wrap, type Paint } from './terminal/style.ts'

export interface HelpOptions {
  readonly paint: Paint
  /** Columns. */
  readonly width: number
}

const EXIT_CODES = { '0': 'done', '1': 'failed', '2': 'wrong usage', '130': 'cancelled with Ctrl-C (twice: at once)' }

/** What `--help` prints: of one command, or of all. */
export function helpText(command: ReaderName | undefined, options: HelpOptions): string {
  const page = new Page(options)
  return command === undefined ? overview(page) : ofCommand(page, command)
}

function overview(page: Page): string {
  page.text(
    'Builds a Mastodon fork’s Heroku slug, measures it, ships it and watches over it: the commands of the GitHub Action, on the terminal.'
  )
  page.usage('<command> [flags]')
  page.list('Commands', Object.fromEntries(TERMINAL_COMMANDS.map(name => [name, commandRow(name).about])))
  page.list('Flags of every command', table(COMMON))
  page.list('Environment', environment(everyKey()))
  page.list('Exit codes', EXIT_CODES)
  page.text('`mastodon-on-heroku <command> --help` tells the flags of a command.')
  return page.toString()
}

function ofCommand(page: Page, command: ReaderName): string {
  const { about, environment: more, rest } = commandRow(command)
  page.text(about)
  page.usage(`${command} [flags]${rest === undefined ? '' : ` [-- ${INPUTS[rest].kind.placeholder} …]`}`)
  page.list('Flags', table(flagsOf(command)))
  page.list('Flags of every command', table(COMMON))
  page.list('Environment', { ...environment(keysOf(command)), ...more })
  return page.toString()
}

function table(flags: readonly Flag[]): Record<string, string> {
  return Object.fromEntries(
    flags.map(({ name, kind: { placeholder }, about }) => [
      placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`,
      about
    ])
  )
}

function everyKey(): KeyOf[] {
  return INPUT_NAMES.flatMap(name => {
    const { secret } = INPUTS[name]
    return secret ? [{ name, secret }] : []
  })
}

function environment(keys: readonly KeyOf[]): Record<string, string> {
  return Object.fromEntries(keys.map(({ secret }) => [secret.variables.join(' or '), secret.about]))
}

/** Columns from which on a list has its words beside its names. */
const WIDE = 72

class Page {
  readonly #parts: string[] = []
  readonly #paint: Paint
  readonly #width: number

  constructor({ paint, width }: HelpOptions) {
    this.#paint = paint
    this.#width = Math.min(Math.max(width, 40), 110)
  }

  text(text: string): void {
    this.#parts.push(wrap(text, this.#width).join('\n'))
  }

  usage(rest: string): void {
    this.#parts.push(`${this.#paint('bold', 'Usage:')} mastodon-on-heroku ${rest}`)
  }

  list(title: string, entries: Readonly<Record<string, string>>): void {
    const names = Object.keys(entries)
    if (names.length === 0) return
    const longest = Math.max(...names.map(name => name.length))
    const column = this.#width >= WIDE ? Math.min(longest, 28) + 4 : 6
    const rows = Object.entries(entries).flatMap(([name, text]) => {
      const [first = '', ...more] = wrap(text, this.#width - column)
      const head = `  ${this.#paint('cyan', name)}`
      const rest = more.map(line => ' '.repeat(column) + line)
      return name.length + 4 <= column
        ? [head + ' '.repeat(column - name.length - 2) + first, ...rest]
        : [head, ' '.repeat(column) + first, ...rest]
    })
    this.#parts.push([this.#paint('bold', `${title}:`), ...rows].join('\n'))
  }

  toString(): string {
    return this.#parts.join('\n\n')
  }
}
