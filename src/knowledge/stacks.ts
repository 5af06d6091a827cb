import { lifeInWords, lifeUntil, type Day, type Life, type Sourced } from './fact.ts'

/** What is known of a stack's image. */
interface StackImage {
  readonly libvips?: string
  /** Version of Ubuntu's package, which an Aptfile would bring. */
  readonly ffmpeg?: string
  /** Packages of Mastodon's Aptfiles that the image has by now. */
  readonly packages?: readonly string[]
  /** The oldest Ruby that builds with the image's OpenSSL 3. */
  readonly oldestRuby?: string
}

interface Stack extends Sourced {
  /** The last day with security updates. Builds stop then, or soon after. */
  readonly ends: Day
  readonly image?: StackImage
}

const PACKAGES = ['libidn12', 'libidn11-dev', 'libidn-dev', 'libpq-dev', 'libicu-dev']

/** Packages: heroku/base-images:installed-packages-amd64.txt of each stack, and packages.ubuntu.com. */
const TABLE: Readonly<Record<string, Stack>> = {
  'heroku-26': {
    // Heroku has not named a day yet; Ubuntu 26.04 has five years.
    ends: '2031-04-30',
    image: { packages: PACKAGES, oldestRuby: '3.1' },
    source: 'heroku/base-images:README.md',
    seen: '2026-11-22'
  },
  'heroku-24': {
    ends: '2029-04-30',
    image: { libvips: '8.15.1', ffmpeg: '6.1.1', packages: PACKAGES, oldestRuby: '3.1' },
    source: 'Dev Center: stack',
    seen: '2026-11-22'
  },
  'heroku-22': {
    ends: '2027-04-30',
    image: { libvips: '8.12.1', ffmpeg: '4.4.2', oldestRuby: '3.1' },
    source: 'Dev Center: stack; freeCodeCamp/devdocs#2692',
    seen: '2026-11-22'
  },
  'heroku-20': {
    ends: '2025-04-30',
    image: { libvips: '8.9.1', ffmpeg: '4.2.7' },
    source: 'Dev Center: stack',
    seen: '2026-11-22'
  },
  'heroku-18': { ends: '2023-04-30', source: 'Heroku changelog 2583', seen: '2026-11-29' },
  'heroku-16': { ends: '2021-05-01', source: 'heroku/heroku-buildpack-static#214', seen: '2026-11-29' },
  'cedar-14': { ends: '2020-11-02', source: 'Heroku changelog 1603', seen: '2026-11-29' }
}

/** Names of the known stacks, the newest first. */
export const STACKS: readonly string[] = Object.keys(TABLE)

/** The stack to propose: if nothing names one, and instead of an old one. */
export const DEFAULT_STACK = 'heroku-24'

/**
 * How much longer a stack gets updates; undefined if it is not known here.
 * @param now milliseconds since 1970
 */
export function stackLife(stack: string, now: number): Life | undefined {
  const known = Object.hasOwn(TABLE, stack) ? TABLE[stack] : undefined
  return known && lifeUntil(known.ends, now)
}

/** Words to follow a stack's name: `ends on 2027-04-30`. No full stop. */
export function stackLifeInWords(life: Life): string {
  return life.state === 'ended' ? `${lifeInWords(life)}: it gets no security updates, and no build` : lifeInWords(life)
}

/** What is known of a stack's image; empty if nothing is. */
export function stackImage(stack: string | undefined): StackImage {
  return (stack !== undefined && Object.hasOwn(TABLE, stack) && TABLE[stack]?.image) || {}
}
