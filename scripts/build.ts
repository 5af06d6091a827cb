/** Bundles the action and the program of its packing threads: `node scripts/build.ts [folder]`, by default into `dist/`. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'

const project = path.join(import.meta.dirname, '..')

export function bundle(into: string): void {
  rmSync(into, { recursive: true, force: true })
  ncc('src/main.ts', into, '--license', 'licenses.txt')
  ncc('src/slug/pack-worker.ts', path.join(into, 'pack-worker'))
}

function ncc(entry: string, into: string, ...more: string[]): void {
  const program = path.join(project, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')
  execFileSync(process.execPath, [program, 'build', entry, '--out', into, '--quiet', ...more], {
    cwd: project,
    stdio: 'inherit'
  })
}

if (process.argv[1] === import.meta.filename) bundle(path.resolve(process.argv[2] ?? path.join(project, 'dist')))
