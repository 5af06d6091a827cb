/**
 * Measures what a build costs beyond the buildpacks and a deploy beyond the dynos, beside what one would use instead, in turns: `npm run bench`.
 * Options: --tree DIR (a built tree), --megabytes N, --runs N, --only pack,memory,start,deploy,report.
 */
import { buildSync } from 'esbuild'
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { addLibraries, makeTree } from './make-tree.ts'

const { values } = parseArgs({
  options: {
    tree: { type: 'string' },
    megabytes: { type: 'string', default: '1300' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: 'pack,memory,start,deploy,report' }
  }
})
const runs = Number(values.runs)
const temp = mkdtempSync(path.join(os.tmpdir(), 'bench-'))
const rows: string[][] = []

try {
  const parts = values.only.split(',')
  if (parts.includes('pack')) benchPacking(values.tree ?? makeIn('tree', Number(values.megabytes)))
  if (parts.includes('memory')) benchMemory()
  if (parts.includes('start')) benchStart()
  if (parts.includes('deploy')) benchDeploy()
  if (parts.includes('report')) benchReport()
  console.log(
    `\n${os.cpus().length} cores (${os.cpus()[0]?.model}), Node ${process.version}, zlib ${process.versions.zlib}, medians of ${runs} runs in turns\n`
  )
  const head = ['What', 'Here', 'Instead', 'Ratio', 'Aim', 'Reached']
  for (const cells of [head, head.map(() => '---'), ...rows]) console.log(`| ${cells.join(' | ')} |`)
} finally {
  rmSync(temp, { recursive: true, force: true })
}

interface Packed {
  with: number
  without: number
  files: number
  raw: number
  maxRss: number
}

function makeIn(name: string, megabytes: number): string {
  const folder = path.join(temp, name)
  mkdirSync(folder)
  console.error(`making a tree of ${megabytes} MB`)
  makeTree(folder, megabytes)
  return folder
}

function packBoth(tree: string, store?: string): Packed {
  const out = execFileSync(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    path.join(import.meta.dirname, 'pack-both.ts'),
    tree,
    temp,
    ...(store ? [store] : [])
  ])
  return JSON.parse(out.toString()) as Packed
}

/** Seconds of wall time. */
function timed(work: () => unknown): number {
  execFileSync('sync') // nobody pays for what another one wrote
  const start = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - start) / 1e9
}

function shell(line: string, ...args: string[]): void {
  const { status } = spawnSync('bash', ['-o', 'pipefail', '-c', line, 'bench', ...args], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`failed: ${line}`)
}

function benchPacking(tree: string): void {
  const [tgz, store] = [path.join(temp, 'tar.tgz'), path.join(temp, 'store')]
  const tar = (): void => shell('tar czf "$2" -C "$(dirname "$1")" "$(basename "$1")"', tree, tgz)
  const pigz = (): void =>
    shell('tar cf - -C "$(dirname "$1")" "$(basename "$1")" | pigz -6 > "$2"', tree, `${tgz}.pigz`)
  const hasPigz = spawnSync('pigz', ['--version']).status === 0
  let packed = packBoth(tree, store) // warms the page cache, and fills the store
  tar()
  console.error(
    `${packed.files} files, ${packed.raw / 1e6} MB; with ${packed.with / 1e6} MB, without ${packed.without / 1e6} MB`
  )

  const times = { both: [] as number[], tar: [] as number[], pigz: [] as number[], again: [] as number[] }
  const changed = path.join(tree, 'changed-between-runs.txt')
  for (let run = 0; run < runs; run++) {
    times.both.push(timed(() => (packed = packBoth(tree))))
    times.tar.push(timed(tar))
    if (hasPigz) times.pigz.push(timed(pigz))
    appendFileSync(changed, `${run}\n`)
    times.again.push(timed(() => packBoth(tree, store)))
    console.error(
      Object.entries(times)
        .map(([name, list]) => `${name} ${list.at(-1)?.toFixed(1)} s`)
        .join(', ')
    )
  }
  rmSync(changed)
  const [both, one, again] = [median(times.both), median(times.tar), median(times.again)]
  if (!hasPigz) console.error('pigz is not installed: its row is left out')
  const size = statSync(tgz).size
  row('Packing both variants / `tar czf` of one', seconds(both), seconds(one), one / both, 2.5)
  if (hasPigz)
    row(
      'Packing both variants / `tar \\| pigz` of one',
      seconds(both),
      seconds(median(times.pigz)),
      median(times.pigz) / both,
      1.1
    )
  row('Again after one file changed / `tar czf`', seconds(again), seconds(one), one / again, 10)
  rows.push([
    'Size / `tar czf` (gzip -6, unsorted)',
    mb(packed.with),
    mb(size),
    `${(100 * (packed.with / size - 1)).toFixed(2)} %`,
    '≤ 1.5 %',
    packed.with <= size * 1.015 ? 'yes' : 'no'
  ])
}

