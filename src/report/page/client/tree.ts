import { type PageData, type VariantName } from '../data.ts'

export type Order = 'layer' | 'directory'

/** The slug as a tree in columns. Each node comes after its parent; files come last, in the data's order. */
export interface Tree {
  readonly data: PageData
  readonly by: Order
  readonly count: number
  readonly firstFile: number
  /** -1 for the root. */
  readonly parent: Int32Array
  /** Index into `folders`. */
  readonly folder: Int32Array
  /** Index into `layers`; -1 if the order is by directory. */
  readonly layer: Int32Array
  /** The children of a node are those from index `from[node]` to before `from[node + 1]`. */
  readonly children: Int32Array
  readonly from: Int32Array
  /** Nodes of folders and layers (`placeOf`). */
  readonly places: ReadonlyMap<number, number>
}

/** What each node of a tree takes in a variant, in bytes. */
export interface Weights {
  readonly compressed: Float64Array
  readonly raw: Float64Array
  readonly change: Float64Array
  /** How many files there are, and how many only the base had. */
  readonly files: Int32Array
  readonly gone: Int32Array
  /** The layer that all of it comes from; -1 for several, -2 for nothing. */
  readonly layer: Int16Array
  /** The colour of the layer that takes most. */
  readonly hue: Int8Array
}

/** Number of colours. The last one is for all other layers. */
export const HUES = 8

export function hueOf(layer: number): number {
  return Math.min(layer, HUES - 1)
}

export function buildTree(data: PageData, by: Order): Tree {
  const { folders, layers, files } = data
  const above = parentsOf(folders)
  const [parent, folder, layer] = [[-1], [0], [-1]]
  const places = new Map<number, number>([[placeOf(data, -1, 0), 0]])
  const add = (toParent: number, toFolder: number, toLayer: number) => {
    folder.push(toFolder)
    layer.push(toLayer)
    return parent.push(toParent) - 1
  }
  const place = (inLayer: number, index: number): number => {
    const missing: number[] = []
    let at = index
    for (; !places.has(placeOf(data, inLayer, at)); at = above[at]!) missing.push(at)
    let node = places.get(placeOf(data, inLayer, at))!
    for (const next of missing.reverse()) {
      node = add(node, next, inLayer)
      places.set(placeOf(data, inLayer, next), node)
    }
    return node
  }
  if (by === 'directory') for (const index of folders.keys()) place(-1, index)
  else {
    for (const index of layers.keys()) places.set(placeOf(data, index, 0), add(0, 0, index))
    files.folder.forEach((index, row) => place(files.layer[row]!, index))
  }
  const firstFile = parent.length
  files.folder.forEach((index, row) => {
    const inLayer = by === 'layer' ? files.layer[row]! : -1
    add(place(inLayer, index), index, inLayer)
  })
  return {
    data,
    by,
    count: parent.length,
    firstFile,
    parent: Int32Array.from(parent),
    folder: Int32Array.from(folder),
    layer: Int32Array.from(layer),
    ...childrenOf(parent),
    places
  }
}

function placeOf({ folders }: PageData, layer: number, folder: number): number {
  return (layer + 1) * folders.length + folder
}

/** The parent of each folder: the nearest one above it that is in the list. */
function parentsOf(folders: readonly string[]): number[] {
  const indexes = new Map(folders.map((path, index) => [path, index]))
  return folders.map(path => {
    let above: number | undefined
    while (above === undefined && path !== '') {
      path = path.slice(0, Math.max(path.lastIndexOf('/'), 0))
      above = indexes.get(path)
    }
    return above ?? 0
  })
}

function childrenOf(parent: readonly number[]): { children: Int32Array; from: Int32Array } {
  const from = new Int32Array(parent.length + 1)
  for (let node = 1; node < parent.length; node++) from[parent[node]! + 1]!++
  for (let node = 0; node < parent.length; node++) from[node + 1]! += from[node]!
  const children = new Int32Array(parent.length - 1)
  const next = from.slice()
  for (let node = 1; node < parent.length; node++) children[next[parent[node]!]!++] = node
  return { children, from }
}

/** What each node takes in a variant, added up from the files to the root. */
export function weigh(tree: Tree, variant: VariantName): Weights {
  const { count, firstFile, parent, data } = tree
  const { files } = data
  const [sizes, changes] = variant === 'with' ? [files.with, files.changeWith] : [files.without, files.changeWithout]
  const weights: Weights = {
    compressed: new Float64Array(count),
    raw: new Float64Array(count),
    change: new Float64Array(count),
    files: new Int32Array(count),
    gone: new Int32Array(count),
    layer: new Int16Array(count).fill(-2),
    hue: new Int8Array(count)
  }
  const byHue = new Float64Array(count * HUES)
  sizes.forEach((size, row) => {
    const node = firstFile + row
    const change = changes[row]!
    if (size === null && change >= 0) return
    weights.compressed[node] = size ?? 0
    weights.raw[node] = files.raw[row]!
    weights.change[node] = change
    weights.layer[node] = files.layer[row]!
    if (size === null) weights.gone[node] = 1
    else weights.files[node] = 1
    byHue[node * HUES + hueOf(files.layer[row]!)] = size ?? 0
  })
  for (let node = count - 1; node > 0; node--) addTo(weights, byHue, parent[node]!, node, node >= firstFile)
  for (let node = 0; node < count; node++) weights.hue[node] = largest(byHue, node * HUES)
  return weights
}

