import { gzipSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'

export type TarEntry = Partial<Header> & { name: string; content?: string }

/** A tar archive with exactly these entries, gzip-compressed. */
export async function tarball(entries: TarEntry[]): Promise<Buffer> {
  const tar = pack()
  for (const { content = '', ...header } of entries) tar.entry(header, content)
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  return gzipSync(Buffer.concat(chunks))
}

/** A buildpack's three programs; `top` is put before their names. */
export function buildpackEntries(top = ''): TarEntry[] {
  return ['detect', 'compile', 'release'].map(step => ({
    name: `${top}bin/${step}`,
    mode: 0o755,
    content: `#!/bin/sh\necho ${step}\n`
  }))
}
