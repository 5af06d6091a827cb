import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type Reply } from './reply.ts'
import { type Store } from './store.ts'

/** Takes an upload as S3 does at a presigned address: wants an empty content type and a length, answers with an ETag. */
export async function takeBlob(store: Store, name: string, request: IncomingMessage, reply: Reply): Promise<void> {
  const { method, headers } = request
  if (method !== 'PUT' || !/^[0-9a-f]{40}$/.test(name)) return reply.xml(404, 'NoSuchKey')
  if ((headers['content-type'] ?? '') !== '') return reply.xml(403, 'SignatureDoesNotMatch')
  if (headers['transfer-encoding'] !== undefined) return reply.xml(501, 'NotImplemented')
  const file = store.blobFile(name)
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
    // The client went away, so the blob is not whole.
    return await rm(part, { force: true })
  }
  await rename(part, file)
  const slug = store.state.apps.flatMap(({ slugs }) => slugs).find(({ blob }) => blob === name)
  if (slug) slug.size = size
  store.save()
  reply.headers = { etag: `"${md5.digest('hex')}"` }
  reply.end(200)
}
