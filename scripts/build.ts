/** Bundles the action, the program of its packing threads and the parts of the report's page: `node scripts/build.ts [folder]`, by default into `dist/`. */
import { buildSync } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'

const project = path.join(import.meta.dirname, '..')

export function bundle(into: string): void {
  rmSync(into, { recursive: true, force: true })
  ncc('src/main.ts', into, '--license', 'licenses.txt')
  ncc('src/slug/pack-worker.ts', path.join(into, 'pack-worker'))
  bundlePage(path.join(into, 'page'))
}

/** The page's script and style: they run in a browser, so another bundler makes them. */
export function bundlePage(into: string): void {
  const client = path.join(project, 'src/report/page/client')
  buildSync({
    entryPoints: { page: path.join(client, 'main.ts'), style: path.join(client, 'style.css') },
    entryNames: 'page',
    outdir: into,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning'
  })
}

function ncc(entry: string, into: string, ...more: string[]): void {
  const program = path.join(project, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')
  execFileSync(process.execPath, [program, 'build', entry, '--out', into, '--quiet', ...more], {
    cwd: project,
    stdio: 'inherit'
  })
}

if (process.argv[1] === import.meta.filename) bundle(path.resolve(process.argv[2] ?? path.join(project, 'dist')))
