type Attributes = Readonly<Record<string, string | undefined>>

/** A new element. Texts become text nodes, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  setAll(made, attributes)
  made.append(...children)
  return made
}

/** A new element of SVG. */
export function drawn<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>>,
  ...children: (Node | string)[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  made.append(...children)
  return made
}

function setAll(made: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value)
}

/** An element of the page, which is always there. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind
}

/** Calls `then` with the width of an element (pixels), now and whenever it changes. */
export function onWidth(watched: Element, then: (width: number) => void): void {
  let known = 0
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry!.contentRect.width)
    if (width === known || width === 0) return
    known = width
    then(width)
  }).observe(watched)
}
