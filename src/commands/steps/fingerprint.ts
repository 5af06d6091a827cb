import { createHash } from 'node:crypto'
import { type Config } from '../../config/index.ts'
import { REDIS_TLS_FILES } from '../../mastodon/index.ts'
import { readTreeFile } from '../../runtime/index.ts'
import { type Recipe } from './recipe.ts'
import { type Source } from './source.ts'

/** Changes where the same input would give another slug: the trim rules, the release task, the archive's form. */
const FORM = 2
const OWN_FILES = [
  '.mastodon-on-heroku/release.rake',
  '.profile.d/mastodon-on-heroku.sh',
  ...Object.keys(REDIS_TLS_FILES)
]

/**
 * What a slug is built from, in 64 hexadecimal digits (design, rule 3): commit, buildpacks, stack, place, variant asked for,
 * config, our own files. Two builds of one fingerprint are taken for the same, so a released one is used again.
 */
export function fingerprintOf(
  config: Config,
  { commit, folder }: Source,
  { buildpacks, stack, place }: Recipe,
  builder: 'runner' | 'heroku'
): string {
  const parts = {
    form: FORM,
    builder,
    // What is compiled on the host, or in another image, is another slug.
    place: builder === 'runner' ? [place.kind, place.kind === 'container' ? place.buildImage : ''] : [],
    commit: commit.sha,
    stack,
    buildpacks: buildpacks.map(({ name, sha256 }) => [name, sha256]),
    ffmpeg: config.ffmpeg,
    slug: { limit: config.slug.limit, env: Object.entries(config.slug.env).sort(), trim: config.slug.trim },
    streaming: config.streamingApp !== undefined,
    migrations: config.migrations,
    redisTls: config.redisTls,
    own: OWN_FILES.map(file => readTreeFile(folder, file) ?? '')
  }
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
