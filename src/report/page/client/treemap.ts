import { numberText, shown, signedSize, sizeText } from '../words.ts'
import { byId, element, onWidth } from './dom.ts'
import { layOut, type Tile } from './layout.ts'
import { isDirection, neighbour } from './neighbour.ts'
import { hideTip, showTip } from './tip.ts'
import { isFile, nameWithin, outOf, statusOf, type Status, type Tree } from './tree.ts'
import { changeText, changeWords, layerText, pathText, shareOf, type View } from './view.ts'

/** The sizes of a tile: of one node, or of several small ones. Bytes. */
interface Sum {
  readonly compressed: number
  readonly raw: number
  readonly change: number
  readonly status: Status
}

/** The map: a button for each tile. The Tab key reaches one of them, the arrow keys the others. */
export class Treemap {
  readonly #place = byId('map')
  #view: View | undefined
  #tiles: Tile[] = []
  #width = 0
  #height = 0

  constructor() {
    const place = this.#place
    onWidth(place, width => {
      this.#width = width
      this.#draw()
    })
    place.addEventListener('click', event => this.#enter(this.#tileOf(event.target)))
    place.addEventListener('keydown', event => this.#key(event))
    place.addEventListener('focusin', event => this.#focused(event.target as HTMLElement))
    place.addEventListener('focusout', hideTip)
    place.addEventListener('pointermove', event => this.#tip(this.#tileOf(event.target), event))
    place.addEventListener('pointerleave', hideTip)
  }

  show(view: View): void {
    const before = this.#view
    const focused = this.#place.contains(document.activeElement)
    this.#view = view
    this.#place.setAttribute('aria-label', `Map of ${pathText(view.tree, view.node)}`)
    hideTip()
    this.#draw()
    if (focused) this.#focusAfter(before, view)
  }

  /** Focuses the first tile; after leaving a folder, the tile that holds it. */
  #focusAfter(before: View | undefined, view: View): void {
    let from = before?.tree === view.tree ? before.node : -1
    while (from > 0 && view.tree.parent[from] !== view.node) from = view.tree.parent[from]!
    const index = this.#tiles.findIndex(
      ({ node, level }) => from > 0 && level === 1 && node > 0 && isWithin(view.tree, node, from)
    )
    this.#buttons()[Math.max(index, 0)]?.focus({ preventScroll: true })
  }

  #draw(): void {
    const view = this.#view
    if (!view || this.#width === 0) return
    const width = this.#width
    const height = Math.round(Math.min(Math.max(width * 0.52, 340), 620))
    this.#height = height
    this.#place.style.height = `${height}px`
    this.#tiles = layOut(view.tree, view.weights, view.node, { x: 0, y: 0, width, height })
    const buttons = this.#tiles.map((tile, index) => this.#button(view, tile, index))
    if (buttons.length === 0) {
      const text = view.weights.gone[view.node]! > 0 ? 'All of it is gone.' : 'Nothing in here takes room.'
      this.#place.replaceChildren(element('p', { class: 'empty' }, text))
    } else this.#place.replaceChildren(...buttons)
  }

  #button(view: View, tile: Tile, index: number): HTMLButtonElement {
    const { x, y, width, height } = tile
    const sum = sumOf(view, tile)
    const button = element('button', {
      type: 'button',
      class: classesOf(view, tile, sum),
      'data-tile': String(index),
      'aria-label': labelOf(view, tile, sum),
      'aria-disabled': walkable(view.tree, tile) ? undefined : 'true',
      tabindex: index === 0 ? '0' : '-1'
    })
    // In per cent, so that all of it fits on paper and in a window that is being resized.
    const [across, down] = [
      (part: number) => `${(100 * part) / this.#width}%`,
      (part: number) => `${(100 * part) / this.#height}%`
    ]
    Object.assign(button.style, { left: across(x), top: down(y), width: across(width), height: down(height) })
    button.append(...texts(view, tile, sum))
    return button
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.#place.querySelectorAll('button')]
  }

  #tileOf(target: EventTarget | null): Tile | undefined {
    const button = (target as Element | null)?.closest<HTMLElement>('[data-tile]')
    return button ? this.#tiles[Number(button.dataset['tile'])] : undefined
  }

