import { randomBytes } from 'node:crypto'
import { namesOf, NEEDS, storageOf } from '../../knowledge/index.ts'
import { BUCKET_VARIABLES, bucketOf, MEDIA_VARIABLES, mediaUrl, type Bucket } from '../../mastodon/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { ask, type HttpAnswer } from '../probes/http.ts'
import { unreached } from '../probes/network.ts'
import { askBucket, s3Error } from '../probes/s3.ts'
import { answered, notReached } from './said.ts'

/** Milliseconds for each of the four requests: all of them must fit into the check's deadline. */
const REQUEST_WITHIN = 5_000

/** Whether the bucket takes a small object as Mastodon writes it, gives it back, shows it to everybody, and deletes it. */
export const objectStorage: Check = {
  name: 'object-storage',
  title: 'Object storage',
  config: [...MEDIA_VARIABLES, ...BUCKET_VARIABLES],
  async look(world) {
    if (storageOf(world.config) !== 's3') return []
    const endpoint = world.config['S3_ENDPOINT']
    // The AWS SDK takes none without a scheme (aws-sdk-ruby: seahorse/client/plugins/endpoint.rb).
    if (endpoint && !/^https?:\/\/[^/]/i.test(endpoint))
      return [
        {
          level: 'fail',
          about: 'bucket',
          text: '`S3_ENDPOINT` is no address with `https://` before it: uploads fail',
          remedy: 'Set `S3_ENDPOINT` to the address that the provider names, with `https://`'
        }
      ]
    const bucket = bucketOf(world.config)
    if (!bucket)
      return [
        {
          level: 'unknown',
          text: `${namesOf(NEEDS.bucket.vars)} are not all set, so the bucket could not be tried`
        }
      ]
    const network = { ...world.network, answerWithin: Math.min(REQUEST_WITHIN, world.network.answerWithin) }
    return tryBucket(bucket, { ...world, network })
  }
}

async function tryBucket(bucket: Bucket, world: World): Promise<Finding[]> {
  // Beside Mastodon's own, so that a proxy in front of the bucket serves it, too.
  const path = `media_attachments/mastodon-on-heroku-check-${randomBytes(8).toString('hex')}.txt`
  const body = `Written by a nightly check, which removes it: ${path}\n`
  const about = 'bucket'
  const what = `The bucket ${bucket.name}`
  try {
    const put = await askBucket(bucket, 'PUT', path, world, body)
    if (put.status >= 300)
      return [{ level: 'fail', about, ...refused(what, 'takes no object', put, bucket, world.app.name) }]
  } catch (error) {
    const finding = notReached(what, error, world, { about })
    // The object may have been written all the same.
    await remove(bucket, path, world).catch(() => {})
    return [finding]
  }
  const [read, shown] = await Promise.all([
    readBack(bucket, path, body, world),
    publicFinding(bucket, path, body, world)
  ])
  const left = await remove(bucket, path, world).catch((error: unknown) => unreached(error, world).why)
  const removal: Finding[] =
    left === undefined
      ? []
      : [
          {
            level: 'warn',
            about: 'removal',
            text: `${what} does not let go of an object (${left}): deleted media stay, and so does ${path}`,
            remedy: 'Allow `s3:DeleteObject` to the key'
          }
        ]
  return [
    read ?? {
      level: 'ok',
      about,
      text: `${what} takes, gives and ${left === undefined ? 'lets go of' : 'keeps'} an object`
    },
    ...shown,
    ...removal
  ]
}

async function readBack(bucket: Bucket, path: string, body: string, world: World): Promise<Finding | undefined> {
  const about = 'bucket'
  const what = `The bucket ${bucket.name}`
  try {
    const got = await askBucket(bucket, 'GET', path, world)
    if (got.status === 200 && got.body === body) return undefined
    return { level: 'fail', about, ...refused(what, 'does not give back what it took', got, bucket, world.app.name) }
  } catch (error) {
    return notReached(what, error, world, { about })
  }
}

/** The same object as everybody gets it. */
async function publicFinding(bucket: Bucket, path: string, body: string, world: World): Promise<Finding[]> {
  const about = 'public'
  const base = mediaUrl(world.config)
  if (base === undefined || !base.startsWith('https://') || !URL.canParse(base)) return []
  const { host } = new URL(base)
  try {
    const got = await ask(`${base}${bucket.prefix}${path}`, { most: 100_000 }, world)
    if (got.status === 200 && got.body === body)
      return [{ level: 'ok', about, text: `Everybody gets a new object from ${host}` }]
    const how = got.status === 200 ? 'answers with something else' : answered(got)
    return [
      {
        level: 'warn',
        about,
        text: `${host} ${how} where a new object should be: it may not lead to ${bucket.name}, or not let everybody read`,
        remedy: 'Look at `S3_ALIAS_HOST` and what it leads to, at the bucket’s policy, and at `S3_PERMISSION`'
      }
    ]
  } catch (error) {
    return [notReached(host, error, world, { about })]
  }
}

/** Why the object is still there; undefined if it is gone. */
async function remove(bucket: Bucket, path: string, world: World): Promise<string | undefined> {
  const answer = await askBucket(bucket, 'DELETE', path, world)
  return answer.status < 300 || answer.status === 404 ? undefined : s3Error(answer)
}

/** By S3's code; `APP` is the app's name. */
const REMEDIES: Readonly<Record<string, string>> = {
  AccessControlListNotSupported:
    'Set `S3_PERMISSION` to nothing (`heroku config:set S3_PERMISSION= --app APP`), or allow ACLs in the bucket’s Object Ownership',
  AccessDenied: 'Allow `s3:PutObject`, `s3:PutObjectAcl`, `s3:GetObject` and `s3:DeleteObject` to the key',
  InvalidAccessKeyId: 'Make a new key, and set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`',
  SignatureDoesNotMatch: '`AWS_SECRET_ACCESS_KEY` does not belong to `AWS_ACCESS_KEY_ID`: set both anew',
  NoSuchBucket: 'Look at `S3_BUCKET`, `S3_ENDPOINT` and `S3_REGION`',
  PermanentRedirect: 'The bucket is in another region: look at `S3_REGION`',
  AuthorizationHeaderMalformed: 'The bucket is in another region: look at `S3_REGION`'
}

function refused(
  what: string,
  how: string,
  answer: HttpAnswer,
  bucket: Bucket,
  app: string
): Pick<Finding, 'text' | 'remedy'> {
  const error = s3Error(answer)
  const code = error.split(' ')[1] ?? ''
  const acl = bucket.acl !== '' && code === 'AccessControlListNotSupported' ? ', for it takes no ACL' : ''
  return {
    text: `${what} ${how}${acl} (${error}): uploads fail`,
    remedy: (REMEDIES[code] ?? 'Look at the bucket and its key at the provider').replace('APP', app)
  }
}
