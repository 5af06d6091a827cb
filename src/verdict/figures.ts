/** Figures as people read them. This file runs in a browser, too. */

export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`
}

export function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** A change in size with its sign: bytes, kB or MB (10^6). None at all is told apart from a tiny one. */
export function signed(bytes: number): string {
  if (bytes === 0) return 'no change'
  const size = Math.abs(bytes)
  const text =
    size < 1e3 ? `${size} bytes` : size < 1e5 ? `${(size / 1e3).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`
  return `${bytes < 0 ? '−' : '+'}${text}`
}

/** A size for people: bytes, kB or MB (10^6). */
export function size(bytes: number): string {
  if (bytes === 0) return '0 bytes'
  return bytes < 0 ? signed(bytes) : signed(bytes).slice(1)
}

/** A change in per cent of what it was, with its sign. */
export function signedPercent(change: number, before: number): string {
  if (before === 0 || change === 0) return ''
  const text = Math.abs((100 * change) / before).toFixed(1)
  return `${change < 0 ? '−' : '+'}${text === '0.0' ? '<0.1' : text} %`
}