  #enter(tile: Tile | undefined): void {
    const view = this.#view
    if (!tile || !view) return
    if (tile.node < 0) byId('files-title').focus()
    else if (!isFile(view.tree, tile.node)) view.walk(tile.node)
    else if (tile.level > 1) view.walk(tile.above)
  }

  #key(event: KeyboardEvent): void {
    const view = this.#view
    if (!view || event.altKey || event.ctrlKey || event.metaKey) return
    const { key } = event
    const buttons = this.#buttons()
    if (key === 'Escape' || key === 'Backspace') {
      const out = outOf(view.tree, view.weights, view.node)
      if (out >= 0) view.walk(out)
    } else if (isDirection(key)) {
      const from = buttons.indexOf(document.activeElement as HTMLButtonElement)
      if (from >= 0) buttons[neighbour(this.#tiles.map(seen), from, key)]?.focus()
    } else if (key === 'Home') buttons[0]?.focus()
    else if (key === 'End') buttons.at(-1)?.focus()
    else return
    event.preventDefault()
  }

  #focused(button: HTMLElement): void {
    for (const other of this.#place.querySelectorAll('[tabindex="0"]')) other.setAttribute('tabindex', '-1')
    button.setAttribute('tabindex', '0')
    if (!button.matches(':focus-visible')) return
    const { left, top, width } = button.getBoundingClientRect()
    this.#tip(this.#tileOf(button), { clientX: left + width / 3, clientY: top + 8 })
  }

  #tip(tile: Tile | undefined, at: { clientX: number; clientY: number }): void {
    const view = this.#view
    if (!tile || !view) return hideTip()
    const sum = sumOf(view, tile)
    const lines = [
      tile.node < 0
        ? `${numberText(tile.smaller.length)} smaller in ${pathText(view.tree, tile.above)}`
        : pathText(view.tree, tile.node),
      `${sizeText(sum.compressed)} compressed, ${shareOf(view, sum.compressed)} of the slug`,
      `${sizeText(sum.raw)} unpacked`
    ]
    if (tile.node >= 0) lines.push(fromText(view, tile.node))
    if (view.comparable) lines.push(`Against the base: ${changeText(sum.status, sum.change)}`)
    showTip(lines, { x: at.clientX, y: at.clientY })
  }
}

function isWithin(tree: Tree, above: number, below: number): boolean {
  // A tile may lead down several folders at once: then it holds the folder, and is not the folder itself.
  for (let at = above; at > 0; at = tree.parent[at]!) if (at === below) return true
  return false
}

/** What is seen of a tile: of an open one only its name, since its tiles cover the rest. */
function seen({ x, y, width, height, open }: Tile): { x: number; y: number; width: number; height: number } {
  return { x, y, width, height: open ? 16 : height }
}

function sumOf({ weights }: View, { node, smaller }: Tile): Sum {
  const of = node < 0 ? smaller : [node]
  const total = (column: Float64Array | Int32Array) => of.reduce((sum, each) => sum + column[each]!, 0)
  const [compressed, change] = [total(weights.compressed), total(weights.change)]
  return { compressed, raw: total(weights.raw), change, status: statusOf(compressed, change, total(weights.files)) }
}

function walkable(tree: Tree, { node, level }: Tile): boolean {
  return node < 0 || !isFile(tree, node) || level > 1
}

function fromText(view: View, node: number): string {
  const { weights, tree } = view
  const layer = layerText(view, node)
  const from = layer === 'several' ? 'From several layers' : `From ${layer}`
  return isFile(tree, node) ? from : `${numberText(weights.files[node]!)} files. ${from}`
}

function nameText(tree: Tree, { node, above, smaller }: Tile): string {
  if (node < 0) return `${numberText(smaller.length)} smaller`
  return shown(nameWithin(tree, above, node))
}

function labelOf(view: View, tile: Tile, { compressed, change, status }: Sum): string {
  const words = [nameText(view.tree, tile), sizeText(compressed), `${shareOf(view, compressed)} of the slug`]
  if (view.comparable) words.push(changeWords(status, change))
  return words.join(', ')
}

/** A change by this part of the size before is marked. */
const MUCH = 0.1

function classesOf(view: View, { node, level, open }: Tile, { compressed, change, status }: Sum): string {
  const classes = ['tile', `level-${level}`]
  if (open) classes.push('open')
  if (view.state.compare) {
    classes.push(status)
    if (Math.abs(change) >= MUCH * (compressed - change)) classes.push('much')
  } else classes.push(node < 0 ? 'rest' : `hue-${view.weights.hue[node]!}`)
  return classes.join(' ')
}

/** As much text as the tile has room for. */
function texts(view: View, tile: Tile, { compressed, change, status }: Sum): HTMLElement[] {
  const { width, height, open } = tile
  if (width < 36 || height < 15) return []
  const marked = view.state.compare && status !== 'same'
  const figures = marked
    ? `${sizeText(compressed)} ${status === 'new' ? 'new' : signedSize(change)}`
    : sizeText(compressed)
  const name = element('span', { class: 'name' }, nameText(view.tree, tile))
  const beside = open && width > 110
  const below = !open && height > 34 && width > 54
  if (beside || below) return [name, element('span', { class: 'figures' }, figures)]
  return marked
    ? [element('span', { class: 'name' }, `${change < 0 ? '−' : '+'} ${nameText(view.tree, tile)}`)]
    : [name]
}
