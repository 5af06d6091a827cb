import { createHash } from 'node:crypto'

/** The UUID of what has a name alone here, such as a stack: the same for the same name (Schema: every `id` is a UUID). */
export function idOf(kind: string, name: string): string {
  const hex = createHash('sha1').update(`${kind}:${name}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-'
  )
}

/** What an answer says of such a thing: `{ id, name }`. */
export function reference(kind: string, name: string): { readonly id: string; readonly name: string } {
  return { id: idOf(kind, name), name }
}
