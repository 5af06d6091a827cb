import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { inPackOrder, type SlugFile } from './files.ts'
import { chooseVariant, type ChosenSlug, type FfmpegChoice, type FfmpegVariant } from './gate.ts'
import { measure, type Measured } from './measure.ts'
import { type Packer } from './pack.ts'
import { trim, type PossibleRule, type Trimmed, type TrimRule } from './trim.ts'
import { type FfmpegVariants } from './variants.ts'

/** What `weigh` needs. */
export interface WeighOptions {
  readonly variants: FfmpegVariants
  readonly packer: Packer
  readonly choice: FfmpegChoice
  /** Whether so many bytes are within the limit. */
  readonly fits: (bytes: number) => boolean
  /** ffmpeg was run and worked, or was not run. */
  readonly ffmpegWorks: boolean
  /** The rules that are applied. */
  readonly applied: readonly TrimRule[]
  /** The rules that are measured if none is applied. */
  readonly offered: readonly TrimRule[]
  /** Rules that are never applied on their own: it is measured what each would save on top. */
  readonly possible: readonly PossibleRule[]
  /** The chosen slug is written here. */
  readonly output: string
}

interface WeighedSlug {
  readonly name: FfmpegVariant
  readonly sha256: string
  readonly measured: Measured
}

interface Saving<Rule extends TrimRule = TrimRule> {
  readonly rule: Rule
  /** Names, and their bytes uncompressed. */
  readonly files: number
  readonly raw: number
  /** Compressed bytes: measured by packing the slug with and without them. */
  readonly saves: number
}

/** The packed slugs, the chosen one, and what trimming saves on it. */
export interface Weighed {
  readonly slugs: readonly WeighedSlug[]
  readonly chosen: ChosenSlug
  readonly savings: readonly Saving[]
  /** What else could go. */
  readonly possible: readonly Saving<PossibleRule>[]
  /** The chosen slug before and after trimming, in compressed bytes. */
  readonly before: number
  readonly after: number
}

/** Trims, packs and measures each variant, picks one and writes it, then measures what each rule saves on it. Throws what `Packer.pack` throws. */
export async function weigh(options: WeighOptions): Promise<Weighed> {
  const { variants, packer, choice, fits, ffmpegWorks, applied, output } = options
  const folder = path.dirname(output)
  const made = (['with', 'without'] as const).flatMap(name => {
    const files = variants[name]
    return files ? [{ name, files: inPackOrder(files), packed: path.join(folder, `.slug-${name}.tgz`) }] : []
  })
  try {
    const packed = await packer.pack(made.map(one => ({ files: trim(one.files, applied).kept, output: one.packed })))
    const slugs = packed.map((slug, i) => ({ name: made[i]!.name, sha256: slug.sha256!, measured: measure(slug) }))
    const sizeOf = (name: FfmpegVariant): number | undefined =>
      slugs.find(slug => slug.name === name)?.measured.total.compressed
    const chosen = chooseVariant(choice, { with: sizeOf('with'), without: sizeOf('without') }, fits, ffmpegWorks)
    const taken = made.find(({ name }) => name === chosen.variant)!
    await rename(taken.packed, output)
    return { slugs, chosen, ...(await measureSavings(options, taken.files, chosen.bytes)) }
  } finally {
    for (const one of made) await rm(one.packed, { force: true })
  }
}

type Savings = Pick<Weighed, 'savings' | 'possible' | 'before' | 'after'>

/** Every saving is packed: what two rules save together is not the sum of what each saves. */
async function measureSavings(
  { packer, applied, offered, possible }: WeighOptions,
  files: readonly SlugFile[],
  bytes: number
): Promise<Savings> {
  const rules = applied.length > 0 ? applied : offered
  const kept = trim(files, rules).kept
  const each = matching(files, rules)
  const more = matching(kept, possible)
  const jobs = [files, kept, ...each.map(found => found.kept), ...more.map(found => found.kept)]
  const packed = await packer.pack(jobs.map(job => ({ files: job })))
  const [before, after, ...sizes] = packed.map(slug => slug.bytes) as [number, number, ...number[]]
  if ((applied.length > 0 ? after : before) !== bytes) throw new Error('packing the same files twice gave two sizes')
  return {
    savings: each.map((found, i) => saving(found, before - sizes[i]!)),
    possible: more.map((found, i) => saving(found, after - sizes[each.length + i]!)),
    before,
    after
  }
}

interface Found<Rule extends TrimRule> extends Trimmed {
  readonly rule: Rule
}

/** The rules that take something away from these files. */
function matching<Rule extends TrimRule>(files: readonly SlugFile[], rules: readonly Rule[]): Found<Rule>[] {
  return rules.map(rule => ({ rule, ...trim(files, [rule]) })).filter(({ gone }) => gone.length > 0)
}

function saving<Rule extends TrimRule>({ rule, gone }: Found<Rule>, saves: number): Saving<Rule> {
  return { rule, files: gone.length, raw: gone.reduce((sum, { size }) => sum + size, 0), saves }
}
