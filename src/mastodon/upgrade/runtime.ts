import {
  asksForFfmpeg,
  installsLockedRuby,
  isHerokuRuby,
  type AptEntry,
  type LockedRuby
} from '../../buildpacks/index.ts'
import {
  adviseRuby,
  isTaken,
  lockRuby,
  NO_RUBY_LOCKED,
  pinRuby,
  safeRuby,
  stateOfRuby,
  type Requirement,
  type TreeRuby
} from '../ruby.ts'
import { compareVersions, isOlder } from '../versions.ts'
import { type UpgradeFacts } from './facts.ts'
import { finding, type Finding } from './findings.ts'

interface StackFacts {
  readonly libvips?: string
  /** Of the package that an Aptfile brings. */
  readonly ffmpeg?: string
  /** The day on which updates end. */
  readonly end?: string
  readonly ended?: true
}

/** Packages as in the Ubuntu below each stack (heroku/base-images: installed-packages-amd64.txt; packages.ubuntu.com). */
const STACKS: Readonly<Record<string, StackFacts>> = {
  'heroku-24': { libvips: '8.15.1', ffmpeg: '6.1.1' },
  'heroku-22': { libvips: '8.12.1', ffmpeg: '4.4.2', end: 'April 30, 2027' },
  'heroku-20': { libvips: '8.9.1', ffmpeg: '4.2.7', ended: true },
  'heroku-18': { ended: true },
  'heroku-16': { ended: true },
  'cedar-14': { ended: true }
}

/** From here on the stacks have OpenSSL 3, with which no Ruby before 3.1 can be built. */
const OPENSSL_3 = ['heroku-22', 'heroku-24', 'heroku-26']

/** The stack, Ruby, Node, libvips and ffmpeg. */
export function checkRuntime(facts: UpgradeFacts): Finding[] {
  return [...checkStack(facts), ...checkRuby(facts), ...checkNode(facts), ...checkLibraries(facts)]
}

function checkStack({ stack, live }: UpgradeFacts): Finding[] {
  const found: Finding[] = []
  if (live && stack !== undefined && stack !== live.stack) {
    found.push(
      finding(
        'stack',
        `The slug is for ${stack}, and ${live.app} is on ${live.stack}`,
        `Set \`stack: ${live.stack}\` in the config, or move the app: \`heroku stack:set ${stack} --app ${live.app}\`.`
      )
    )
  }
  const { end, ended } = STACKS[stack ?? ''] ?? {}
  if (end !== undefined || ended) {
    found.push(
      finding(
        'stack-end-of-life',
        ended
          ? `${stack} gets no updates any more, and Heroku builds nothing on it`
          : `${stack} gets updates until ${end} only`,
        `\`heroku stack:set heroku-24 --app ${live?.app ?? 'APP'}\`, and \`stack: heroku-24\` in the config; rehearse it first.`
      )
    )
  }
  return found
}

/** Only if heroku/ruby, or a copy of it, builds: which Ruby another buildpack installs is not known. */
function checkRuby(facts: UpgradeFacts): Finding[] {
  const { ruby } = facts.tree
  const { hasLock, locked, takes } = ruby
  if (!facts.buildpacks.some(installsLockedRuby) || !hasLock) return []
  if (!locked) return [notPinned(ruby)]
  const { version, jruby } = locked
  const found = [...checkRubyOnStack(facts, locked), ...checkRubyRange(facts, version, takes)]
  return jruby === undefined
    ? [...found, ...checkRubySecurity(version, takes), ...checkRubyFiles(version, ruby)]
    : found
}

function notPinned({ file, takes }: TreeRuby): Finding {
  const other = file === undefined ? '' : `. It installs nothing by .ruby-version, which names ${file}`
  return finding('ruby-not-pinned', NO_RUBY_LOCKED + other, lockRuby(file, takes))
}

function checkRubyOnStack({ stack, buildpacks, hasRuby }: UpgradeFacts, { version, jruby }: LockedRuby): Finding[] {
  if (!buildpacks.some(isHerokuRuby)) return []
  const shown = jruby === undefined ? `Ruby ${version}` : `JRuby ${jruby}`
  const missing = `Heroku has no ${shown} for ${stack}, which Gemfile.lock names`
  if (OPENSSL_3.includes(stack ?? '') && jruby === undefined && isOlder(version, '3.1')) {
    return [
      finding(
        'ruby-on-stack',
        `${missing}: before 3.1 it cannot be built with the stack's OpenSSL 3`,
        'Deploy a newer version of Mastodon, whose Gemfile.lock names a newer Ruby.'
      )
    ]
  }
  if (hasRuby !== false) return []
  return [
    finding(
      'ruby-on-stack',
      `${missing}, so heroku/ruby could not install it`,
      `Wait until Heroku has it, or take one that is there (https://devcenter.heroku.com/articles/ruby-support-reference): ${pinRuby('X.Y.Z')}.`
    )
  ]
}

