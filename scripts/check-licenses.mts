/** Checks the licences of all that is bundled into `dist/`: known, allowed, and with their text. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Licences that ask for their text and nothing else of those who pass a bundle on (their SPDX names). */
const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'CC0-1.0',
  'BlueOak-1.0.0'
])
/** Shorter than any of their texts. */
const SHORTEST_TEXT = 300

interface Licensed {
  readonly name: string
  readonly licence: string
  readonly text: string
}

/** The packages of the bundler's list: a name, its licence and the licence's text, apart by an empty line. */
export function readLicenses(list: string): Licensed[] {
  const heads = [...list.matchAll(/(?<=^|\n\n)((?:@[a-z0-9.-]+\/)?[a-z0-9._-]+)\n([^\n]*)\n/g)]
  return heads.map((head, at) => ({
    name: head[1]!,
    licence: head[2]!.trim(),
    text: list.slice(head.index + head[0].length, heads[at + 1]?.index).trim()
  }))
}

/** What is wrong with them, a sentence each; `needed` are packages that must be in the list. */
export function licenseFaults(licensed: readonly Licensed[], needed: readonly string[]): string[] {
  const names = new Set(licensed.map(({ name }) => name))
  return [
    ...needed.filter(name => !names.has(name)).map(name => `${name} is bundled, but not in the list`),
    ...licensed.flatMap(({ name, licence, text }) => [
      ...(ALLOWED.has(licence) ? [] : [`${name}: ${licence || 'no licence'} is not one of ${[...ALLOWED].join(', ')}`]),
      ...(text.length < SHORTEST_TEXT ? [`${name}: the text of its licence is missing`] : [])
    ])
  ]
}

if (process.argv[1] === import.meta.filename) {
  const project = path.join(import.meta.dirname, '..')
  const read = (file: string): string => readFileSync(path.join(project, file), 'utf8')
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  const lists = readdirSync(path.join(project, 'dist'), { recursive: true, encoding: 'utf8' })
  const licensed = lists
    .filter(file => path.basename(file) === 'licenses.txt')
    .flatMap(file => readLicenses(read(`dist/${file}`)))
  const faults = licenseFaults(licensed, Object.keys(dependencies))
  for (const fault of faults) console.log(fault)
  if (faults.length > 0) {
    console.log('Use another package, or add its licence to scripts/check-licenses.mts after having read it.')
    process.exitCode = 1
  } else console.log(`${licensed.length} bundled packages, all under an allowed licence`)
}