function addTo(weights: Weights, byHue: Float64Array, above: number, node: number, ofFile: boolean): void {
  const { compressed, raw, change, files, gone, layer } = weights
  compressed[above]! += compressed[node]!
  // What is gone takes no room; only its own row still has its size.
  if (!ofFile || gone[node] === 0) raw[above]! += raw[node]!
  change[above]! += change[node]!
  files[above]! += files[node]!
  gone[above]! += gone[node]!
  if (layer[node] !== -2) layer[above] = layer[above] === -2 || layer[above] === layer[node] ? layer[node]! : -1
  for (let hue = 0; hue < HUES; hue++) byHue[above * HUES + hue]! += byHue[node * HUES + hue]!
}

function largest(byHue: Float64Array, at: number): number {
  let best = 0
  for (let hue = 1; hue < HUES; hue++) if (byHue[at + hue]! > byHue[at + best]!) best = hue
  return best
}

export function isFile(tree: Tree, node: number): boolean {
  return node >= tree.firstFile
}

/** Children that the variant or its base has, in no order. */
export function childrenIn(tree: Tree, weights: Weights, node: number): number[] {
  const all = tree.children.subarray(tree.from[node], tree.from[node + 1])
  return Array.from(all).filter(child => weights.files[child]! + weights.gone[child]! > 0)
}

/** Follows a folder down, as long as it holds only one folder. */
export function straight(tree: Tree, weights: Weights, node: number): number {
  while (!isFile(tree, node)) {
    const children = childrenIn(tree, weights, node)
    if (children.length !== 1 || isFile(tree, children[0]!)) break
    node = children[0]!
  }
  return node
}

/** The nearest node above that holds more than one child; -1 for the root. */
export function outOf(tree: Tree, weights: Weights, node: number): number {
  let above = tree.parent[node]!
  while (above > 0 && childrenIn(tree, weights, above).length === 1) above = tree.parent[above]!
  return above
}

/** From the root down to the node itself. */
export function wayTo(tree: Tree, node: number): number[] {
  const way = [node]
  while (tree.parent[way[0]!]! >= 0) way.unshift(tree.parent[way[0]!]!)
  return way
}

/** A node's name in its parent. */
export function nameOf(tree: Tree, node: number): string {
  const { data, parent, firstFile, folder, layer } = tree
  if (node >= firstFile) return data.files.name[node - firstFile]! || '(the folder itself)'
  if (node === 0) return 'slug'
  const path = data.folders[folder[node]!]!
  if (isLayer(tree, node)) return data.layers[layer[node]!]!
  const above = data.folders[folder[parent[node]!]!]!
  return above === '' ? path : path.slice(above.length + 1)
}

/** A node's path below another node. */
export function nameWithin(tree: Tree, above: number, node: number): string {
  const names = [nameOf(tree, node)]
  for (let at = tree.parent[node]!; at > 0 && at !== above; at = tree.parent[at]!) names.unshift(nameOf(tree, at))
  return names.join('/')
}

/** Whether the node is a whole layer. */
export function isLayer({ by, parent }: Tree, node: number): boolean {
  return by === 'layer' && parent[node] === 0
}

/** A node's path in the slug. */
export function pathOf({ data, firstFile, folder }: Tree, node: number): string {
  const path = data.folders[folder[node]!]!
  if (node < firstFile) return path
  const name = data.files.name[node - firstFile]!
  return path === '' || name === '' ? path + name : `${path}/${name}`
}

/** The node of a layer's folder; the root if there is none. */
export function find(tree: Tree, layer: string | undefined, path: string): number {
  const { data, by, places } = tree
  const inLayer = by === 'layer' && layer !== undefined ? data.layers.indexOf(layer) : -1
  if (by === 'layer' && inLayer < 0) return 0
  const folder = data.folders.indexOf(path)
  return folder < 0 ? 0 : (places.get(placeOf(data, inLayer, folder)) ?? 0)
}

/** The topmost nodes below a node that are gone, the largest first. */
export function goneBelow(tree: Tree, weights: Weights, node: number): number[] {
  const found: number[] = []
  const open = [node]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const child of childrenIn(tree, weights, at)) {
      if (weights.files[child] === 0) found.push(child)
      else if (weights.gone[child]! > 0) open.push(child)
    }
  }
  return found.sort((a, b) => weights.change[a]! - weights.change[b]!)
}

export type Status = 'new' | 'gone' | 'grown' | 'shrunk' | 'same'

/** A change below this part of the size may only be another share of a compressed block. */
const NOISE = 0.001

export function statusOf(size: number, change: number, files: number): Status {
  if (files === 0) return 'gone'
  if (Math.abs(change) <= size * NOISE) return 'same'
  if (change === size) return 'new'
  return change > 0 ? 'grown' : 'shrunk'
}
