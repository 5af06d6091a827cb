import { UserError } from './errors.ts'

/** Throws a `UserError` unless the URL is https, or http on this machine. */
export function requireSafeUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback(parsed.hostname))) return
  throw new UserError(
    `"${url.slice(0, 300)}" is not an https address`,
    'Use an https address; http is only for this machine.'
  )
}

/** Whether a URL's host is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
