import { readFile } from 'node:fs/promises'

/**
 * The page's script and style.
 * @param folder the folder of the bundle that has them
 */
export async function pageParts(folder: URL): Promise<{ script: string; style: string }> {
  const [script, style] = await Promise.all(
    ['page.js', 'page.css'].map(name => readFile(new URL(name, folder), 'utf8'))
  )
  return { script: script!, style: style! }
}
