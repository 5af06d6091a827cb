import { byId, element } from './dom.ts'

/** Shows lines beside a point of the window (pixels); the first is the title. */
export function showTip(lines: readonly string[], at: { x: number; y: number }): void {
  const tip = byId('tip')
  tip.replaceChildren(
    ...lines.map((line, index) => element('span', { class: index === 0 ? 'title' : undefined }, line))
  )
  tip.hidden = false
  const { width, height } = tip.getBoundingClientRect()
  const [right, bottom] = [document.documentElement.clientWidth, window.innerHeight]
  const left = Math.max(8, Math.min(at.x + 14, right - width - 8))
  const top = at.y + 18 + height > bottom ? at.y - height - 10 : at.y + 18
  tip.style.transform = `translate(${left}px, ${Math.max(8, top)}px)`
}

export function hideTip(): void {
  byId('tip').hidden = true
}
