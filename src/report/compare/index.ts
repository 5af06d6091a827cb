import { type Report } from '../data.ts'
import { filesOf } from '../files.ts'
import { type VariantName } from '../page/data.ts'
import { componentOf, type Component } from './components.ts'
import { pairFiles, type Pair } from './pairs.ts'

export { type Pair } from './pairs.ts'

type ChangeKind = 'new' | 'gone' | 'grown' | 'shrunk'

/** Sizes are compressed bytes; `change` is the head's minus the base's. */
export interface ChangedComponent extends Component {
  readonly how: ChangeKind
  readonly change: number
  /** Versions of a gem or package, if the lock files have them. */
  readonly from?: string
  readonly to?: string
}

interface ChangedFile {
  readonly path: string
  readonly how: ChangeKind
  readonly change: number
  /** Its size now; 0 if it is gone. */
  readonly size: number
}

export interface Comparison {
  /** The compared variant: the head's chosen one. */
  readonly variant: VariantName
  readonly sizes: readonly { name: VariantName | 'streaming'; head: number; base: number | undefined }[]
  /** The change of that variant; undefined if the base does not have it: then the lists below are empty. */
  readonly change: number | undefined
  /** Largest change first. With `rest` and `shares` they add up to `change`. */
  readonly components: readonly ChangedComponent[]
  /** What is too small to be named, and the archive itself. */
  readonly rest: { readonly count: number; readonly change: number }
  /** The change of files that are as large as before, and share compressed blocks with others that are not. */
  readonly shares: number
  readonly files: readonly ChangedFile[]
  /** By layer name. */
  readonly layers: ReadonlyMap<string, number>
  /** Those with another commit or digest than in the base, and those that are new or gone. */
  readonly buildpacks: readonly { name: string; from: string | undefined; to: string | undefined }[]
  /** How many files only have another folder; they are not listed. */
  readonly moved: number
  readonly pairs: readonly Pair[]
}

/** Bytes: smaller changes are not named. */
const LEAST = 1_000

/** What changed between two reports. */
export function compareReports(head: Report, base: Report): Comparison {
  const variant = head.verdict.chosen
  const pairs = pairFiles(filesOf(head), filesOf(base))
  const [now, before] = [sizeOf(head.variants, variant), sizeOf(base.variants, variant)]
  const change = now === undefined || before === undefined ? undefined : now - before
  const common = { variant, sizes: sizesOf(head, base), change, buildpacks: changedBuildpacks(head, base), pairs }
  if (change === undefined) {
    return {
      ...common,
      components: [],
      rest: { count: 0, change: 0 },
      shares: 0,
      files: [],
      layers: new Map(),
      moved: 0
    }
  }
  const changed = changedComponents(pairs, variant)
  const shares = pairs.reduce((total, pair) => total + weightChange(pair, variant) - changeOf(pair, variant), 0)
  const named = changed.filter(component => Math.abs(component.change) >= LEAST)
  return {
    ...common,
    components: withVersions(named, head, base),
    rest: { count: changed.length - named.length, change: change - sum(named) - shares },
    shares,
    files: changedFiles(pairs, variant),
    layers: changedLayers(head, base, variant),
    moved: pairs.filter(pair => pair.how === 'moved' && pair.head[variant] !== undefined).length
  }
}

function sizeOf(variants: Report['variants'], name: VariantName): number | undefined {
  return variants.find(variant => variant.name === name)?.compressed
}

function sizesOf(head: Report, base: Report): Comparison['sizes'] {
  return [
    ...head.variants.map(({ name, compressed }) => ({ name, head: compressed, base: sizeOf(base.variants, name) })),
    ...(head.streaming
      ? [{ name: 'streaming' as const, head: head.streaming.compressed, base: base.streaming?.compressed }]
      : [])
  ]
}

/**
 * The change of a pair's own size. It is 0 for a file that moved or is as large as before: if it shares a compressed
 * block, its share changes with its neighbours.
 */
export function changeOf(pair: Pair, variant: VariantName): number {
  const { how, head, base } = pair
  const inBoth = head?.[variant] !== undefined && base?.[variant] !== undefined
  const same = inBoth && (how === 'moved' || (head.raw === base.raw && (head.shared || base.shared)))
  return same ? 0 : weightChange(pair, variant)
}

function weightChange({ head, base }: Pair, variant: VariantName): number {
  return (head?.[variant] ?? 0) - (base?.[variant] ?? 0)
}

