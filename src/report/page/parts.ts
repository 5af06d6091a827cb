import { readFile } from 'node:fs/promises'

/** The page's script and style, which are bundled beside the action. */
export async function pageParts(folder: URL): Promise<{ script: string; style: string }> {
  const [script, style] = await Promise.all(
    ['page.js', 'page.css'].map(name => readFile(new URL(name, folder), 'utf8'))
  )
  return { script: script!, style: style! }
}
