/** Characters of a command line that are looked at. */
const LONGEST = 10_000
/** How deep a command may stand in the quotes of another: `sh -c "bundle exec 'rake …'"` has two. */
const DEEPEST = 4
/** Programs that only print their words. */
const PRINTS = ['echo', 'printf']

/**
 * The simple commands of a shell's command line, each as its words without quotes (POSIX: Shell Command Language, 2.2 and
 * 2.9). A word with white space is a command line again, whatever runs it: `sh -c "rake a"`, `bundle exec 'rake a'`.
 * Nothing is expanded, and words that a program only prints are none.
 */
export function shellCommands(line: string, depth = 0): string[][] {
  const commands = split(line.slice(0, LONGEST)).filter(([first]) => first !== undefined && !PRINTS.includes(first))
  if (depth >= DEEPEST) return commands
  return commands.flatMap(words => [
    words,
    ...words.filter(word => /\s/.test(word)).flatMap(word => shellCommands(word, depth + 1))
  ])
}

function split(line: string): string[][] {
  const commands: string[][] = [[]]
  let word: string | undefined
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)!.push(word)
    word = undefined
  }
  // A quoted part, an escape, what parts commands, a comment, white space, anything else.
  const parts = /'([^']*)'?|"((?:[^"\\]|\\[^])*)"?|\\([^])|([;&|()`\n]|[{}](?=\s))|(?<![^\s;&|()])#[^\n]*|\s|([^])/g
  for (const [, single, double, escaped, end, other] of line.matchAll(parts)) {
    if (single !== undefined) word = (word ?? '') + single
    else if (double !== undefined) word = (word ?? '') + double.replace(/\\([$`"\\\n])/g, '$1')
    else if (escaped !== undefined) word = (word ?? '') + escaped
    else if (other !== undefined) word = (word ?? '') + other
    else endWord()
    if (end !== undefined) commands.push([])
  }
  endWord()
  return commands.filter(words => words.length > 0)
}
