import { type PageData, type PagePoint, type VariantName } from '../data.ts'
import { shown, short, signedSize, sizeText } from '../words.ts'
import { byId, drawn, element, onWidth } from './dom.ts'

const NAMES: readonly VariantName[] = ['with', 'without']
const HEIGHT = 240
const EDGE = { left: 64, right: 16, top: 14, bottom: 28 }

/** The sizes of the branch's builds as a chart, and as a table for those who cannot see it. */
export function drawHistory(data: PageData): void {
  if (data.history.length < 2) {
    byId('chart').append(element('p', { class: 'empty' }, 'There are no earlier builds to show yet.'))
    byId('history').querySelector('details')!.hidden = true
    return
  }
  onWidth(byId('chart'), width => byId('chart').replaceChildren(chart(data, width), legend(data)))
  byId('history')
    .querySelector('table')!
    .append(...rows(data))
}

function chart({ history, limit }: PageData, width: number): SVGElement {
  const all = [limit, ...NAMES.flatMap(name => history.map(point => point[name] ?? limit))]
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const room = Math.max((high - low) * 0.1, 1)
  const x = (index: number): number => EDGE.left + (index * (width - EDGE.left - EDGE.right)) / (history.length - 1)
  const y = (bytes: number): number =>
    EDGE.top + ((high + room - bytes) * (HEIGHT - EDGE.top - EDGE.bottom)) / (high - low + 2 * room)
  const label = `Sizes of ${history.length} builds, from ${history[0]!.at.slice(0, 10)} to ${history.at(-1)!.at.slice(0, 10)}`
  return drawn(
    'svg',
    { width, height: HEIGHT, role: 'group', 'aria-label': label },
    ...ticks(low, high + room).flatMap(bytes => [
      drawn('line', { class: 'grid', x1: EDGE.left, x2: width - EDGE.right, y1: y(bytes), y2: y(bytes) }),
      drawn('text', { class: 'axis', x: EDGE.left - 8, y: y(bytes) + 4, 'text-anchor': 'end' }, sizeText(bytes))
    ]),
    drawn('line', { class: 'limit', x1: EDGE.left, x2: width - EDGE.right, y1: y(limit), y2: y(limit) }),
    ...NAMES.flatMap(name => line(history, name, x, y)),
    ...[0, history.length - 1].map(index =>
      drawn(
        'text',
        { class: 'axis', x: x(index), y: HEIGHT - 8, 'text-anchor': index === 0 ? 'start' : 'end' },
        history[index]!.at.slice(0, 10)
      )
    )
  )
}

/** Round numbers between two, three to seven of them. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find(factor => factor * power >= rough) ?? 10)
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step)
}

/** The line of one variant, with a gap if a build did not have it. */
function line(
  history: readonly PagePoint[],
  name: VariantName,
  x: (index: number) => number,
  y: (bytes: number) => number
): SVGElement[] {
  const points = history.flatMap((point, index) => {
    const bytes = point[name]
    return bytes === undefined ? [] : [{ point, index, bytes }]
  })
  const path = points
    .map(
      ({ index, bytes }, at) =>
        `${points[at - 1]?.index === index - 1 ? 'L' : 'M'}${x(index).toFixed(1)} ${y(bytes).toFixed(1)}`
    )
    .join('')
  const dots = points.map(({ point, index, bytes }) => {
    const text = `${name} ffmpeg: ${sizeText(bytes)}, ${shown(point.commit.slice(0, 7))}, ${point.at.slice(0, 10)}`
    return drawn(
      'circle',
      { class: `dot ${name}`, cx: x(index), cy: y(bytes), r: 4, tabindex: 0, role: 'img', 'aria-label': text },
      drawn('title', {}, text)
    )
  })
  return points.length === 0 ? [] : [drawn('path', { class: `line ${name}`, d: path }), ...dots]
}

function legend({ limit }: PageData): HTMLElement {
  const entry = (kind: string, text: string): HTMLElement => {
    const sample = drawn(
      'svg',
      { width: 34, height: 10, 'aria-hidden': 'true' },
      drawn('line', { class: kind, x1: 1, x2: 33, y1: 5, y2: 5 })
    )
    return element('li', {}, sample, text)
  }
  return element(
    'ul',
    { class: 'legend' },
    entry('line with', 'with ffmpeg'),
    entry('line without', 'without ffmpeg'),
    entry('limit', `limit, ${sizeText(limit)}`)
  )
}

function rows({ history }: PageData): HTMLElement[] {
  const head = ['Commit', 'Built', 'Mastodon', 'with ffmpeg', 'without ffmpeg', 'Chosen', 'Change']
  const cell = (text: string, figures = false): HTMLElement =>
    element('td', { class: figures ? 'number' : undefined }, text)
  const body = history.map((point, index) => {
    const before = history[index - 1]?.[point.chosen]
    const now = point[point.chosen]
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, element('code', {}, short(point.commit))),
      cell(point.at.slice(0, 10)),
      cell(shown(point.mastodonVersion ?? '')),
      ...NAMES.map(name => cell(point[name] === undefined ? '–' : sizeText(point[name]), true)),
      cell(point.chosen),
      cell(now === undefined || before === undefined ? '' : signedSize(now - before), true)
    )
  })
  const titles = head.map(title => element('th', { scope: 'col' }, title))
  return [element('thead', {}, element('tr', {}, ...titles)), element('tbody', {}, ...body.reverse())]
}
