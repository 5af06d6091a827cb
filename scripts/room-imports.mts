import type { Rule } from 'eslint'
import { readFileSync } from 'node:fs'
import path from 'node:path'

const project = path.join(import.meta.dirname, '..')
const src = path.join(project, 'src')

/** Files beside `index.ts` that others may import, and who: a file, or all of a room or folder. */
const MORE_FACES: Readonly<Record<string, readonly string[]>> = {
  'runtime/real.ts': ['program.ts', 'cli/'],
  'runtime/figures.ts': ['report/page/', 'verdict/size.ts'],
  'verdict/size.ts': ['report/page/'],
  'cli/init.ts': ['program.ts'],
  'cli/run.ts': ['program.ts']
}
/** An entry point loads the program, which its own room is a part of. */
const ENTRY_POINTS: Readonly<Record<string, string>> = { 'cli/main.ts': 'program.ts' }
const EDGES = ['main', 'program', 'action', 'cli']

type Rooms = ReadonlyMap<string, ReadonlyMap<string, 'all' | 'types'>>

/**
 * The table of docs/architecture.md: for each room those that it may import, and those of which it may import types alone.
 * A room is a folder of src/, or a file beside the folders (`main`). Throws for the name of a room that has no row.
 */
export function readRooms(text: string): Rooms {
  const rows = [...text.matchAll(/^\| `src\/([\w-]+)(?:\/|\.ts)` \|.*\| ([^|]*) \|$/gm)].map(
    ([, name = '', cell = '']) => [name, cell] as const
  )
  const names = rows.map(([name]) => name)
  const partsOf = (name: string, cell: string): string[] => {
    if (cell === '–') return []
    if (cell !== 'all but the edges') return cell.split(', ')
    return names.filter(one => one !== name && !EDGES.includes(one))
  }
  const mayImport = (name: string, part: string): [string, 'all' | 'types'][] =>
    part
      .replace(/ \(.*\)$/, '')
      .split(' and ')
      .map(room => {
        if (!names.includes(room)) throw new Error(`docs/architecture.md: ${name} imports ${room}, which is no room`)
        return [room, part.endsWith(' (types)') ? 'types' : 'all']
      })
  return new Map(
    rows.map(([name, cell]) => [name, new Map(partsOf(name, cell).flatMap(part => mayImport(name, part)))])
  )
}

export const ROOMS = readRooms(readFileSync(path.join(project, 'docs', 'architecture.md'), 'utf8'))

const roomOf = (file: string): string => file.split('/')[0]!.replace(/\.ts$/, '')

/** What is wrong with an import of one file of src/ by another, both named from there; `undefined` if nothing is. */
function wrongImport(from: string, to: string, isTypes: boolean): string | undefined {
  if (to.startsWith('../')) return 'what is shipped imports nothing from outside of src/'
  const [room, other] = [roomOf(from), roomOf(to)]
  if (room === other || ENTRY_POINTS[from] === to) return undefined
  const how = ROOMS.get(room)?.get(other)
  if (how === undefined) return `docs/architecture.md does not let ${room} import ${other}`
  if (how === 'types' && !isTypes) return `docs/architecture.md lets ${room} import types alone from ${other}`
  const isFace = [`${other}.ts`, `${other}/index.ts`].includes(to) || MORE_FACES[to]?.some(one => from.startsWith(one))
  return isFace ? undefined : `other rooms import ${other}/index.ts alone`
}

/** An import, export or type in the syntax tree of typescript-eslint. */
interface Importing {
  readonly type: string
  readonly source?: { readonly value?: unknown; readonly literal?: { readonly value: unknown } } | null
  readonly importKind?: string
  readonly exportKind?: string
  readonly specifiers?: readonly { readonly importKind?: string; readonly exportKind?: string }[]
}

/** ESLint's rule: a room imports what its row in docs/architecture.md says, and no more. */
export const roomImports: Rule.RuleModule = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const from = path.relative(src, context.filename).replaceAll(path.sep, '/')
    const isTypes = ({ importKind, exportKind }: Pick<Importing, 'importKind' | 'exportKind'>): boolean =>
      (importKind ?? exportKind) === 'type'
    const look = (node: Rule.Node): void => {
      const found = node as unknown as Importing
      const name = found.source?.value ?? found.source?.literal?.value
      if (typeof name !== 'string' || !name.startsWith('.')) return
      const { specifiers = [] } = found
      const areTypes =
        found.type === 'TSImportType' || isTypes(found) || (specifiers.length > 0 && specifiers.every(isTypes))
      const message = wrongImport(from, path.posix.join(path.posix.dirname(from), name), areTypes)
      if (message !== undefined) context.report({ node, message })
    }
    return {
      ImportDeclaration: look,
      ImportExpression: look,
      ExportNamedDeclaration: look,
      ExportAllDeclaration: look,
      TSImportType: look
    }
  }
}
