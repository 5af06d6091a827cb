/** Bundles the program, the two entry points that load it, the packing threads and the parts of the report's page: `npm run build -- [folder]`, by default into `dist/`. */
import { buildSync } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const project = path.join(import.meta.dirname, '..')
/** Where JavaScript of `src/` lies while it is bundled. */
const LIB = path.join(project, 'lib')

export function bundle(into: string): void {
  rmSync(into, { recursive: true, force: true })
  transpile()
  ncc('main.js', into)
  ncc('cli/main.js', path.join(into, 'cli'))
  // One file: of a bundle with parts that are loaded later, ncc lists the licences of the last part alone.
  ncc('program.js', path.join(into, 'program'), '--license', 'licenses.txt')
  ncc('slug/pack-worker.js', path.join(into, 'pack-worker'))
  rmSync(LIB, { recursive: true, force: true })
  bundlePage(path.join(into, 'page'))
}

/** Takes the types out, once for all bundles: `npm run typecheck` has looked at them, and ncc would do so for each. */
function transpile(): void {
  rmSync(LIB, { recursive: true, force: true })
  const { config } = ts.readConfigFile(path.join(project, 'tsconfig.json'), file => readFileSync(file, 'utf8')) as {
    config: { compilerOptions: object }
  }
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, module: 'ESNext' }, project)
  const source = path.join(project, 'src')
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.startsWith(path.join('report', 'page', 'client'))) continue
    const { outputText } = ts.transpileModule(withProgramTexts(path.join(source, file)), {
      compilerOptions: options
    })
    const target = path.join(LIB, file.replace(/\.ts$/, '.js'))
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, outputText)
  }
}

/** A module's text with the programs that it runs in it: `programText` reads their files when it runs from `src/`. */
function withProgramTexts(module: string): string {
  return readFileSync(module, 'utf8').replace(
    /\bprogramText\(\s*new URL\('(\.\/programs\/[\w.-]+)', import\.meta\.url\)\s*\)/g,
    (_, file: string) => JSON.stringify(readFileSync(path.join(path.dirname(module), file), 'utf8'))
  )
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
  execFileSync(process.execPath, [program, 'build', path.join(LIB, entry), '--out', into, '--quiet', ...more], {
    cwd: project,
    stdio: 'inherit'
  })
}

if (process.argv[1] === import.meta.filename) bundle(path.resolve(process.argv[2] ?? path.join(project, 'dist')))
