import { describe, expect, it } from '@jest/globals'
import { ESLint, Linter } from 'eslint'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parser } from 'typescript-eslint'
import ts from 'typescript'
import { readRooms, roomImports, ROOMS } from '../../scripts/room-imports.mts'

const project = path.join(import.meta.dirname, '..', '..')
const src = path.join(project, 'src')
const modules = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
const importsOf = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(path.join(src, file), 'utf8'))
    .importedFiles.map(({ fileName }) => path.join(path.dirname(file), fileName))
    .filter(name => modules.includes(name))

/** Each circle once, as `a -> b -> a`. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const walk = (node: string, trail: readonly string[]): string[] => {
    const at = trail.indexOf(node)
    if (at >= 0) return [[...trail.slice(at), node].join(' -> ')]
    if (done.has(node)) return []
    const found = (graph.get(node) ?? []).flatMap(next => walk(next, [...trail, node]))
    done.add(node)
    return found
  }
  return [...graph.keys()].flatMap(node => walk(node, []))
}

describe('the table of rooms', () => {
  it('has each folder of src/, and the files beside them', () => {
    expect([...ROOMS.keys()].sort()).toEqual(
      readdirSync(src)
        .map(name => name.replace(/\.ts$/, ''))
        .sort()
    )
  })

  it('has no circle', () => {
    expect(circles(new Map([...ROOMS].map(([name, may]) => [name, [...may.keys()]])))).toEqual([])
    expect(circles(new Map(Object.entries({ a: ['b'], b: ['c'], c: ['b'] })))).toEqual(['b -> c -> b'])
  })

  it('names rooms alone', () => {
    expect(() => readRooms('| `src/a/` | x | b |')).toThrow('a imports b, which is no room')
  })

  it('is what the linter holds each file of src/ to', async () => {
    const eslint = new ESLint({ cwd: project })
    for (const file of ['program.ts', 'cli/main.ts', 'report/page/client/main.ts']) {
      const config = (await eslint.calculateConfigForFile(path.join(src, file))) as { rules: Record<string, unknown> }
      expect(config.rules['project/room-imports']).toEqual([2])
    }
  })

  it.each([
    ['net/a.ts', "export { UserError } from '../runtime/index.ts'", undefined],
    ['net/a.ts', "import { b } from './b.ts'", undefined],
    ['net/a.ts', "export { deploy } from '../deploy/index.ts'", 'docs/architecture.md does not let net import deploy'],
    ['net/a.ts', "type A = import('../deploy/index.ts').A", 'docs/architecture.md does not let net import deploy'],
    ['net/a.ts', "await import('../deploy/index.ts')", 'docs/architecture.md does not let net import deploy'],
    ['net/a.ts', "export * from '../runtime/errors.ts'", 'other rooms import runtime/index.ts alone'],
    ['net/a.ts', "import '../runtime/real.ts'", 'other rooms import runtime/index.ts alone'],
    ['cli/a.ts', "import { b } from '../runtime/real.ts'", undefined],
    ['cli/main.ts', "await import('../program.ts')", undefined],
    ['cli/a.ts', "await import('../program.ts')", 'docs/architecture.md does not let cli import program'],
    ['net/a.ts', "import '../../scripts/build.ts'", 'what is shipped imports nothing from outside of src/'],
    ['report/a.ts', "export { type Layer } from '../slug/index.ts'", undefined],
    ['report/a.ts', "import type { Layer } from '../slug/index.ts'", undefined],
    [
      'report/a.ts',
      "import { pack } from '../slug/index.ts'",
      'docs/architecture.md lets report import types alone from slug'
    ]
  ])('in %s: %s', (file, code, expected) => {
    const said = new Linter({ cwd: project }).verify(
      code,
      {
        files: ['**/*.ts'],
        languageOptions: { parser },
        plugins: { project: { rules: { 'room-imports': roomImports } } },
        rules: { 'project/room-imports': 'error' }
      },
      path.join(src, file)
    )
    expect(said.map(({ message }) => message)).toEqual(expected === undefined ? [] : [expected])
  })
})

describe('the files of src/', () => {
  it('have no circle, not even of types', () => {
    expect(circles(new Map(modules.map(file => [file, importsOf(file)])))).toEqual([])
  })
})
