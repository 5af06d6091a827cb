import {
  aptfileProblem,
  asksForFfmpeg,
  buildpackName,
  herokusOwn,
  isAptBuildpack,
  type AptEntry,
  type Aptfile
} from '../../buildpacks/index.ts'
import { type MastodonTree } from '../tree.ts'
import { type UpgradeFacts } from './facts.ts'
import { finding, type Finding } from './findings.ts'

/** Packages that Mastodon's Aptfiles asked for and that the stacks have by now (heroku/base-images: installed packages). */
const ON_THE_STACK: Readonly<Record<string, readonly string[]>> = {
  'heroku-24': ['libidn12', 'libidn11-dev', 'libidn-dev', 'libpq-dev', 'libicu-dev'],
  'heroku-26': ['libidn12', 'libidn11-dev', 'libidn-dev', 'libpq-dev', 'libicu-dev']
}

/**
 * Heroku's own buildpacks, by the last word of their names, and the process types that each adds by itself
 * (heroku-buildpack-ruby: lib/language_pack/ruby.rb, rails4.rb; heroku-buildpack-nodejs: bin/release;
 * heroku-buildpack-apt: bin/release; heroku-buildpack-activestorage-preview has no bin/release). None writes a Procfile.
 */
const DEFAULT_TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['ruby', ['rake', 'console', 'web']],
  ['nodejs', ['web']],
  ['apt', []],
  ['activestorage-preview', []]
])

/**
 * Process types that a build may add to those of the Procfile; undefined if a buildpack is not one of Heroku's own: it may
 * add any. heroku/ruby adds `worker` to a tree with the Rake task `jobs:work` (heroku-buildpack-ruby:
 * lib/language_pack/rails2.rb).
 */
export function defaultTypes(
  buildpacks: readonly string[],
  { hasJobsWork }: { readonly hasJobsWork: boolean }
): string[] | undefined {
  const types: string[] = []
  for (const text of buildpacks) {
    const own = herokusOwn(text)
    const added = DEFAULT_TYPES.get(own ?? '')
    if (!added) return undefined
    types.push(...added, ...(own === 'ruby' && hasJobsWork ? ['worker'] : []))
  }
  return buildpacks.length === 0 ? undefined : types
}

/** Why nothing could be built; traps in the list of buildpacks, and what apt brings that nobody needs. */
export function checkBuildpacks({ tree, stack, buildpacks, problems = [] }: UpgradeFacts): Finding[] {
  const all = tree.procfile.problem ? [...problems, tree.procfile.problem] : problems
  return [
    ...all.map(({ reason, remedy }) => finding('not-buildable', reason, remedy)),
    ...checkBuildpackList(buildpacks, tree),
    ...(buildpacks.some(isAptBuildpack) ? checkApt(tree.aptfile, stack) : [])
  ]
}

/** Traps in the list of buildpacks. Pure. */
export function checkBuildpackList(
  buildpacks: readonly string[],
  tree: Pick<MastodonTree, 'bundler' | 'version'>
): Finding[] {
  const names = buildpacks.map(buildpackName)
  const [ruby, node] = [names.findIndex(isRuby), names.findIndex(name => /node/i.test(name))]
  const found: Finding[] = []
  if (ruby < 0 && tree.version !== undefined && names.length > 0 && buildpacks.every(isKnown)) {
    found.push(
      finding(
        'no-ruby-buildpack',
        `None of the buildpacks (${names.join(', ')}) brings Ruby: web and worker cannot start`,
        'Add heroku/ruby as the last one: `slug.buildpacks: [heroku/nodejs, heroku/ruby]` in the config.'
      )
    )
  }
  if (tree.bundler === 'vite' && ruby >= 0 && (node < 0 || node > ruby)) {
    found.push(
      finding(
        'nodejs-before-ruby',
        `heroku/nodejs ${node < 0 ? 'is not among the buildpacks' : 'comes after heroku/ruby'}: Vite, which builds the assets since 4.4, has no Node then`,
        'Take the buildpacks from app.json of this version, or set `slug.buildpacks: [heroku/nodejs, heroku/ruby]` in the config.'
      )
    )
  }
  const last = names.at(-1) ?? ''
  if (ruby >= 0 && /activestorage-preview|ffmpeg|\bapt\b/i.test(last)) {
    found.push(
      finding(
        'ruby-last',
        `${last} is the last buildpack, and the last one decides the default process types`,
        'Put heroku/ruby last; the one for ffmpeg may be the first.'
      )
    )
  }
  if (names.some(name => /ffmpeg-latest/i.test(name))) {
    found.push(
      finding(
        'ffmpeg-unmaintained',
        'heroku-buildpack-ffmpeg-latest is not maintained any more, and fetches another build each time',
        'Put https://github.com/heroku/heroku-buildpack-activestorage-preview in its place.'
      )
    )
  }
  return found
}

function checkApt(aptfile: Aptfile, stack: string | undefined): Finding[] {
  const problem = aptfileProblem(aptfile)
  const unreadable = problem ? [finding('aptfile-unreadable', problem.what, problem.next)] : []
  return [...unreadable, ...checkPackages(aptfile, stack)]
}

function checkPackages({ entries }: Aptfile, stack: string | undefined): Finding[] {
  if (entries.some(asksForFfmpeg)) {
    return [
      finding(
        'ffmpeg-by-apt',
        'ffmpeg comes from the Aptfile, with more than a hundred packages',
        'Take it out of the Aptfile, and put https://github.com/heroku/heroku-buildpack-activestorage-preview in front: a fraction of the size.'
      )
    ]
  }
  const known = ON_THE_STACK[stack ?? '']
  const wanted = entries.filter(entry => entry.kind !== 'repository')
  if (!known || !wanted.every(entry => isOnStack(entry, known))) return []
  const names = [...new Set(wanted.flatMap(entry => (entry.kind === 'package' ? [entry.name] : [])))]
  return [
    finding(
      'apt-redundant',
      names.length === 0
        ? 'The Aptfile asks for nothing'
        : `${stack} has all that the Aptfile asks for (${names.join(', ')})`,
      'Leave heroku-buildpack-apt out of `slug.buildpacks` in the config: the build is shorter.'
    )
  ]
}

/** Of another architecture, version or release it is not the stack's. */
function isOnStack(entry: AptEntry, known: readonly string[]): boolean {
  if (entry.kind !== 'package') return false
  const { name, arch = 'amd64', version, release } = entry
  return arch === 'amd64' && version === undefined && release === undefined && known.includes(name)
}

/** One of those of which it is known what they bring. */
function isKnown(buildpack: string): boolean {
  return DEFAULT_TYPES.has(herokusOwn(buildpack) ?? '')
}

function isRuby(name: string): boolean {
  return /ruby/i.test(name)
}
