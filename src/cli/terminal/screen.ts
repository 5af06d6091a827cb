import { harmless } from '../../runtime/index.ts'
import { painter, type Paint } from './style.ts'

/** A stream of a terminal or a file: as much of `process.stdout` as is needed. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface ScreenOptions {
  /** Colours, and one line at the bottom that moves. */
  readonly lively: boolean
  /** Is applied to all that is written. */
  readonly redact: (text: string) => string
}

const FRAMES = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']
const FRAME_EVERY = 100

/** Lines for a person, and below them one that shows what is going on, if the terminal can. */
export class Screen {
  readonly paint: Paint
  readonly lively: boolean
  readonly #output: Output
  readonly #redact: (text: string) => string
  #status: (() => string) | undefined
  #timer: NodeJS.Timeout | undefined
  #frame = 0

  constructor(output: Output, { lively, redact }: ScreenOptions) {
    this.#output = output
    this.#redact = redact
    this.lively = lively
    this.paint = painter(lively)
  }

  /** Columns of the terminal; 80 if there is none. */
  get width(): number {
    return this.#output.columns || 80
  }

  /** Writes whole lines. The terminal may be a step's of a workflow, whose runner reads them. */
  line(text: string): void {
    this.#erase()
    this.#output.write(`${harmless(this.#redact(text))}\n`)
    this.#draw()
  }

  /** Shows what is going on until it is called again; `undefined` shows nothing. The cursor is hidden meanwhile. */
  status(text: (() => string) | undefined): void {
    this.#erase()
    if (this.lively && !text !== !this.#status) this.#output.write(text ? '\x1b[?25l' : '\x1b[?25h')
    this.#status = text
    clearInterval(this.#timer)
    if (!this.lively || text === undefined) return
    this.#draw()
    this.#timer = setInterval(() => {
      this.#erase()
      this.#frame++
      this.#draw()
    }, FRAME_EVERY)
    this.#timer.unref()
  }

  #erase(): void {
    if (this.lively && this.#status) this.#output.write('\r\x1b[2K')
  }

  /** A line too long is cut by the terminal instead of going on in the next. */
  #draw(): void {
    if (!this.lively || !this.#status) return
    const spinner = this.paint('cyan', FRAMES[this.#frame % FRAMES.length]!)
    this.#output.write(`\x1b[?7l${spinner} ${this.#redact(this.#status())}\x1b[?7h`)
  }
}
