import {
  asksForFfmpeg,
  installsLockedRuby,
  isHerokuRuby,
  type AptEntry,
  type LockedRuby
} from '../../buildpacks/index.ts'
import { DEFAULT_STACK, stackImage, stackLife, stackLifeInWords } from '../../knowledge/index.ts'
import { ADVISE_NODE, installsNode, nodeInWords, stateOfNode } from '../node.ts'
import {
  adviseRuby,
  isTaken,
  lockRuby,
  NO_RUBY_LOCKED,
  pinRuby,
  rubyInWords,
  safeRuby,
  stateOfRuby,
  type Requirement
} from '../ruby.ts'
import { compareVersions, isOlder } from '../versions.ts'
import { type UpgradeFacts } from './facts.ts'
import { rule, seenIf } from './rule.ts'

/** The day for the examples in the docs. */
const EXAMPLE_DAY = Date.parse('2027-01-01')

type RubyFacts = Pick<UpgradeFacts, 'tree' | 'buildpacks' | 'now'>

/** The stack, Ruby, Node, libvips and ffmpeg. */
export const RUNTIME_RULES = [
  rule({
    name: 'stack',
    level: 'block',
    holds: ({ stack, live }: Pick<UpgradeFacts, 'stack' | 'live'>) =>
      live && stack !== undefined && stack !== live.stack ? [{ app: live.app, stack, is: live.stack }] : [],
    say: ({ app, stack, is }) => ({
      reason: `The slug is for ${stack}, and ${app} is on ${is}`,
      remedy: `Set \`stack: ${is}\` in the config, or move the app: \`heroku stack:set ${stack} --app ${app}\`.`
    }),
    examples: [{ app: 'APP', stack: DEFAULT_STACK, is: 'heroku-22' }]
  }),
  rule({
    name: 'stack-end-of-life',
    level: 'warn',
    holds: ({ stack = '', live, now }: Pick<UpgradeFacts, 'stack' | 'live' | 'now'>) => {
      const life = stackLife(stack, now)
      return life && life.state !== 'supported' ? [{ stack, life, app: appOf(live) }] : []
    },
    say: ({ stack, life, app }) => ({
      reason: `${stack} ${stackLifeInWords(life)}`,
      remedy: `${moveTo(app)}; rehearse it first.`
    }),
    examples: [{ stack: 'heroku-22', life: stackLife('heroku-22', EXAMPLE_DAY)!, app: 'APP' }]
  }),
  rule({
    name: 'ruby-on-stack',
    level: 'block',
    holds: ({ stack = '', hasRuby, ...facts }: RubyFacts & Pick<UpgradeFacts, 'stack' | 'hasRuby'>) => {
      const locked = lockedIn(facts)
      if (!locked || !facts.buildpacks.some(isHerokuRuby)) return []
      const { version, jruby } = locked
      const { oldestRuby } = stackImage(stack)
      const oldest = jruby === undefined && isOlder(version, oldestRuby) ? oldestRuby : undefined
      const name = jruby === undefined ? `Ruby ${version}` : `JRuby ${jruby}`
      return seenIf(oldest !== undefined || hasRuby === false, { name, stack, oldest })
    },
    say: ({ name, stack, oldest }) => ({
      reason: `Heroku has no ${name} for ${stack}, which Gemfile.lock names${oldest === undefined ? ', so heroku/ruby could not install it' : `: before ${oldest} it cannot be built with the stack's OpenSSL 3`}`,
      remedy:
        oldest === undefined
          ? `Wait until Heroku has it, or take one that is there (https://devcenter.heroku.com/articles/ruby-support-reference): ${pinRuby('X.Y.Z')}.`
          : 'Deploy a newer version of Mastodon, whose Gemfile.lock names a newer Ruby.'
    }),
    examples: [
      { name: 'Ruby X.Y.Z', stack: DEFAULT_STACK, oldest: undefined },
      { name: 'Ruby 2.7.8', stack: DEFAULT_STACK, oldest: stackImage(DEFAULT_STACK).oldestRuby }
    ]
  }),
  rule({
    name: 'ruby-range',
    level: 'block',
    holds: (facts: RubyFacts) => {
      const { ruby, minimums, version: mastodon = '' } = facts.tree
      const version = lockedIn(facts)?.version
      if (version === undefined) return []
      const byGemfile = ruby.takes.length > 0
      const wanted: readonly Requirement[] =
        byGemfile || minimums.ruby === undefined ? ruby.takes : [{ operator: '>=', version: minimums.ruby }]
      const instead = wanted.find(({ operator }) => operator === '=')?.version ?? safeRuby(undefined, wanted, facts.now)
      const who = byGemfile ? 'the Gemfile' : `Mastodon ${mastodon}`.trim()
      return seenIf(!isTaken(version, wanted), { version, who, wanted, instead })
    },
    say: ({ version, who, wanted, instead }) => ({
      reason: `Heroku would install Ruby ${version}, which Gemfile.lock names, and ${who} takes ${wanted.map(one => (one.operator === '=' ? one.version : `${one.operator} ${one.version}`)).join(', ')}`,
      remedy: `Take one in the range: ${pinRuby(instead ?? 'X.Y.Z')}.`
    }),
    examples: [
      {
        version: '3.2.9',
        who: 'the Gemfile',
        wanted: [{ operator: '>=', version: '3.3.0' }],
        instead: 'X.Y.Z'
      }
    ]
  }),
  rule({
    name: 'ruby-security',
    level: 'warn',
    holds: (facts: RubyFacts) => {
      const version = plainRuby(facts)
      if (version === undefined) return []
      const state = stateOfRuby(version, facts.now)
      const advice = adviseRuby(version, facts.tree.ruby.takes, facts.now)
      return seenIf(state.is === 'holed' || state.is === 'ended', { version, state, advice })
    },
    say: ({ version, state, advice }) => ({
      reason: `Ruby ${version}, which Heroku installs because Gemfile.lock names it, ${rubyInWords(state)}`,
      remedy: advice
    }),
    examples: [
      { version: '3.4.1', state: stateOfRuby('3.4.1', EXAMPLE_DAY), advice: adviseRuby('3.4.1', [], EXAMPLE_DAY) }
    ]
  }),
  rule({
    name: 'ruby-not-pinned',
    level: 'warn',
    holds: ({ tree: { ruby }, buildpacks, now }: RubyFacts) =>
      seenIf(buildpacks.some(installsLockedRuby) && ruby.hasLock && !ruby.locked, {
        file: ruby.file,
        how: lockRuby(ruby.file, ruby.takes, now)
      }),
    say: ({ file, how }) => ({
      reason: `${NO_RUBY_LOCKED}${file === undefined ? '' : `. It installs nothing by .ruby-version, which names ${file}`}`,
      remedy: how
    }),
    examples: [{ file: undefined, how: lockRuby(undefined, [], EXAMPLE_DAY) }]
  }),
  rule({
    name: 'ruby-files-differ',
    level: 'note',
    holds: (facts: RubyFacts) => {
      const locked = plainRuby(facts)
      const { file } = facts.tree.ruby
      if (locked === undefined || file === undefined) return []
      const newer = isOlder(locked, file) ? file : locked
      const isGood = ['safe', 'unknown'].includes(stateOfRuby(newer, facts.now).is)
      return seenIf(compareVersions(file, locked) !== 0, { locked, file, better: isGood ? newer : undefined })
    },
    say: ({ locked, file, better }) => ({
      reason: `Heroku installs Ruby ${locked}, which Gemfile.lock names. .ruby-version names ${file}, and only version managers and Mastodon's tests read it`,
      remedy: alike(locked, better)
    }),
    // As in Mastodon's own 4.5 (mastodon/mastodon v4.5.0).
    examples: [{ locked: '3.4.1', file: '3.4.7', better: undefined }]
  }),
  rule({
    name: 'node-range',
    level: 'warn',
    holds: ({ tree: { minimums, version }, from }: Pick<UpgradeFacts, 'tree' | 'from'>) => {
      const { node: allowed, nodeWanted: wanted } = minimums
      const before = from?.minimums.node
      return version !== undefined && isOlder(allowed, wanted)
        ? [{ allowed, wanted, version, before: before === allowed ? undefined : before }]
        : []
    },
    say: ({ allowed, wanted, version, before }) => ({
      reason: `package.json allows Node ${allowed}, and Mastodon ${version} takes ${wanted} or newer${before === undefined ? '' : ` (${before} before)`}`,
      remedy: `Set \`"engines": { "node": ">=${wanted}" }\` in package.json.`
    }),
    examples: [{ allowed: '20', wanted: '22', version: '4.7.6', before: undefined }]
  }),
  rule({
    name: 'node-end-of-life',
    level: 'warn',
    holds: ({ tree: { newestNode: major }, buildpacks, now }: RubyFacts) => {
      if (major === undefined || !installsNode(buildpacks)) return []
      const state = stateOfNode(major, now)
      return seenIf(state.is === 'ended', { major, state })
    },
    say: ({ major, state }) => ({
      reason: `Node ${major}, the newest that package.json takes, ${nodeInWords(state)}`,
      remedy: ADVISE_NODE
    }),
    examples: [{ major: 20, state: stateOfNode(20, EXAMPLE_DAY) }]
  }),
  rule({
    name: 'libvips-version',
    level: 'block',
    holds: ({ tree, stack, live, buildpacks }: Pick<UpgradeFacts, 'tree' | 'stack' | 'live' | 'buildpacks'>) => {
      const { libvips } = stackImage(stack)
      const wanted = tree.minimums.libvips
      if (!wanted || !isOlder(libvips, wanted.version) || buildpacks.some(name => /vips/i.test(name))) return []
      const { unless, version } = wanted
      const isSaid = unless && live?.config.equals(unless.name, unless.value)
      const isUsed = unless === undefined || (live ? isSaid === unless.not : !unless.not)
      const off = unless && !unless.not ? `${unless.name}=${unless.value}` : undefined
      return seenIf(isUsed, { stack, libvips, version, app: appOf(live), off })
    },
    say: ({ stack, libvips, version, app, off }) => ({
      reason: `${stack} has libvips ${libvips}, and this version takes ${version} or newer: it would stop as it boots`,
      remedy: `${moveTo(app)}${off === undefined ? '' : `, or \`heroku config:set ${off} --app ${app}\``}.`
    }),
    examples: [
      { stack: 'heroku-22', libvips: stackImage('heroku-22').libvips, version: '8.13', app: 'APP', off: undefined }
    ]
  }),
  rule({
    name: 'ffmpeg-version',
    level: 'warn',
    holds: ({ tree: { minimums, aptfile }, stack }: Pick<UpgradeFacts, 'tree' | 'stack'>) => {
      const { ffmpeg } = stackImage(stack)
      const isOld = aptfile.entries.some(isFfmpegOfStack) && isOlder(ffmpeg, minimums.ffmpeg)
      return seenIf(isOld, { ffmpeg, stack, wanted: minimums.ffmpeg })
    },
    say: ({ ffmpeg, stack, wanted }) => ({
      reason: `The Aptfile brings ffmpeg ${ffmpeg} of ${stack}, and this version takes ${wanted} or newer`,
      remedy:
        'Take ffmpeg out of the Aptfile, and put https://github.com/heroku/heroku-buildpack-activestorage-preview in front of the buildpacks.'
    }),
    examples: [{ ffmpeg: stackImage('heroku-22').ffmpeg, stack: 'heroku-22', wanted: '5.1' }]
  })
]

function appOf(live: UpgradeFacts['live']): string {
  return live?.app ?? 'APP'
}

/** How to move to the default stack. */
function moveTo(app: string): string {
  return `\`heroku stack:set ${DEFAULT_STACK} --app ${app}\`, and \`stack: ${DEFAULT_STACK}\` in the config`
}

/**
 * The Ruby of Gemfile.lock, if heroku/ruby, or a copy of it, builds the tree. Which Ruby another buildpack installs is not
 * known.
 */
function lockedIn({ tree: { ruby }, buildpacks }: Pick<RubyFacts, 'tree' | 'buildpacks'>): LockedRuby | undefined {
  return buildpacks.some(installsLockedRuby) && ruby.hasLock ? ruby.locked : undefined
}

/** The locked Ruby's version, unless it is a JRuby. */
function plainRuby(facts: Pick<RubyFacts, 'tree' | 'buildpacks'>): string | undefined {
  const locked = lockedIn(facts)
  return locked?.jruby === undefined ? locked?.version : undefined
}

function alike(locked: string, better: string | undefined): string {
  if (better === undefined) return 'Write the same Ruby to both files.'
  return better === locked
    ? `Write \`${locked}\` to \`.ruby-version\`, so that tests run on what Heroku runs.`
    : `To run on ${better}: ${pinRuby(better)}.`
}

/** Whether an entry asks for the stack's own ffmpeg: no version, no release, no address of a package. */
function isFfmpegOfStack(entry: AptEntry): boolean {
  return entry.kind === 'package' && asksForFfmpeg(entry) && entry.version === undefined && entry.release === undefined
}
