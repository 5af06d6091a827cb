import { squarify, type Rectangle } from './squarify.ts'
import { childrenIn, isFile, straight, type Tree, type Weights } from './tree.ts'

type Level = 1 | 2 | 3

export interface Tile extends Rectangle {
  /** The node that the tile leads to; -1 if it stands for several small ones. */
  readonly node: number
  readonly level: Level
  /** The tile's name is relative to this node. */
  readonly above: number
  /** Nodes that are too small for their own tile. */
  readonly smaller: readonly number[]
  /** It has tiles in it, below its name. */
  readonly open: boolean
}

/** Pixels: the height of an open tile's name, and the rim around its tiles. */
const NAME_HEIGHT = 20
const RIM = 2

/** By level: the smallest area of a tile (square pixels), the most tiles, and the least room (pixels) for tiles in a tile. */
const SMALLEST = { 1: 400, 2: 260, 3: 260 } as const
const MOST = { 1: 60, 2: 110, 3: 110 } as const
const ROOM = { 1: { width: 56, height: 30 }, 2: { width: 150, height: 110 } } as const

/** The tiles for a node: its children, in them their children if there is room, and once more if there is much. */
export function layOut(tree: Tree, weights: Weights, node: number, area: Rectangle): Tile[] {
  const whole = weights.compressed[node]!
  const onTile = (tile: Tile): Tile[] => {
    const { level: on } = tile
    const inner = {
      x: tile.x + RIM,
      y: tile.y + NAME_HEIGHT,
      width: tile.width - 2 * RIM,
      height: tile.height - NAME_HEIGHT - RIM
    }
    if (on === 3 || tile.node < 0 || isFile(tree, tile.node)) return [tile]
    if (inner.width < ROOM[on].width || inner.height < ROOM[on].height) return [tile]
    const below: Level = on === 1 ? 2 : 3
    const most = Math.max(4, Math.round((MOST[below] * weights.compressed[tile.node]!) / whole))
    return [{ ...tile, open: true }, ...tilesIn(tree, weights, tile.node, inner, below, most).flatMap(onTile)]
  }
  return tilesIn(tree, weights, node, area, 1, MOST[1]).flatMap(onTile)
}

function tilesIn(tree: Tree, weights: Weights, above: number, area: Rectangle, level: Level, most: number): Tile[] {
  const { compressed } = weights
  const children = childrenIn(tree, weights, above)
    .filter(child => weights.files[child]! > 0)
    .sort((a, b) => compressed[b]! - compressed[a]!)
  const sum = children.reduce((all, child) => all + compressed[child]!, 0)
  if (sum === 0) return []
  const smallest = (SMALLEST[level] * sum) / (area.width * area.height)
  const tooSmall = children.findIndex(child => compressed[child]! < smallest)
  const fit = Math.min(tooSmall < 0 ? children.length : tooSmall, most)
  // A single small one gets its own tile.
  const own = children.length - fit === 1 && compressed[children[fit]!]! > 0 ? children.length : fit
  const smaller = children.slice(own)
  const rest = smaller.reduce((all, child) => all + compressed[child]!, 0)
  const nodes = children.slice(0, own)
  // The rest may be larger than some single ones: all are sorted by size.
  const items = nodes.map(node => ({ node, weight: compressed[node]! }))
  if (rest > 0) items.push({ node: -1, weight: rest })
  items.sort((a, b) => b.weight - a.weight)
  const rectangles = squarify(
    items.map(({ weight }) => weight),
    area
  )
  return items.map(({ node }, index) => ({
    ...rectangles[index]!,
    node: node < 0 ? -1 : straight(tree, weights, node),
    level,
    above,
    smaller: node < 0 ? smaller : [],
    open: false
  }))
}
