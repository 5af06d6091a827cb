import { type Rectangle } from './squarify.ts'

type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

export function isDirection(key: string): key is Direction {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown'
}

/** The index of the next rectangle in a direction; -1 at the edge. */
export function neighbour(rectangles: readonly Rectangle[], from: number, direction: Direction): number {
  const own = turned(rectangles[from]!, direction)
  let [best, least] = [-1, Infinity]
  rectangles.forEach((rectangle, index) => {
    const other = turned(rectangle, direction)
    const ahead = other.x - (own.x + own.width)
    if (index === from || ahead < -1) return
    const aside = Math.max(other.y - (own.y + own.height), own.y - (other.y + other.height), 0)
    // Among equally near ones the one at the same height wins.
    const distance = ahead + 3 * aside + Math.abs(other.y - own.y) / 1e3
    if (distance < least) [best, least] = [index, distance]
  })
  return best
}

/** The rectangle turned so that the direction is to the right. */
function turned({ x, y, width, height }: Rectangle, direction: Direction): Rectangle {
  if (direction === 'ArrowRight') return { x, y, width, height }
  if (direction === 'ArrowLeft') return { x: -x - width, y, width, height }
  if (direction === 'ArrowDown') return { x: y, y: x, width: height, height: width }
  return { x: -y - height, y: x, width: height, height: width }
}
