import { type JobResults } from '../inputs/index.ts'
import { Secrets } from '../runtime/index.ts'
import { renderMarkdown } from './terminal/markdown.ts'
import { withoutEscapes } from './terminal/escapes.ts'
import { type Screen } from './terminal/screen.ts'

/** What a command found out, kept until its end, and its secrets. */
export class TerminalResults implements JobResults {
  readonly outputs: Record<string, string | number | boolean> = {}
  readonly #secrets = new Secrets()
  #summary = ''

  output: JobResults['output'] = (name, value) => {
    this.outputs[name] = typeof value === 'string' ? this.redact(value) : value
  }

  /** Takes what is masked out of a text. */
  readonly redact = this.#secrets.redact
  readonly mask = this.#secrets.add

  summary = (markdown: string): Promise<void> => {
    // Before it is cut to the width of the terminal.
    this.#summary += `${this.redact(markdown)}\n`
    return Promise.resolve()
  }

  /** Shows the summary, and the outputs behind it. */
  show(screen: Screen, { full, outputs }: { full: boolean; outputs: boolean }): void {
    const { lines, folded } = renderMarkdown(this.#summary, { paint: screen.paint, width: screen.width, full })
    if (lines.length > 0) screen.line('')
    for (const line of lines) screen.line(line)
    if (folded.length > 0) screen.line(`${screen.paint('dim', `With --full also: ${folded.join(', ')}`)}\n`)
    // The report as Markdown is the summary once more; --json has it.
    const rows = Object.entries(this.outputs).filter(([name]) => name !== 'comment-body')
    if (!outputs || rows.length === 0) return
    const longest = Math.max(...rows.map(([name]) => name.length))
    screen.line(screen.paint('bold', 'Outputs'))
    for (const [name, value] of rows) screen.line(`  ${name.padEnd(longest)}  ${withoutEscapes(String(value))}`)
  }
}
