/** Figures as people read them, the same on every surface. This file runs in a browser, too. */

/** A size (bytes) as `12 bytes`, `3.4 kB` or `5.6 MB`; MB are 10^6 bytes, as in Heroku's limits. */
export function sizeText(bytes: number): string {
  const size = Math.abs(bytes)
  const sign = bytes < 0 ? '−' : ''
  if (size < 1e3) return `${sign}${size} bytes`
  return size < 1e5 ? `${sign}${(size / 1e3).toFixed(1)} kB` : `${sign}${(size / 1e6).toFixed(1)} MB`
}

/** A change in size (bytes) with its sign; `no change` for 0. */
export function signedSize(bytes: number): string {
  if (bytes === 0) return 'no change'
  return bytes < 0 ? sizeText(bytes) : `+${sizeText(bytes)}`
}

/** A change in per cent of the size before, with its sign; empty for no change. */
export function signedShare(change: number, before: number): string {
  if (before === 0 || change === 0) return ''
  const text = Math.abs((100 * change) / before).toFixed(1)
  return `${change < 0 ? '−' : '+'}${text === '0.0' ? '<0.1' : text} %`
}

/** A share as `87.0 %`. */
export function shareText(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`
}

/** An amount of growth, in bytes or in per cent of the size before. */
export type Amount = { readonly bytes: number } | { readonly percent: number }

/** `5 MB`, `2.5 %`. */
export function amountText(amount: Amount): string {
  return 'bytes' in amount ? `${amount.bytes / 1e6} MB` : `${amount.percent} %`
}

/** `83 %`: a share rounded to whole per cents. */
export function wholeShareText(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`
}

/** `1 dyno`, `2 dynos`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

/** A number as `12,345`. */
export function numberText(value: number): string {
  return value.toLocaleString('en-US')
}

/** Milliseconds as `3.2 s` or `1 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** A time in its largest unit, of seconds: `45 s`, `12 minutes`, `5 hours`, `3 days`. */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} minutes`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} hours`
  return `${Math.round(seconds / 86_400)} days`
}

/** `2026-11-25` (UTC), of milliseconds since 1970. */
export function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
