import {
  aptfileProblem,
  asksForFfmpeg,
  buildpackName,
  herokusOwn,
  isAptBuildpack,
  parseAptfile,
  type AptEntry
} from '../../buildpacks/index.ts'
import { DEFAULT_STACK, stackImage } from '../../knowledge/index.ts'
import { type MastodonTree } from '../tree.ts'
import { type UpgradeFacts } from './facts.ts'
import { rule, seenIf, type PlanFinding } from './rule.ts'
import { type UpgradeTree } from './tree.ts'

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
 * The process types that a build may add to the Procfile's; undefined if a buildpack is not Heroku's own, for it may add
 * any. heroku/ruby adds `worker` if the tree has the Rake task `jobs:work` (heroku-buildpack-ruby:
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

const PREVIEW = 'https://github.com/heroku/heroku-buildpack-activestorage-preview'
const APT_BUILDPACK = 'heroku-buildpack-apt'

type ListFacts = Pick<UpgradeFacts, 'buildpacks'> & { readonly tree: Pick<MastodonTree, 'bundler' | 'version'> }
type AptFacts = Pick<UpgradeFacts, 'buildpacks' | 'stack'> & { readonly tree: Pick<UpgradeTree, 'aptfile'> }

/** Traps in the list of buildpacks. */
const LIST_RULES = [
  rule({
    name: 'no-ruby-buildpack',
    level: 'warn',
    holds: ({ buildpacks, tree }: ListFacts) => {
      const names = buildpacks.map(buildpackName)
      const isSure = tree.version !== undefined && names.length > 0 && buildpacks.every(isKnown)
      return seenIf(isSure && !names.some(isRuby), { names })
    },
    say: ({ names }) => ({
      reason: `None of the buildpacks (${names.join(', ')}) brings Ruby: web and worker cannot start`,
      remedy: 'Add heroku/ruby as the last one: `slug.buildpacks: [heroku/nodejs, heroku/ruby]` in the config.'
    }),
    examples: [{ names: ['heroku/nodejs'] }]
  }),
  rule({
    name: 'nodejs-before-ruby',
    level: 'block',
    holds: ({ buildpacks, tree }: ListFacts) => {
      const names = buildpacks.map(buildpackName)
      const [ruby, node] = [names.findIndex(isRuby), names.findIndex(name => /node/i.test(name))]
      return seenIf(tree.bundler === 'vite' && ruby >= 0 && (node < 0 || node > ruby), { isThere: node >= 0 })
    },
    say: ({ isThere }) => ({
      reason: `heroku/nodejs ${isThere ? 'comes after heroku/ruby' : 'is not among the buildpacks'}: Vite, which builds the assets since 4.4, has no Node then`,
      remedy:
        'Take the buildpacks from app.json of this version, or set `slug.buildpacks: [heroku/nodejs, heroku/ruby]` in the config.'
    }),
    examples: [{ isThere: true }]
  }),
  rule({
    name: 'ruby-last',
    level: 'warn',
    holds: ({ buildpacks }: Pick<ListFacts, 'buildpacks'>) => {
      const names = buildpacks.map(buildpackName)
      const last = names.at(-1) ?? ''
      return seenIf(names.some(isRuby) && /activestorage-preview|ffmpeg|\bapt\b/i.test(last), { last })
    },
    say: ({ last }) => ({
      reason: `${last} is the last buildpack, and the last one decides the default process types`,
      remedy: 'Put heroku/ruby last; the one for ffmpeg may be the first.'
    }),
    examples: [{ last: 'heroku-buildpack-activestorage-preview' }]
  }),
  rule({
    name: 'ffmpeg-unmaintained',
    level: 'warn',
    holds: ({ buildpacks }: Pick<ListFacts, 'buildpacks'>) =>
      seenIf(
        buildpacks.some(name => /ffmpeg-latest/i.test(buildpackName(name))),
        {}
      ),
    say: () => ({
      reason: 'heroku-buildpack-ffmpeg-latest is not maintained any more, and fetches another build each time',
      remedy: `Put ${PREVIEW} in its place.`
    }),
    examples: [{}]
  })
]

/** Why nothing could be built; traps in the list of buildpacks, and what apt brings that nobody needs. */
export const BUILDPACK_RULES = [
  rule({
    name: 'not-buildable',
    level: 'block',
    holds: ({ tree, problems = [] }: Pick<UpgradeFacts, 'tree' | 'problems'>) =>
      tree.procfile.problem ? [...problems, tree.procfile.problem] : problems,
    say: ({ reason, remedy }) => ({ reason, remedy }),
    examples: [
      {
        reason:
          'What stops a build before it begins: no stack, no buildpacks, a line of the Procfile that cannot be read',
        remedy: 'What the error of the build says: `stack:` or `slug.buildpacks` in the config, or the named line.'
      }
    ]
  }),
  ...LIST_RULES,
  rule({
    name: 'aptfile-unreadable',
    level: 'block',
    holds: (facts: AptFacts) => {
      const problem = runsApt(facts) ? aptfileProblem(facts.tree.aptfile) : undefined
      return problem ? [problem] : []
    },
    say: ({ what, next }) => ({ reason: what, remedy: next }),
    examples: ['libidn12\r\n', 'libidn12 # why\n'].map(text => aptfileProblem(parseAptfile(text))!)
  }),
  rule({
    name: 'ffmpeg-by-apt',
    level: 'note',
    holds: (facts: AptFacts) => seenIf(runsApt(facts) && facts.tree.aptfile.entries.some(asksForFfmpeg), {}),
    say: () => ({
      reason: 'ffmpeg comes from the Aptfile, with more than a hundred packages',
      remedy: `Take it out of the Aptfile, and put ${PREVIEW} in front: a fraction of the size.`
    }),
    examples: [{}]
  }),
  rule({
    name: 'apt-redundant',
    level: 'note',
    holds: (facts: AptFacts) => {
      const { entries } = facts.tree.aptfile
      const { packages } = stackImage(facts.stack)
      if (!packages || !runsApt(facts) || entries.some(asksForFfmpeg)) return []
      const wanted = entries.filter(entry => entry.kind !== 'repository')
      const names = [...new Set(wanted.flatMap(entry => (entry.kind === 'package' ? [entry.name] : [])))]
      return seenIf(
        wanted.every(entry => isOnStack(entry, packages)),
        { names, stack: facts.stack }
      )
    },
    say: ({ names, stack }) => ({
      reason:
        names.length === 0
          ? 'The Aptfile asks for nothing'
          : `${stack} has all that the Aptfile asks for (${names.join(', ')})`,
      remedy: `Leave ${APT_BUILDPACK} out of \`slug.buildpacks\` in the config: the build is shorter.`
    }),
    examples: [{ names: ['libidn12', 'libpq-dev'], stack: DEFAULT_STACK }]
  })
]

/** Findings about the list of buildpacks alone, such as `nodejs-before-ruby`. */
export function checkBuildpackList(buildpacks: readonly string[], tree: ListFacts['tree']): PlanFinding[] {
  return LIST_RULES.flatMap(({ look }): PlanFinding[] => look({ buildpacks, tree }))
}

function runsApt({ buildpacks }: Pick<UpgradeFacts, 'buildpacks'>): boolean {
  return buildpacks.some(isAptBuildpack)
}

/** Whether the stack has a package of the Aptfile: not if another architecture, version or release is asked for. */
function isOnStack(entry: AptEntry, known: readonly string[]): boolean {
  if (entry.kind !== 'package') return false
  const { name, arch = 'amd64', version, release } = entry
  return arch === 'amd64' && version === undefined && release === undefined && known.includes(name)
}

/** Whether it is one of Heroku's own, of which the process types are known. */
function isKnown(buildpack: string): boolean {
  return DEFAULT_TYPES.has(herokusOwn(buildpack) ?? '')
}

function isRuby(name: string): boolean {
  return /ruby/i.test(name)
}