function checkRubyRange(
  { tree: { minimums, version: mastodon } }: UpgradeFacts,
  version: string,
  takes: readonly Requirement[]
): Finding[] {
  const wanted: readonly Requirement[] =
    takes.length > 0 || minimums.ruby === undefined ? takes : [{ operator: '>=', version: minimums.ruby }]
  if (isTaken(version, wanted)) return []
  const range = wanted
    .map(({ operator, version }) => (operator === '=' ? version : `${operator} ${version}`))
    .join(', ')
  const instead = wanted.find(({ operator }) => operator === '=')?.version ?? safeRuby(undefined, wanted)
  return [
    finding(
      'ruby-range',
      `Heroku would install Ruby ${version}, which Gemfile.lock names, and ${takes.length > 0 ? 'the Gemfile' : `Mastodon ${mastodon ?? ''}`.trim()} takes ${range}`,
      `Take one in the range: ${pinRuby(instead ?? 'X.Y.Z')}.`
    )
  ]
}

function checkRubySecurity(version: string, takes: readonly Requirement[]): Finding[] {
  const state = stateOfRuby(version)
  if (state.is !== 'holed' && state.is !== 'ended') return []
  const why =
    state.is === 'holed'
      ? `has security holes that ${state.floor} closes`
      : `gets no security updates any more, as no Ruby ${state.line} does`
  return [
    finding(
      'ruby-security',
      `Ruby ${version}, which Heroku installs because Gemfile.lock names it, ${why}`,
      adviseRuby(version, takes)
    )
  ]
}

/** They do in Mastodon's own 4.3, 4.4 and 4.5 (mastodon/mastodon v4.5.0: .ruby-version 3.4.7, Gemfile.lock 3.4.1). */
function checkRubyFiles(locked: string, { file }: TreeRuby): Finding[] {
  if (file === undefined || compareVersions(file, locked) === 0) return []
  const newer = isOlder(locked, file) ? file : locked
  const isGood = ['safe', 'unknown'].includes(stateOfRuby(newer).is)
  const remedy =
    newer === file
      ? `To run on ${file}: ${pinRuby(file)}.`
      : `Write \`${locked}\` to \`.ruby-version\`, so that tests run on what Heroku runs.`
  return [
    finding(
      'ruby-files-differ',
      `Heroku installs Ruby ${locked}, which Gemfile.lock names. .ruby-version names ${file}, and only version managers and Mastodon's tests read it`,
      isGood ? remedy : 'Write the same Ruby to both files.'
    )
  ]
}

function checkNode({ tree: { minimums, version }, from }: UpgradeFacts): Finding[] {
  const [allowed, wanted] = [minimums.node, minimums.nodeWanted]
  if (!isOlder(allowed, wanted) || version === undefined) return []
  const before = from?.minimums.node
  return [
    finding(
      'node-range',
      `package.json allows Node ${allowed}, and Mastodon ${version} takes ${wanted} or newer${before === undefined || before === allowed ? '' : ` (${before} before)`}`,
      `Set \`"engines": { "node": ">=${wanted}" }\` in package.json.`
    )
  ]
}

function checkLibraries({ tree: { minimums, aptfile }, stack, live, buildpacks }: UpgradeFacts): Finding[] {
  const { libvips, ffmpeg } = STACKS[stack ?? ''] ?? {}
  const found: Finding[] = []
  const wanted = minimums.libvips
  const isUsed =
    wanted?.unless === undefined ||
    (live ? live.config.equals(wanted.unless.name, wanted.unless.value) === wanted.unless.not : !wanted.unless.not)
  const isBrought = buildpacks.some(name => /vips/i.test(name))
  if (wanted && isUsed && !isBrought && isOlder(libvips, wanted.version)) {
    const { unless } = wanted
    const switchOff = unless && !unless.not ? `, or \`heroku config:set ${unless.name}=${unless.value}\`` : ''
    found.push(
      finding(
        'libvips-version',
        `${stack} has libvips ${libvips}, and this version takes ${wanted.version} or newer: it would stop as it boots`,
        `\`heroku stack:set heroku-24 --app ${live?.app ?? 'APP'}\`, and \`stack: heroku-24\` in the config${switchOff}.`
      )
    )
  }
  if (aptfile.entries.some(isFfmpegOfStack) && isOlder(ffmpeg, minimums.ffmpeg)) {
    found.push(
      finding(
        'ffmpeg-version',
        `The Aptfile brings ffmpeg ${ffmpeg} of ${stack}, and this version takes ${minimums.ffmpeg} or newer`,
        'Take ffmpeg out of the Aptfile, and put https://github.com/heroku/heroku-buildpack-activestorage-preview in front of the buildpacks.'
      )
    )
  }
  return found
}

/** One of another version, another release or an address is another ffmpeg than the stack's. */
function isFfmpegOfStack(entry: AptEntry): boolean {
  return entry.kind === 'package' && asksForFfmpeg(entry) && entry.version === undefined && entry.release === undefined
}
