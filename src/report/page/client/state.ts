import { type PageData, type VariantName } from '../data.ts'
import { type Order } from './tree.ts'

/** What the page shows. It is in the address, so that a link leads to it. */
export interface PageState {
  readonly variant: VariantName
  readonly by: Order
  readonly compare: boolean
  /** The folder's layer, if the order is by layer. */
  readonly layer?: string
  readonly path: string
}

/** The state in an address. What is not known in it is ignored. */
export function readState(hash: string, data: PageData): PageState {
  const fields = new URLSearchParams(hash.slice(1))
  const variant = data.variants.find(({ name }) => name === fields.get('variant'))?.name ?? data.chosen
  return {
    variant,
    by: fields.get('by') === 'directory' ? 'directory' : 'layer',
    compare: fields.get('compare') === '1' && canCompare(data, variant),
    layer: fields.get('layer') ?? undefined,
    path: fields.get('path') ?? ''
  }
}

/** The part of the address that holds the state. */
export function writeState({ variant, by, compare, layer, path }: PageState): string {
  const fields = new URLSearchParams({ variant, by })
  if (compare) fields.set('compare', '1')
  if (by === 'layer' && layer !== undefined) fields.set('layer', layer)
  if (path !== '') fields.set('path', path)
  return `#${fields.toString()}`
}

/** Whether there is a base with this variant. */
export function canCompare({ base, variants }: PageData, variant: VariantName): boolean {
  return base !== undefined && variants.find(({ name }) => name === variant)?.base !== undefined
}