/** The change of each component; a file counts for the one that it belongs to now. */
function changedComponents(pairs: readonly Pair[], variant: VariantName): ChangedComponent[] {
  const sums = new Map<string, { component: Component; now: number; change: number }>()
  for (const pair of pairs) {
    const component = componentOf((pair.head ?? pair.base).path)
    const key = `${component.kind} ${component.name}`
    const known = sums.get(key) ?? { component, now: 0, change: 0 }
    known.now += pair.head?.[variant] ?? 0
    known.change += changeOf(pair, variant)
    sums.set(key, known)
  }
  return [...sums.values()]
    .filter(({ change }) => change !== 0)
    .map(({ component, now, change }) => ({ ...component, how: kindOf(now, now - change), change }))
    .sort(largestFirst)
}

function kindOf(now: number, before: number): ChangeKind {
  if (before === 0) return 'new'
  if (now === 0) return 'gone'
  return now > before ? 'grown' : 'shrunk'
}

/** Adds versions. The lock files say better than the files whether something is new: its license may have been there before. */
function withVersions(components: readonly ChangedComponent[], head: Report, base: Report): ChangedComponent[] {
  const [now, before] = [versionsIn(head.dependencies), versionsIn(base.dependencies)]
  return components.map(component => {
    const { kind, name, change } = component
    const [from = [], to = []] = [before[kind]?.get(name), now[kind]?.get(name)]
    const added = from.length === 0 && to.length > 0 && change > 0
    return { ...component, how: added ? 'new' : component.how, ...versionsToTell(from, to) }
  })
}

/** Most versions to name: a lock file may have any number. */
const TOLD_VERSIONS = 4

/** If both sides have versions that the other does not have, only those; else all. */
function versionsToTell(from: readonly string[], to: readonly string[]): Pick<ChangedComponent, 'from' | 'to'> {
  const [left, come] = [from.filter(version => !to.includes(version)), to.filter(version => !from.includes(version))]
  const both = left.length > 0 && come.length > 0
  return { from: versionText(both ? left : from), to: versionText(both ? come : to) }
}

/** Versions by name. */
function versionsIn(
  dependencies: Report['dependencies']
): Partial<Record<Component['kind'], ReadonlyMap<string, string[]>>> {
  const [gem, packages] = [dependencies.gems, dependencies.packages].map(list => {
    const versions = new Map<string, string[]>()
    for (const [name, version] of list) {
      const known = versions.get(name)
      if (known) known.push(version)
      else versions.set(name, [version])
    }
    return versions
  })
  return { gem, package: packages }
}

function versionText(versions: readonly string[]): string | undefined {
  if (versions.length === 0) return undefined
  const more = versions.length - TOLD_VERSIONS
  return versions.slice(0, TOLD_VERSIONS).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function changedFiles(pairs: readonly Pair[], variant: VariantName): ChangedFile[] {
  return pairs
    .flatMap(pair => {
      const file = pair.head ?? pair.base
      const change = changeOf(pair, variant)
      if (Math.abs(change) < LEAST || file.name === '') return []
      const size = pair.head?.[variant] ?? 0
      return [{ path: file.path, how: kindOf(size, size - change), change, size }]
    })
    .sort(largestFirst)
}

function changedLayers(head: Report, base: Report, variant: VariantName): Map<string, number> {
  const weights = ({ variants }: Report): Map<string, number> =>
    new Map(variants.find(({ name }) => name === variant)?.layers.map(layer => [layer.name, layer.compressed]))
  const [now, before] = [weights(head), weights(base)]
  const names = new Set([...now.keys(), ...before.keys()])
  return new Map([...names].map(name => [name, (now.get(name) ?? 0) - (before.get(name) ?? 0)]))
}

function changedBuildpacks(head: Report, base: Report): Comparison['buildpacks'] {
  const versions = ({ layers }: Report): Map<string, string> =>
    new Map(layers.flatMap(({ name, buildpack }) => (buildpack ? [[name, buildpack.version ?? buildpack.sha256]] : [])))
  const [now, before] = [versions(head), versions(base)]
  const names = [...new Set([...now.keys(), ...before.keys()])]
  return names.map(name => ({ name, from: before.get(name), to: now.get(name) })).filter(({ from, to }) => from !== to)
}

function largestFirst(a: { change: number }, b: { change: number }): number {
  return Math.abs(b.change) - Math.abs(a.change)
}

function sum(list: readonly { change: number }[]): number {
  return list.reduce((all, { change }) => all + change, 0)
}
