import { type PageData, type PageVariant } from '../data.ts'
import { shareText, shown, signedSize, sizeText } from '../words.ts'
import { type PageState } from './state.ts'
import { isFile, nameOf, pathOf, statusOf, type Status, type Tree, type Weights } from './tree.ts'

/** Everything that is shown. The parts of the page draw it, and ask for another one. */
export interface View {
  readonly data: PageData
  readonly state: PageState
  readonly tree: Tree
  readonly weights: Weights
  readonly variant: PageVariant
  /** The shown folder. */
  readonly node: number
  /** Whether there is a base with this variant. */
  readonly comparable: boolean
  /** Shows another folder. */
  readonly walk: (node: number) => void
}

export function statusIn({ weights }: Pick<View, 'weights'>, node: number): Status {
  return statusOf(weights.compressed[node]!, weights.change[node]!, weights.files[node]!)
}

/** A change in figures: `+1.2 MB`, `new`, `gone, −1.2 MB`. */
export function changeText(status: Status, change: number): string {
  if (status === 'same') return 'no change'
  if (status === 'new') return `new, ${signedSize(change)}`
  return status === 'gone' ? `gone, ${signedSize(change)}` : signedSize(change)
}

/** A change in words, for a screen reader. */
export function changeWords(status: Status, change: number): string {
  if (status === 'same') return 'unchanged'
  if (status === 'new') return 'new'
  if (status === 'gone') return `gone, ${sizeText(-change)} less`
  return `${status} by ${sizeText(Math.abs(change))}`
}

export function shareOf({ variant }: Pick<View, 'variant'>, bytes: number): string {
  return shareText(bytes, variant.compressed)
}

export function layerText({ data, weights }: View, node: number): string {
  const layer = weights.layer[node]!
  if (layer === -1) return 'several'
  return layer < 0 ? '' : shown(data.layers[layer]!)
}

/** A whole path for people; a folder's ends with a slash. */
export function pathText(tree: Tree, node: number): string {
  if (node === 0) return 'slug'
  const path = pathOf(tree, node)
  if (path === '') return shown(nameOf(tree, node))
  return shown(path) + (isFile(tree, node) ? '' : '/')
}
