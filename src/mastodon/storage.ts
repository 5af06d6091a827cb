import { storageOf, type ConfigVars } from '../knowledge/index.ts'

/** The bucket that an instance keeps its media in. */
export interface Bucket {
  /** Address of its objects, with a slash at the end. */
  readonly url: string
  readonly name: string
  readonly region: string
  readonly key: string
  readonly secret: string
  /** Comes before the path of each object; empty, or with a slash at its end. */
  readonly prefix: string
  /** The canned ACL that Mastodon sends with each object; empty if it sends none. */
  readonly acl: string
}

/** The config vars that say where browsers get media. None is a secret. */
export const MEDIA_VARIABLES = [
  'AZURE_ALIAS_HOST',
  'AZURE_ENABLED',
  'S3_ALIAS_HOST',
  'S3_BUCKET',
  'S3_CLOUDFRONT_HOST',
  'S3_ENABLED',
  'S3_HOSTNAME',
  'S3_PROTOCOL',
  'S3_REGION',
  'SWIFT_ENABLED',
  'SWIFT_OBJECT_URL'
] as const

/** The other config vars that say how Mastodon writes to a bucket. Two are secrets. */
export const BUCKET_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'S3_ENDPOINT',
  'S3_KEY_PREFIX',
  'S3_OVERRIDE_PATH_STYLE',
  'S3_PERMISSION'
] as const

/**
 * The bucket by the config vars, as Mastodon and the AWS SDK for Ruby read them. Mastodon writes to S3_ENDPOINT, or to AWS
 * in S3_REGION; S3_HOSTNAME and S3_PROTOCOL are only for the addresses that browsers see. Undefined without bucket or keys.
 * @param config a variable that is set and empty counts as not set, except S3_PERMISSION
 */
export function bucketOf(config: ConfigVars): Bucket | undefined {
  const { S3_BUCKET: name, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = config
  if (!name || !key || !secret) return undefined
  const region = config['S3_REGION'] || 'us-east-1'
  const endpoint = config['S3_ENDPOINT']
  const base = new URL(endpoint || `https://s3.${region}.amazonaws.com`)
  // The SDK puts a name with dots into the path: no certificate covers it as part of the host.
  const inPath = endpoint ? config['S3_OVERRIDE_PATH_STYLE'] !== 'true' : name.includes('.')
  if (inPath) base.pathname = `${base.pathname.replace(/\/$/, '')}/${encodeURIComponent(name)}/`
  else base.hostname = `${name}.${base.hostname}`
  return {
    url: base.href,
    name,
    region,
    key,
    secret,
    prefix: config['S3_KEY_PREFIX'] ? `${config['S3_KEY_PREFIX']}/` : '',
    acl: config['S3_PERMISSION'] ?? 'public-read'
  }
}

/**
 * Where browsers get media: an https address with a slash at its end, or something else if it is configured wrongly.
 * Undefined if media come from the instance itself.
 */
export function mediaUrl(config: ConfigVars): string | undefined {
  const protocol = config['S3_PROTOCOL'] || 'https'
  switch (storageOf(config)) {
    case 's3':
      return s3Url(config, protocol)
    case 'swift':
      return config['SWIFT_OBJECT_URL'] ? withSlash(config['SWIFT_OBJECT_URL']) : undefined
    case 'azure':
      return config['AZURE_ALIAS_HOST'] ? `https://${config['AZURE_ALIAS_HOST']}/` : undefined
    case 'dyno':
      return undefined
  }
}

/** kt-paperclip: lib/paperclip/storage/s3.rb, `:s3_alias_url` and `:s3_path_url`. */
function s3Url(config: ConfigVars, protocol: string): string {
  const alias = config['S3_ALIAS_HOST'] || config['S3_CLOUDFRONT_HOST']
  if (alias) return withSlash(`${protocol}://${alias}`)
  const host = config['S3_HOSTNAME'] || `s3-${config['S3_REGION'] || 'us-east-1'}.amazonaws.com`
  return `${protocol}://${host}/${config['S3_BUCKET'] ?? ''}/`
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
