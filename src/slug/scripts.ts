import { readFileSync } from 'node:fs'
import { below } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'

/** Programs that run JavaScript or install it, as a part of a regular expression. */
export const RUNNERS = '(?:node|nodejs|npm|npx|yarn|yarnpkg|pnpm|pnpx|bun|bunx|corepack)'
/** A Ruby string that is a command: `'yarn', 'build'`, `%w(node x.js)`, "cd x && node y", `/usr/bin/env node`. */
export const RUBY_RUNS = new RegExp(
  `(?:["'\x60]|%[wWqQxi]?[[({<|!])\\s{0,9}(?:[A-Z_]{1,50}=\\S{1,100}\\s{1,9}){0,5}(?:[\\w./-]{1,100}/|/usr/bin/env )?${RUNNERS}(?=[\\s"'\x60])|["'\x60][^\\n]{0,500}(?:&&|;|\\|)\\s{0,9}${RUNNERS}\\s`
)

const LARGEST = 1_000_000

/** The words of a command or a shell script, each once. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.split(/[\s;&|()"'\x60]+/))
}

/**
 * A command, with the text of the scripts that it names, and of the scripts that these name. Of a Ruby script only the
 * lines with a command: in Ruby `node` is often a variable.
 */
export function withScripts(command: string, files: ReadonlyMap<string, SlugFile>): string {
  const read = new Set<string>()
  const visit = (text: string): string => {
    const texts = [text]
    for (const word of wordsOf(text)) {
      const file = files.get(word.replace(/^\.\//, ''))
      if (file?.kind !== 'file' || read.has(file.path) || /^streaming\/|\.[cm]?[jt]s$/.test(file.path)) continue
      read.add(file.path)
      const script = textOf(file).replace(/^\s*#(?!!).*$/gm, '')
      const isRuby = /^#!.*\bruby\b/.test(script) || /\.(?:rb|rake|ru)$|^(?:Gem|Rake)file$/.test(file.path)
      if (!script.includes('\0')) texts.push(visit(isRuby ? commandsIn(script) : script))
    }
    return texts.join('\n')
  }
  return visit(command)
}

/** The lines of a Ruby script that run Node or name node_modules. */
function commandsIn(ruby: string): string {
  return ruby
    .split('\n')
    .filter(line => RUBY_RUNS.test(line) || line.includes('node_modules'))
    .join('\n')
}

/** The text of a file; empty if it is not a file, or is too large for a script. */
export function textOf({ kind, size, root, path }: SlugFile): string {
  return kind === 'file' && size <= LARGEST ? readFileSync(below(root, path), 'utf8') : ''
}
