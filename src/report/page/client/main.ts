import { type PageData } from '../data.ts'
import { byId, element } from './dom.ts'
import { drawHistory } from './history.ts'
import { showGone, showLegend } from './legend.ts'
import { canCompare, readState, writeState, type PageState } from './state.ts'
import { FileTable } from './table.ts'
import { Treemap } from './treemap.ts'
import { buildTree, find, nameOf, pathOf, wayTo, weigh, type Order, type Tree, type Weights } from './tree.ts'
import { pathText, shareOf, type View } from './view.ts'
import { numberText, shown, sizeText } from '../words.ts'

const data = JSON.parse(byId('data').textContent) as PageData
const trees = new Map<Order, Tree>()
const weighed = new Map<string, Weights>()
const map = new Treemap()
const table = new FileTable()

for (const part of document.querySelectorAll<HTMLElement>('.scripted')) part.hidden = false
drawHistory(data)
byId('map-title')
  .closest('section')!
  .addEventListener('change', event => choose(event.target as HTMLInputElement))
addEventListener('hashchange', show)
show()

/** Draws what the page's address says. */
function show(): void {
  const view = viewOf(readState(location.hash, data))
  for (const verdict of document.querySelectorAll<HTMLElement>('.verdict'))
    verdict.hidden = verdict.dataset['variant'] !== view.variant.name
  showControls(view)
  showWay(view)
  map.show(view)
  table.show(view)
  showLegend(view)
  showGone(view)
  const { tree, weights, node } = view
  const bytes = weights.compressed[node]!
  byId('told').textContent =
    `${pathText(tree, node)}: ${sizeText(bytes)}, ${shareOf(view, bytes)} of the slug, ${numberText(weights.files[node]!)} files`
}

function viewOf(state: PageState): View {
  const { variant: name, by, layer, path } = state
  const tree = kept(trees, by, () => buildTree(data, by))
  return {
    data,
    state,
    tree,
    weights: kept(weighed, `${by} ${name}`, () => weigh(tree, name)),
    variant: data.variants.find(variant => variant.name === name)!,
    node: find(tree, layer, path),
    comparable: canCompare(data, name),
    walk: node => go({ ...state, ...placeOf(tree, node) })
  }
}

/** The value of a key, made when it is first needed. */
function kept<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = values.get(key) ?? make()
  values.set(key, value)
  return value
}

function placeOf(tree: Tree, node: number): Pick<PageState, 'layer' | 'path'> {
  const layer = tree.layer[node]!
  return { path: pathOf(tree, node), layer: layer < 0 ? undefined : data.layers[layer] }
}

/** Changes the address, and so what is shown: the address holds all of the state. */
function go(state: PageState): void {
  location.hash = writeState(state)
}

function choose({ name, value, checked }: HTMLInputElement): void {
  const state = readState(location.hash, data)
  if (name === 'variant') go({ ...state, variant: value === 'with' ? 'with' : 'without' })
  else if (name === 'by') go({ ...state, by: value === 'layer' ? 'layer' : 'directory', layer: undefined, path: '' })
  else if (name === 'compare') go({ ...state, compare: checked })
}

function showControls({ state, comparable }: View): void {
  for (const input of document.querySelectorAll<HTMLInputElement>('.tools input')) {
    if (input.name === 'compare') input.checked = state.compare
    else input.checked = input.value === state[input.name as 'variant' | 'by']
  }
  byId('compare').hidden = !comparable
}

/** The path to the shown folder: each part is a button, except the last. */
function showWay({ tree, node, walk }: View): void {
  const way = wayTo(tree, node).map(at => {
    const name = element('bdi', {}, shown(nameOf(tree, at)))
    if (at === node) return element('li', {}, element('span', { 'aria-current': 'location' }, name))
    const button = element('button', { type: 'button' }, name)
    button.addEventListener('click', () => walk(at))
    return element('li', {}, button)
  })
  byId('way').replaceChildren(...way)
}
