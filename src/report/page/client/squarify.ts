export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Rectangles that fill the area, each in proportion to its weight and as square as possible: the squarified treemap of
 * Bruls, Huizing and van Wijk (2000).
 * @param weights above 0, the largest first
 */
export function squarify(weights: readonly number[], area: Rectangle): Rectangle[] {
  const rectangles: Rectangle[] = []
  const scale = (area.width * area.height) / weights.reduce((sum, weight) => sum + weight, 0)
  let free = area
  for (let start = 0; start < weights.length;) {
    const side = Math.min(free.width, free.height)
    let [end, sum] = [start + 1, weights[start]! * scale]
    while (end < weights.length) {
      const longer = sum + weights[end]! * scale
      const first = weights[start]! * scale
      if (worst(first, weights[end]! * scale, longer, side) > worst(first, weights[end - 1]! * scale, sum, side)) break
      sum = longer
      end++
    }
    const row = weights.slice(start, end).map(weight => weight * scale)
    rectangles.push(...layRow(row, sum, free))
    free = without(free, sum)
    start = end
  }
  return rectangles
}

/** The worst ratio of sides in a row along a side. Only the largest and the smallest area matter. */
function worst(largest: number, smallest: number, sum: number, side: number): number {
  const [square, whole] = [side * side, sum * sum]
  return Math.max((square * largest) / whole, whole / (square * smallest))
}

/** A row of rectangles along the shorter side of the free area. */
function layRow(areas: readonly number[], sum: number, { x, y, width, height }: Rectangle): Rectangle[] {
  let from = 0
  return areas.map(area => {
    const along = (area / sum) * Math.min(width, height)
    const at = from
    from += along
    return width >= height
      ? { x, y: y + at, width: sum / height, height: along }
      : { x: x + at, y, width: along, height: sum / width }
  })
}

/** What is free without a row of that area. */
function without({ x, y, width, height }: Rectangle, taken: number): Rectangle {
  if (width >= height) return { x: x + taken / height, y, width: Math.max(width - taken / height, 0), height }
  return { x, y: y + taken / width, width, height: Math.max(height - taken / width, 0) }
}
