import { type Sourced } from './fact.ts'

/** A dyno size. */
interface DynoSize extends Sourced {
  /** As Heroku writes it: `Standard-1X`. Heroku Scheduler takes no other capitals. */
  readonly name: string
  /** Bytes that a dyno may use before Heroku logs R14. */
  readonly memory: number
  /** Whether only apps in a Private or Shield Space can have it. */
  readonly isPrivate: boolean
}

const dyno = (name: string, megabytes: number): DynoSize => ({
  name,
  memory: megabytes * 1e6,
  isPrivate: /^(?:Private|Shield)-/.test(name),
  source: 'Dev Center: dyno-types; dyno-memory-behavior',
  seen: '2026-11-29'
})

/** The sizes that Performance, Private and Shield have, in megabytes. */
const LARGE = [
  ['M', 2_560],
  ['L', 14_336],
  ['L-RAM', 30_720],
  ['XL', 63_488],
  ['2XL', 129_024]
] as const
const PRIVATE = [['S', 1_024], ...LARGE] as const

const SIZES: readonly DynoSize[] = [
  dyno('Eco', 512),
  dyno('Basic', 512),
  dyno('Standard-1X', 512),
  dyno('Standard-2X', 1_024),
  ...LARGE.map(([name, memory]) => dyno(`Performance-${name}`, memory)),
  ...['Private', 'Shield'].flatMap(kind => PRIVATE.map(([name, memory]) => dyno(`${kind}-${name}`, memory)))
]

/** Names of all sizes. */
export const DYNO_SIZES: readonly string[] = SIZES.map(({ name }) => name)

/** A size by its name, with any capitals, as the Platform API takes it; undefined if there is none. */
export function dynoSize(name: string): DynoSize | undefined {
  return SIZES.find(size => size.name.toLowerCase() === name.toLowerCase())
}

/** The next size with more memory that the same app can have; undefined if there is none, or this one is not known. */
export function largerSize(name: string): string | undefined {
  const size = dynoSize(name)
  return size && SIZES.find(({ memory, isPrivate }) => memory > size.memory && isPrivate === size.isPrivate)?.name
}

/** Process types that no dyno is to run: heroku/ruby adds the first two (lib/language_pack/rails2.rb, rails4.rb). */
const NO_DYNOS = ['console', 'rake', 'release']

/**
 * The command that starts a dyno of each process type: `` `heroku ps:scale web=1 worker=1 --app my-app` ``; undefined if
 * there is none to start.
 * @param types that the app's formation has: Heroku knows no others
 */
export function startDynos(app: string, types: readonly string[]): string | undefined {
  const wanted = types.filter(type => !NO_DYNOS.includes(type)).map(type => `${type}=1`)
  return wanted.length === 0 ? undefined : `\`heroku ps:scale ${wanted.join(' ')} --app ${app}\``
}

/** Most one-off dynos of an app that run at once, by the tier of their size. */
export const ONE_OFFS_AT_ONCE: Sourced & { readonly most: Readonly<Record<string, number>> } = {
  most: { Eco: 1, Basic: 50, Standard: 50, Performance: 5, Private: 5, Shield: 5 },
  source: 'Dev Center: dyno-scaling-and-process-limits#concurrent-one-off-dyno-limits',
  seen: '2026-11-29'
}
