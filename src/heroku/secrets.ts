import { SHORTEST_SECRET } from '../runtime/index.ts'

/** Names whose values are secrets. One too many does no harm: its value is masked, no more. */
const SECRET_NAMES = /KEY|SECRET|TOKEN|PASS|SALT|PRIVATE|CREDENTIAL|DSN|AUTH|LOGIN|_URL$|^DATABASE|COOKIE|SIGNATURE/i
/** Names that look like secrets, and whose values everybody may see. */
const PUBLIC_NAMES = /^(STREAMING_API_BASE_URL|SOURCE_BASE_URL|VAPID_PUBLIC_KEY|CDN_HOST|S3_ALIAS_HOST)$/
/** A login of letters alone is a word, such as `mastodon`: masked, it would be missing in every name and command. */
const isWord = (name: string, value: string): boolean => /LOGIN$/i.test(name) && /^[a-z-]+$/i.test(value)

/**
 * The values of an app's config vars that no log may show: those under secret names, whole and line by line, and the
 * password of each address, under whatever name. Only those of 8 characters or more: if the runner masked a short word, the
 * log could not be read.
 */
export function secretValues(config: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(config).flatMap(([name, value]) =>
    SECRET_NAMES.test(name) && !PUBLIC_NAMES.test(name) && !isWord(name, value)
      ? [value, ...value.split(/\r?\n/), ...passwordOf(value)]
      : passwordOf(value)
  )
  return [...new Set(values)].filter(value => value.length >= SHORTEST_SECRET)
}

function passwordOf(value: string): string[] {
  if (!URL.canParse(value)) return []
  const { password } = new URL(value)
  return password === '' ? [] : [password, decoded(password)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
