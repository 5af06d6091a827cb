import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { below, walkTree } from '../runtime/index.ts'

/** SHA-256 (hex) over a folder's names, contents, links and executable bits, without `.git`. Equal folders have equal digests. */
export async function treeDigest(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const { path, kind, mode, size, target } of walkTree(folder, name => name === '.git')) {
    const executable = kind === 'file' && (mode & 0o111) !== 0 ? 'x' : ''
    hash
      .update(`${kind}${executable} ${path.length} ${size} ${target?.length ?? 0}\n`)
      .update(path, 'latin1')
      .update(target ?? '', 'latin1')
    if (kind === 'file')
      await pipeline(createReadStream(below(folder, path)), async chunks => {
        for await (const chunk of chunks) hash.update(chunk as Buffer)
      })
  }
  return hash.digest('hex')
}
