import { compareVersions, isOlder, seriesOf } from '../versions.ts'
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

/** Releases without the holes that are known in November 2026 (Mastodon 4.7.6's release notes). Older series get no updates. */
export const RUBY_FLOORS: Readonly<Record<string, string>> = { '4.0': '4.0.10', '3.4': '3.4.13', '3.3': '3.3.14' }
const OLDEST_SERIES = '3.3'

/** Heroku's own buildpack for Ruby, which takes Heroku's own Rubies. */
export function isHerokuRuby(buildpack: string): boolean {
  return /(?:^|\/)heroku\/(?:heroku-buildpack-)?ruby\b/i.test(buildpack)
}

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

function checkRuby({ tree: { minimums }, stack, buildpacks, hasRuby }: UpgradeFacts): Finding[] {
  const { rubyPinned: pinned, ruby: atLeast, rubyBelow: below } = minimums
  if (pinned === undefined) return []
  const found: Finding[] = []
  const isHerokus = buildpacks.some(isHerokuRuby)
  if (isHerokus && OPENSSL_3.includes(stack ?? '') && isOlder(pinned, '3.1')) {
    found.push(
      finding(
        'ruby-on-stack',
        `Heroku has no Ruby ${pinned} for ${stack}: before 3.1 it cannot be built with the stack's OpenSSL 3`,
        'Deploy a newer version of Mastodon, which brings a newer `.ruby-version`.'
      )
    )
  } else if (isHerokus && hasRuby === false) {
    found.push(
      finding(
        'ruby-on-stack',
        `Heroku has no Ruby ${pinned} for ${stack}, so heroku/ruby could not install it`,
        'Wait until Heroku has it, or change `.ruby-version` to one that is there: https://devcenter.heroku.com/articles/ruby-support-reference.'
      )
    )
  }
  if (isOlder(pinned, atLeast) || (below !== undefined && compareVersions(pinned, below) >= 0)) {
    const range = [atLeast && `${atLeast} or newer`, below && `older than ${below}`].filter(Boolean).join(', ')
    found.push(
      finding(
        'ruby-range',
        `.ruby-version names ${pinned}, and the Gemfile takes ${range}`,
        'Change `.ruby-version` to one in the range.'
      )
    )
  }
  const floor = RUBY_FLOORS[seriesOf(pinned)]
  if (isOlder(pinned, floor)) {
    found.push(
      finding(
        'ruby-security',
        `Ruby ${pinned} has security holes that ${floor} mends`,
        `Change \`.ruby-version\` to ${floor}, or deploy the newest patch release of Mastodon.`
      )
    )
  } else if (isOlder(seriesOf(pinned), OLDEST_SERIES)) {
    found.push(
      finding(
        'ruby-security',
        `Ruby ${pinned} gets no security updates any more; ${OLDEST_SERIES} is the oldest series that does`,
        `Deploy a version of Mastodon that runs on Ruby ${OLDEST_SERIES} or newer.`
      )
    )
  }
  return found
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

function checkLibraries({ tree: { minimums, packages }, stack, live, buildpacks }: UpgradeFacts): Finding[] {
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
  if (packages.some(name => /^ffmpeg\b/.test(name)) && isOlder(ffmpeg, minimums.ffmpeg)) {
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
