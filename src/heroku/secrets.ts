/** Names whose values are secrets. A name too many does no harm: its value is only masked. */
const SECRET_NAMES = /KEY|SECRET|TOKEN|PASS|SALT|PRIVATE|CREDENTIAL|DSN|AUTH|LOGIN|_URL$|^DATABASE|COOKIE|SIGNATURE/i
/** Names that look like one, and whose values are shown all over the place. */
const PUBLIC_NAMES = /^(STREAMING_API_BASE_URL|SOURCE_BASE_URL|VAPID_PUBLIC_KEY|CDN_HOST|S3_ALIAS_HOST)$/
const SHORTEST = 8
/** A login of letters alone is a word, such as `mastodon`: masked, it would be missing from every name and command. */
const isWord = (name: string, value: string): boolean => /LOGIN$/i.test(name) && /^[a-z-]+$/i.test(value)

/**
 * Values among an app's config vars that must not be seen in a log: those under secret names, of 8 characters or more,
 * line by line, and the password of each address, whatever its name. (The runner masks what it is told, and a mask of few letters would
 * make the log unreadable.)
 */
export function secretValues(config: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(config).flatMap(([name, value]) =>
    SECRET_NAMES.test(name) && !PUBLIC_NAMES.test(name) && !isWord(name, value)
      ? [value, ...value.split(/\r?\n/), ...passwordOf(value)]
      : passwordOf(value)
  )
  return [...new Set(values)].filter(value => value.length >= SHORTEST)
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
