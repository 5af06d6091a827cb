import { numberText, shown, signedSize } from '../words.ts'
import { byId, element } from './dom.ts'
import { goneBelow, hueOf, HUES } from './tree.ts'
import { pathText, type View } from './view.ts'

const CHANGES = [
  ['grown', '+ grown'],
  ['new', '+ new'],
  ['shrunk', '− shrunk'],
  ['same', 'unchanged']
] as const
const SHOWN = 12

/** Explains the colours: of layers, or of changes with their patterns and signs. */
export function showLegend({ data, state }: View): void {
  const entry = (kind: string, text: string): HTMLElement =>
    element('li', {}, element('span', { class: `swatch ${kind}`, 'aria-hidden': 'true' }), text)
  const layers = data.layers.slice(0, HUES).map((layer, index) => {
    const others = hueOf(index) === HUES - 1 && data.layers.length > HUES
    return entry(`hue-${hueOf(index)}`, others ? 'other layers' : shown(layer))
  })
  const changes = CHANGES.map(([kind, text]) => entry(kind, text))
  byId('legend').replaceChildren(...(state.compare ? changes : layers))
}

/** Lists what is gone, since it has no tile in the map. */
export function showGone(view: View): void {
  const { state, tree, weights, node } = view
  const place = byId('gone')
  const gone = state.compare ? goneBelow(tree, weights, node) : []
  place.hidden = gone.length === 0
  const rows = gone
    .slice(0, SHOWN)
    .map(each => element('li', {}, element('bdi', {}, pathText(tree, each)), ` ${signedSize(weights.change[each]!)}`))
  const more =
    gone.length > SHOWN
      ? [element('p', {}, `${numberText(gone.length - SHOWN)} more are gone; the table has all.`)]
      : []
  place.replaceChildren(element('h3', {}, 'Gone'), element('ul', {}, ...rows), ...more)
}
