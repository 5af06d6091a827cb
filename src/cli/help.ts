import { type DescribedInput } from './action-file.ts'
import { COMMANDS, KEYS } from './commands.ts'
import { commandNames, COMMON, flagsOf, type Flag } from './flags.ts'
import { wrap, type Paint } from './terminal/style.ts'

export interface HelpOptions {
  readonly inputs: ReadonlyMap<string, DescribedInput>
  readonly paint: Paint
  /** Columns. */
  readonly width: number
}

const EXIT_CODES = { '0': 'done', '1': 'failed', '2': 'wrong usage', '130': 'cancelled with Ctrl-C (twice: at once)' }

/** What `--help` prints: of one command, or of all. */
export function helpText(command: string | undefined, options: HelpOptions): string {
  const page = new Page(options)
  return command === undefined ? overview(page) : ofCommand(page, command, options.inputs)
}

function overview(page: Page): string {
  page.text(
    'Builds a Mastodon fork’s Heroku slug, measures it, ships it and watches over it: the commands of the GitHub Action, on the terminal.'
  )
  page.usage('<command> [flags]')
  page.list('Commands', Object.fromEntries(commandNames().map(name => [name, COMMANDS[name]!.about])))
  page.list('Flags of every command', table(COMMON))
  page.list('Environment', environment(Object.keys(KEYS)))
  page.list('Exit codes', EXIT_CODES)
  page.text('`mastodon-on-heroku <command> --help` tells the flags of a command.')
  return page.toString()
}

function ofCommand(page: Page, command: string, inputs: HelpOptions['inputs']): string {
  const { about, inputs: read, environment: more } = COMMANDS[command]!
  page.text(about)
  page.usage(`${command} [flags]${command === 'run' ? ' [-- COMMAND …]' : ''}`)
  page.list('Flags', table(flagsOf(command, inputs)))
  page.list('Flags of every command', table(COMMON))
  page.list('Environment', { ...environment(read), ...more })
  return page.toString()
}

function table(flags: readonly Flag[]): Record<string, string> {
  return Object.fromEntries(
    flags.map(({ name, value, about }) => [value === undefined ? `--${name}` : `--${name} ${value}`, about])
  )
}

function environment(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap(name => {
      const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined
      return key ? [[key.variables.join(' or '), key.about]] : []
    })
  )
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
