import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type Reply } from './reply.ts'
import { type Store } from './store.ts'

/** As S3 behind a presigned address: an empty content type, a length, an ETag of what arrived. */
export async function serveBlob(store: Store, name: string, request: IncomingMessage, reply: Reply): Promise<void> {
  const { method } = request
  if (!/^[0-9a-f]{40}$/.test(name)) return reply.xml(404, 'NoSuchKey')
  const file = store.blobFile(name)
  if (method === 'PUT') {
    const { headers } = request
    if ((headers['content-type'] ?? '') !== '') return reply.xml(403, 'SignatureDoesNotMatch')
    if (headers['transfer-encoding'] !== undefined) return reply.xml(501, 'NotImplemented')
    const md5 = createHash('md5')
    let size = 0
    const part = `${file}.${randomUUID()}`
    try {
      request.on('data', (chunk: Buffer) => {
        md5.update(chunk)
        size += chunk.length
      })
      await pipeline(request, createWriteStream(part))
    } catch {
      // The client went away: what arrived is no blob.
      return await rm(part, { force: true })
    }
    await rename(part, file)
    const slug = store.state.apps.flatMap(({ slugs }) => slugs).find(({ blob }) => blob === name)
    if (slug) slug.size = size
    store.save()
    reply.headers = { etag: `"${md5.digest('hex')}"` }
    return reply.end(200)
  }
  const size = await stat(file).then(
    ({ size }) => size,
    () => undefined
  )
  if (size === undefined) return reply.xml(404, 'NoSuchKey')
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const start = Number(range?.[1] ?? 0)
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1
  const head = {
    'content-length': end - start + 1,
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {})
  }
  reply.response.writeHead(range ? 206 : 200, head)
  await pipeline(createReadStream(file, { start, end }), reply.response).catch(() => {})
}
