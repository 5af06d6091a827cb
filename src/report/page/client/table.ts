import { numberText, shown, sizeText } from '../words.ts'
import { byId, element } from './dom.ts'
import { childrenIn, isFile, isLayer, nameOf, pathOf } from './tree.ts'
import { changeText, layerText, pathText, shareOf, statusIn, type View } from './view.ts'

const PAGE = 200

interface Column {
  readonly title: string
  /** Figures are aligned right, and sorted largest first. */
  readonly figures: boolean
  readonly text: (view: View, node: number) => string
  readonly key: (view: View, node: number) => number | string
}

const COLUMNS: readonly Column[] = [
  { title: 'Name', figures: false, text: () => '', key: ({ tree }, node) => pathOf(tree, node) },
  {
    title: 'Compressed',
    figures: true,
    text: ({ weights }, node) => sizeText(weights.compressed[node]!),
    key: ({ weights }, node) => weights.compressed[node]!
  },
  {
    title: 'Share',
    figures: true,
    text: (view, node) => shareOf(view, view.weights.compressed[node]!),
    key: ({ weights }, node) => weights.compressed[node]!
  },
  {
    title: 'Unpacked',
    figures: true,
    text: ({ weights }, node) => sizeText(weights.raw[node]!),
    key: ({ weights }, node) => weights.raw[node]!
  },
  { title: 'Layer', figures: false, text: layerText, key: layerText }
]
const CHANGE: Column = {
  title: 'Change',
  figures: true,
  text: (view, node) => changeText(statusIn(view, node), view.weights.change[node]!),
  key: ({ weights }, node) => weights.change[node]!
}

/** The content of the shown folder; or, for a search, all files with that text in their path. */
export class FileTable {
  readonly #search = byId<HTMLInputElement>('search')
  readonly #more = byId<HTMLButtonElement>('more')
  #view: View | undefined
  #sorted = { column: 'Compressed', down: true }
  #shown = PAGE
  /** Paths of all files in lower case, by tree. */
  readonly #paths = new WeakMap<View['tree'], string[]>()

  constructor() {
    this.#search.addEventListener('input', () => {
      this.#shown = PAGE
      this.#draw()
    })
    this.#more.addEventListener('click', () => {
      this.#shown += PAGE
      this.#draw()
    })
    byId('table').addEventListener('click', event => this.#sort(event.target as Element))
  }

  show(view: View): void {
    this.#view = view
    this.#shown = PAGE
    this.#draw()
  }

  #sort(target: Element): void {
    const column = target.closest<HTMLElement>('[data-column]')?.dataset['column']
    if (column === undefined) return
    const { figures } = columnsOf(this.#view!).find(({ title }) => title === column)!
    const again = this.#sorted.column === column
    this.#sorted = { column, down: again ? !this.#sorted.down : figures }
    this.#draw()
    byId('table').querySelector<HTMLElement>(`[data-column="${column}"]`)?.focus()
  }

  #draw(): void {
    const view = this.#view
    if (!view) return
    const searched = this.#search.value.trim().toLowerCase()
    const nodes = searched === '' ? childrenIn(view.tree, view.weights, view.node) : this.#found(view, searched)
    const columns = columnsOf(view)
    const by = columns.find(({ title }) => title === this.#sorted.column) ?? columns[1]!
    const rows = sortedBy(view, nodes, by, this.#sorted.down).slice(0, this.#shown)
    const table = byId('table')
    table.querySelector('thead')!.replaceChildren(this.#head(columns))
    table.querySelector('tbody')!.replaceChildren(...rows.map(node => row(view, columns, node, searched !== '')))
    const where = searched === '' ? `in ${pathText(view.tree, view.node)}` : 'in the whole slug'
    byId('found').textContent = `${numberText(nodes.length)} ${where}`
    this.#more.hidden = nodes.length <= this.#shown
    this.#more.textContent = `Show ${numberText(Math.min(PAGE, nodes.length - this.#shown))} more of ${numberText(nodes.length)}`
  }

  #found({ tree, weights }: View, searched: string): number[] {
    const paths = this.#paths.get(tree) ?? []
    if (paths.length === 0) {
      for (let node = tree.firstFile; node < tree.count; node++) paths.push(pathOf(tree, node).toLowerCase())
      this.#paths.set(tree, paths)
    }
    const found: number[] = []
    paths.forEach((path, index) => {
      const node = tree.firstFile + index
      if (path.includes(searched) && weights.files[node]! + weights.gone[node]! > 0) found.push(node)
    })
    return found
  }

  #head(columns: readonly Column[]): HTMLElement {
    const cells = columns.map(({ title, figures }) => {
      const button = element('button', { type: 'button', 'data-column': title }, title)
      return element(
        'th',
        { scope: 'col', class: figures ? 'number' : undefined, 'aria-sort': this.#orderOf(title) },
        button
      )
    })
    return element('tr', {}, ...cells)
  }

  #orderOf(title: string): 'ascending' | 'descending' | undefined {
    if (this.#sorted.column !== title) return undefined
    return this.#sorted.down ? 'descending' : 'ascending'
  }
}

function columnsOf({ comparable }: Pick<View, 'comparable'>): readonly Column[] {
  return comparable ? [...COLUMNS, CHANGE] : COLUMNS
}

function sortedBy(view: View, nodes: readonly number[], { key }: Column, down: boolean): number[] {
  const keyed = nodes.map(node => ({ node, key: key(view, node) }))
  const order = down ? -1 : 1
  keyed.sort((a, b) => order * compared(a.key, b.key) || a.node - b.node)
  return keyed.map(({ node }) => node)
}

function compared(a: number | string, b: number | string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function row(view: View, columns: readonly Column[], node: number, wholePath: boolean): HTMLElement {
  const [, ...others] = columns
  const cells = others.map(({ figures, text }) =>
    element('td', { class: figures ? 'number' : undefined }, text(view, node))
  )
  const status = view.comparable ? statusIn(view, node) : 'same'
  return element('tr', { class: status }, element('th', { scope: 'row' }, name(view, node, wholePath)), ...cells)
}

/** A name; a folder's leads into it. */
function name({ tree, walk }: View, node: number, wholePath: boolean): HTMLElement {
  const text = element('bdi', {}, wholePath ? pathText(tree, node) : shown(nameOf(tree, node)))
  if (isFile(tree, node)) return text
  const button = element('button', { type: 'button' }, text, ...(isLayer(tree, node) ? [] : ['/']))
  button.addEventListener('click', () => walk(node))
  return button
}
