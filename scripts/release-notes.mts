/** Writes the notes of the version in package.json, its section of the changelog, to a file, and prints the version: `npm run release-notes -- FILE`. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The text of a version's section (`## X.Y.Z`, a date may follow). Throws if there is none, or nothing in it. */
export function notesOf(changelog: string, version: string): string {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${version} is no version to release: X.Y.Z`)
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find(text => text.split(/\s/)[0] === version)
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## ${version}": make it of "Unreleased"`)
  const notes = section.slice(section.indexOf('\n') + 1).trim()
  if (notes === '') throw new Error(`CHANGELOG.md says nothing of ${version}`)
  return `${notes}\n`
}

if (process.argv[1] === import.meta.filename) {
  const read = (file: string): string => readFileSync(path.join(import.meta.dirname, '..', file), 'utf8')
  const { version } = JSON.parse(read('package.json')) as { version: string }
  writeFileSync(process.argv[2]!, notesOf(read('CHANGELOG.md'), version))
  console.log(version)
}
