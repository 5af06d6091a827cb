import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const PROJECT = path.join(import.meta.dirname, '..', '..')
export const read = (file: string): string => readFileSync(path.join(PROJECT, file), 'utf8')

/** Every page that people read. */
export const PAGES = [
  ...readdirSync(PROJECT),
  ...readdirSync(path.join(PROJECT, 'docs')).map(file => `docs/${file}`),
  '__tests__/rig/sample-fork/README.md'
].filter(file => file.endsWith('.md'))

export interface Command {
  readonly file: string
  /** As a shell would split them; what stands for something else is one word, too. */
  readonly words: readonly string[]
}

/** Without code, in which nothing is a link. */
export function prose(text: string): string {
  return text.replace(/^( *)```[^]*?^\1```/gm, '').replace(/`[^`\n]*`/g, '')
}

/** With what it does: the name alone is no command. */
const PROGRAM = /^(?:gh|git|heroku|npx mastodon-on-heroku) \S/

/** The commands of a page: whole lines of its blocks, and what stands between backticks. */
export function commandsOfPage(file: string): Command[] {
  const text = read(file)
  const blocks = [...text.matchAll(/^( *)```(?:|sh|bash)\n([^]*?)^\1```/gm)].flatMap(([, , block]) =>
    block!.replaceAll(/\\\n\s*/g, '').split('\n')
  )
  const inline = [...text.replace(/^( *)```[^]*?^\1```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
  return [...blocks, ...inline].flatMap(line => commandsOf(line, file))
}

/** What is copied or shown beside the pages: workflows with their comments, and the descriptions of inputs. */
export const EXAMPLES = [
  'action.yml',
  ...readdirSync(path.join(PROJECT, 'examples')).flatMap(file => (file.endsWith('.yml') ? `examples/${file}` : []))
]

/** The commands that comments and descriptions name: lines of their own, and what stands between backticks. */
export function commandsOfExample(file: string): Command[] {
  const text = read(file)
  const lines = [...text.matchAll(/^ *# +((?:gh|git|heroku|npx) .*)$/gm), ...text.matchAll(/(?<!\\)`([^`\n\\]+)`/g)]
  return lines.flatMap(([, line]) => commandsOf(line!, file))
}

/** The commands that sentences of the program name: between backticks, in texts and templates. */
export function commandsOfSource(file: string): Command[] {
  const text = read(file).replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'X')
  // Not a template that begins with a command: `git ended with …`.
  const code = /\\`((?:gh|git|heroku) [^`\\\n]+)\\`|(?<=['"][^'"\n]*)`((?:gh|git|heroku) [^`\\\n]+)`/g
  return [...text.matchAll(code)].flatMap(([, inTemplate, inText]) => commandsOf(inTemplate ?? inText!, file))
}

export function sourceFiles(): string[] {
  const all = readdirSync(path.join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })
  return all.filter(file => file.endsWith('.ts')).map(file => `src/${file}`)
}

/** A line's commands: each end of a pipe, each side of `&&`, without what is assigned before and remarked behind. */
export function commandsOf(line: string, file = ''): Command[] {
  const found: Command[] = []
  let words: string[] = []
  const end = (): void => {
    while (/^[A-Z_]+=/.test(words[0] ?? '')) words.shift()
    if (PROGRAM.test(words.join(' ')) && words[1] !== 'ended') found.push({ file, words })
    words = []
  }
  for (const [word] of line
    .trim()
    .replaceAll(/\s+#\s.*$/g, '')
    .matchAll(/&&|\|\||[|;]|(?:"[^"]*"|'[^']*'|[^\s"'|;&])+/g)) {
    if (/^(?:&&|\|\||[|;])$/.test(word)) end()
    else words.push(word.replaceAll(/["']/g, ''))
  }
  end()
  return found
}

/** Long flags among the words, without their values; those behind a bare `--` are another command's. */
export function flagsIn(words: readonly string[]): string[] {
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
  return own.flatMap(word => /^--([\w-]+)/.exec(word)?.[1] ?? [])
}