function benchMemory(): void {
  const small = packBoth(makeIn('small', 500))
  rmSync(path.join(temp, 'small'), { recursive: true })
  const tree = makeIn('large', 500)
  addLibraries(tree, 4_500)
  const large = packBoth(tree)
  rmSync(path.join(temp, 'large'), { recursive: true })
  rows.push([
    'Peak memory, 5 GB / 500 MB of about as many files',
    mb(large.maxRss),
    mb(small.maxRss),
    (large.maxRss / small.maxRss).toFixed(2),
    '≤ 400 MB, flat',
    large.maxRss <= 400e6 && large.maxRss <= small.maxRss * 1.1 ? 'yes' : 'no'
  ])
}

function benchStart(): void {
  const entry = path.join(import.meta.dirname, '..', 'dist', 'index.js')
  if (!existsSync(entry)) throw new Error('dist/ is missing: run `npm run build`')
  const env = { PATH: process.env['PATH'], INPUT_COMMAND: 'none', GITHUB_OUTPUT: path.join(temp, 'output') }
  writeFileSync(env.GITHUB_OUTPUT, '')
  const [ours, empty]: number[][] = [[], []]
  for (let run = 0; run < 11; run++) {
    ours!.push(timed(() => requireRefusal(spawnSync(process.execPath, [entry], { env, encoding: 'utf8' }).stdout)))
    empty!.push(timed(() => spawnSync(process.execPath, ['-e', '0'], { env })))
  }
  const [start, bare] = [median(ours!) * 1e3, median(empty!) * 1e3]
  rows.push([
    '`node dist/index.js` with nothing to do / `node -e 0`',
    `${start.toFixed(0)} ms`,
    `${bare.toFixed(0)} ms`,
    (start / bare).toFixed(2),
    '≤ 250 ms',
    start <= 250 ? 'yes' : 'no'
  ])
}

function benchDeploy(): void {
  const program = path.join(import.meta.dirname, 'deploy.ts')
  const all = Array.from({ length: runs }, () => {
    const out = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', program])
    return JSON.parse(out.toString()) as { deploy: number; plain: number; requests: number }
  })
  const [deploy, plain] = [median(all.map(one => one.deploy)), median(all.map(one => one.plain))]
  rows.push([
    `A deploy, its slug built and its dynos up at once / its ${all[0]!.requests} requests alone`,
    `${deploy.toFixed(0)} ms`,
    `${plain.toFixed(0)} ms`,
    (deploy / plain).toFixed(2),
    '≤ 3 s more',
    deploy - plain <= 3_000 ? 'yes' : 'no'
  ])
}

function benchReport(): void {
  // Bundled, as what is shipped: loading the sources takes memory of its own.
  const program = path.join(temp, 'report.mjs')
  const parts = path.join(import.meta.dirname, '..', 'dist', 'page')
  buildSync({
    entryPoints: [path.join(import.meta.dirname, 'report.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning'
  })
  const bench = (what: string): Buffer => execFileSync(process.execPath, [program, what, temp, parts])
  bench('make')
  const all = Array.from({ length: runs }, () => {
    const out = bench('render')
    return JSON.parse(out.toString()) as { seconds: number; plain: number; maxRss: number; page: number; json: number }
  })
  const [rendered, plain] = [median(all.map(one => one.seconds)), median(all.map(one => one.plain))]
  const { page, json } = all[0]!
  const maxRss = median(all.map(one => one.maxRss))
  rows.push([
    `Two reports of 60,000 files (${mb(json)} each) read, compared, rendered / \`JSON.parse\` of both`,
    seconds(rendered),
    seconds(plain),
    (rendered / plain).toFixed(1),
    '≤ 1.5 s',
    rendered <= 1.5 ? 'yes' : 'no'
  ])
  rows.push(['Memory of that process', mb(maxRss), '', '', '≤ 250 MB', maxRss <= 250e6 ? 'yes' : 'no'])
  rows.push(['The page', mb(page), mb(json), (page / json).toFixed(2), '≤ 5 MB', page <= 5e6 ? 'yes' : 'no'])
}

/** With nothing to do it says so; a bundle that does not load would be quick, too. */
function requireRefusal(output: string): void {
  if (!output.includes('There is no command')) throw new Error(`dist/index.js does not work: ${output}`)
}

function row(what: string, here: string, instead: string, ratio: number, aim: number): void {
  rows.push([what, here, instead, `${ratio.toFixed(2)} × faster`, `≥ ${aim} ×`, ratio >= aim ? 'yes' : 'no'])
}

function median(list: number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
