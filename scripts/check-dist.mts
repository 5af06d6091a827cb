/** Builds the bundle anew and compares it, byte for byte, with the committed `dist/`; a file too many or too few counts. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { bundle } from './build.mts'

const committed = path.join(import.meta.dirname, '..', 'dist')
const folder = mkdtempSync(path.join(os.tmpdir(), 'check-dist-'))
try {
  bundle(folder)
  const [before, now] = [digests(committed), digests(folder)]
  const names = [...new Set([...before.keys(), ...now.keys()])].sort()
  const different = names.filter(name => before.get(name) !== now.get(name))
  for (const name of different) {
    const there = before.has(name) ? 'differs' : 'is missing'
    console.log(`dist/${name}: ${now.has(name) ? there : 'is not built'}`)
  }
  if (different.length > 0) {
    console.log('dist/ is not what src/ builds: run `npm run build` and commit the result.')
    process.exitCode = 1
  } else console.log(`dist/ is what src/ builds: ${names.length} files`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function digests(root: string): Map<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const sha256 = (file: string): string =>
    createHash('sha256')
      .update(readFileSync(path.join(root, file)))
      .digest('hex')
  return new Map(files.filter(file => statSync(path.join(root, file)).isFile()).map(file => [file, sha256(file)]))
}
