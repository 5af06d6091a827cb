/**
 * Gives examples and pages the versions of others' actions that our own workflows have: those alone are updated by
 * Dependabot. Prints the files that it changes.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const PROJECT = path.join(import.meta.dirname, '..')
const PIN = /(uses: ([\w/-]+)@)([0-9a-f]{40} # \S+)/g

/** The files that follow, below the project's folder. */
export function followers(): string[] {
  const named = (folder: string, ending: string): string[] =>
    readdirSync(path.join(PROJECT, folder))
      .filter(file => file.endsWith(ending))
      .map(file => `${folder}/${file}`)
  return ['README.md', ...named('docs', '.md'), ...named('examples', '.yml')]
}

/** The text with the pins of our own workflows; what they do not use stays. */
export function withPins(text: string): string {
  const pins = ownPins()
  return text.replace(PIN, (_, before: string, action: string, pin: string) => before + (pins.get(action) ?? pin))
}

function ownPins(): Map<string, string> {
  const folder = path.join(PROJECT, '.github', 'workflows')
  const texts = readdirSync(folder).map(file => readFileSync(path.join(folder, file), 'utf8'))
  return new Map(texts.flatMap(text => [...text.matchAll(PIN)].map(([, , action, pin]) => [action!, pin!] as const)))
}

if (process.argv[1] === import.meta.filename) {
  for (const file of followers()) {
    const place = path.join(PROJECT, file)
    const text = readFileSync(place, 'utf8')
    if (withPins(text) === text) continue
    writeFileSync(place, withPins(text))
    console.log(file)
  }
}
