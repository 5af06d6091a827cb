import { AwsV4Signer } from 'aws4fetch'
import { type Bucket } from '../../mastodon/index.ts'
import { ask, type HttpAnswer } from './http.ts'
import { brief, type Outside } from './network.ts'

/**
 * Sends one signed request for an object (AWS Signature Version 4). Resolves with the answer, whatever its status.
 * @param path of the object below the bucket's prefix; plain letters
 */
export async function askBucket(
  bucket: Bucket,
  method: 'PUT' | 'GET' | 'DELETE',
  path: string,
  outside: Outside,
  body?: string
): Promise<HttpAnswer> {
  const signer = new AwsV4Signer({
    method,
    url: `${bucket.url}${bucket.prefix}${path}`,
    headers: body === undefined ? {} : { 'content-type': 'text/plain', ...aclOf(bucket) },
    body,
    accessKeyId: bucket.key,
    secretAccessKey: bucket.secret,
    region: bucket.region,
    service: 's3'
  })
  const { url, headers } = await signer.sign()
  // With its length: S3 takes no chunked body.
  if (body !== undefined) headers.set('content-length', `${Buffer.byteLength(body)}`)
  return ask(
    url.href,
    {
      method,
      headers: Object.fromEntries(headers.entries()),
      most: 100_000,
      ...(body === undefined ? {} : { send: request => void request.end(body) })
    },
    outside
  )
}

function aclOf({ acl }: Bucket): Record<string, string> {
  return acl === '' ? {} : { 'x-amz-acl': acl }
}

/** The code of S3's error (`AccessDenied`), else the status. */
export function s3Error({ status, body }: HttpAnswer): string {
  const code = /<Code>([A-Za-z.]{1,60})<\/Code>/.exec(body)?.[1]
  return brief(code === undefined ? `${status}` : `${status} ${code}`)
}
