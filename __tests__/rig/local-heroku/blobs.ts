import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Reply } from '../../../src/local-heroku/reply.ts'
import { type Store } from '../../../src/local-heroku/store.ts'

/** Gives out a slug or a source as S3 does behind a presigned address, whole or a range of it. */
export async function serveBlob(store: Store, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = /^\/blobs\/([0-9a-f]{40})$/.exec(request.url ?? '')?.[1]
  const file = store.blobFile(name ?? '')
  const size = name === undefined ? undefined : (await stat(file).catch(() => undefined))?.size
  if (size === undefined) return new Reply(response).xml(404, 'NoSuchKey')
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const start = Number(range?.[1] ?? 0)
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1
  const head = {
    'content-length': end - start + 1,
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {})
  }
  response.writeHead(range ? 206 : 200, head)
  await pipeline(createReadStream(file, { start, end }), response).catch(() => {})
}
