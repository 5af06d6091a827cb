import { createHash } from 'node:crypto'
import { type Config } from '../../config/index.ts'
import { REDIS_TLS_FILES } from '../../mastodon/index.ts'
import { readTreeFile } from '../../runtime/index.ts'
import { type Recipe } from './recipe.ts'
import { type Source } from './source.ts'

/** To be raised when the same input makes another slug: the trim rules, the release task, the archive's form. */
const FORM = 2
const OWN_FILES = [
  '.mastodon-on-heroku/release.rake',
  '.profile.d/mastodon-on-heroku.sh',
  ...Object.keys(REDIS_TLS_FILES)
]

/** The parts of a fingerprint, in words for people. */
const WORDS = {
  form: 'the version of this action',
  builder: '`builder`',
  place: 'where it is built (`build-in`, `build-image`)',
  commit: 'the commit',
  stack: 'the stack',
  buildpacks: 'the buildpacks',
  ffmpeg: '`ffmpeg`',
  slug: '`slug` (its limit, env or trim)',
  tasks: 'the tasks of `schedule`',
  streaming: 'whether there is a `streaming-app`',
  migrations: '`migrations`',
  redisTls: '`redis-tls`',
  own: 'the files that this action adds'
}
type Part = keyof typeof WORDS

/** What a slug is built from, as SHA-256 digests in hexadecimal digits. */
export interface Fingerprint {
  readonly whole: string
  readonly parts: Readonly<Record<Part, string>>
}

/**
 * What a slug is built from (design, rule 3): commit, buildpacks, stack, place, variant asked for, config, our own files.
 * Two builds of one fingerprint are taken for the same, so a released one is used again.
 */
export function fingerprintOf(
  config: Config,
  { commit, folder }: Source,
  { buildpacks, stack, place }: Recipe,
  builder: 'runner' | 'heroku'
): Fingerprint {
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
    // One that runs Node keeps its packages in the slug (src/slug/node-use.ts).
    tasks: config.slug.trim.safe ? (config.schedule?.tasks ?? []).map(({ command }) => command) : [],
    streaming: config.streamingApp !== undefined,
    migrations: config.migrations,
    redisTls: config.redisTls,
    own: OWN_FILES.map(file => readTreeFile(folder, file) ?? '')
  } satisfies Record<Part, unknown>
  const each = Object.entries(parts).map(([part, value]) => [part, digestOf(value)])
  return { whole: digestOf(parts), parts: Object.fromEntries(each) as Record<Part, string> }
}

/** What differs between two fingerprints, in words; empty if nothing does. */
export function differences(one: Readonly<Record<string, string>>, other: Fingerprint['parts']): string[] {
  return Object.entries(WORDS)
    .filter(([part]) => one[part] !== other[part as Part])
    .map(([, words]) => words)
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
