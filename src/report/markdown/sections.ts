import { signedSize, numberText, shareText, sizeText } from '../../runtime/index.ts'
import { code, details, escape, snippet, table, judgeSize } from '../../verdict/index.ts'
import { type Report, type ReportVariant } from '../data.ts'
import { foldersOf, largestFiles } from '../files.ts'
import { type Told } from './told.ts'

/**
 * What an instance without ffmpeg cannot do (mastodon/mastodon: lib/paperclip/transcoder.rb, image_extractor.rb,
 * vips_lazy_thumbnail.rb, app/lib/video_metadata_extractor.rb; mastodon/mastodon#31641).
 */
export const WITHOUT_FFMPEG = [
  'uploads of video, audio and animated GIFs fail with an error, although the app goes on offering them',
  'remote video, audio and animated GIFs are not cached; they show as links',
  'animated avatars, headers and custom emoji cannot be made smaller',
  'still pictures, posts, timelines, federation and streaming work as ever'
]

/** What brings ffmpeg, whether it works, how the slug without it was made. */
export function ffmpegLines({ ffmpeg, variants }: Report): string {
  const lines: string[] = []
  const without = variants.find(({ name }) => name === 'without')
  if (ffmpeg.providers.length === 0) {
    lines.push('No slug of this build has ffmpeg. Set `ffmpeg: with` to have it added.')
  } else lines.push(`It comes from ${ffmpeg.providers.map(stepName).join(', ')}.`)
  lines.push(...programLines(ffmpeg.programs ?? [], without !== undefined))
  const { check } = ffmpeg
  if (check) {
    if (check.works) lines.push(`It starts and made an mp4 of an animated GIF: ${code(check.version ?? 'ffmpeg')}.`)
    else lines.push(`**It does not work**: ${escape(check.problem ?? 'for an unknown reason')}.`)
    if (check.encoders.length > 0)
      lines.push(`Of the encoders that Mastodon asks for it has ${check.encoders.map(code).join(', ')}.`)
    if (check.mended.length > 0) {
      lines.push(
        `It did not start as it came: ${check.mended.map(code).join(', ')} had to be put on the library path, which a script in \`.profile.d\` now does.`
      )
    }
  }
  const how = without && DERIVATIONS[without.derivation]
  if (how && ffmpeg.providers.length > 0) lines.push(`The slug without it was ${how}.`)
  return lines.map(line => `- ${line}`).join('\n')
}

/** The layer of the commit is called `source` (src/buildpacks/build.ts). */
function stepName(layer: string): string {
  return layer === 'source' ? 'the commit itself' : code(layer)
}

const SHOWN_PROGRAMS = 10

/** One line for each executable called ffmpeg: whether a dyno finds it, and whether it stays. */
function programLines(programs: NonNullable<Report['ffmpeg']['programs']>, hasWithout: boolean): string[] {
  const lines = programs.slice(0, SHOWN_PROGRAMS).map(({ path, layer, onPath, inPackage, stays }) => {
    const fixed = stays && !(inPackage && !onPath) && !hasWithout ? '. **It cannot be taken out**' : ''
    return `${code(path)} (${stepName(layer)}) ${whoFinds(onPath, inPackage)}${fixed}.`
  })
  if (programs.length > SHOWN_PROGRAMS) lines.push(`There are ${programs.length - SHOWN_PROGRAMS} more of that name.`)
  return lines
}

function whoFinds(onPath: boolean, inPackage: boolean): string {
  if (onPath) return 'is on the PATH of the dynos'
  return inPackage
    ? 'is not on the PATH, and only the package or buildpack that it belongs to calls it'
    : 'is not on the PATH: Mastodon finds it only if the config var `FFMPEG_BINARY` names it'
}

const DERIVATIONS: Record<ReportVariant['derivation'], string | undefined> = {
  built: undefined,
  subtracted: 'derived from the same build: the files of that step are left out',
  'apt-again': 'derived from the same build: only the apt step ran again, without ffmpeg in the Aptfile',
  'built-again': 'built a second time, since other steps wrote over the files of that one',
  programs: "derived from the same build: ffmpeg's own programs are left out; what else those steps brought stays"
}

/** Bytes: smaller savings are not worth a line. */
const WORTH_NAMING = 1_000_000

/** Ways to get under the limit, as a list; empty if the slug fits. */
export function waysBack(report: Report, withReasons: boolean): string {
  const { verdict, trim, variants, heroku } = report
  if (judgeSize(verdict.compressed, verdict.limit).fits) return ''
  const lines: string[] = []
  const fits = (after: number): string => {
    const judged = judgeSize(after, verdict.limit)
    return judged.fits ? 'it fits then' : `still ${sizeText(-judged.left)} over`
  }
  const saved = trim.before - trim.after
  if (!trim.applied && saved > 0) lines.push(`\`slug.trim: safe\` saves ${sizeText(saved)}; ${fits(trim.after)}.`)
  const without = variants.find(({ name }) => name === 'without')
  if (verdict.chosen === 'with' && without) {
    lines.push(
      `\`ffmpeg: auto\` or \`without\` saves ${sizeText(verdict.compressed - without.compressed)}; ${fits(without.compressed)}. An instance without ffmpeg cannot take video, audio or animated GIFs.`
    )
  }
  if (verdict.chosen === 'with' && !without) {
    lines.push(
      'ffmpeg cannot be taken out of this build as it is (see ffmpeg below); named in `.slugignore` or `slug.trim` it goes.'
    )
  }
  // In somebody else's report only the name is shown, as code.
  for (const { name, why, setting, saves } of largestFirst(trim.possible)) {
    if (saves < WORTH_NAMING) continue
    const what = withReasons ? snippet(setting) : code(name)
    lines.push(`${what} saves ${sizeText(saves)}; ${fits(trim.after - saves)}.${withReasons ? ` ${escape(why)}` : ''}`)
  }
  lines.push(
    `A higher \`slug.limit\`: Heroku warns from ${heroku.warnsAt / 1e6} MB on, that booting may be slow, and stops at ${heroku.stopsAt / 1e9} GB.`
  )
  return lines.map((line, i) => `${i + 1}. ${line}`).join('\n')
}

/** The chosen slug by layer, each with its change if that is known. */
export function layerTable({ report: { variants, verdict, layers }, comparison }: Told): string {
  const chosen = variants.find(({ name }) => name === verdict.chosen)!
  const changes = comparison?.layers
  const compared = changes !== undefined && changes.size > 0
  const rows = chosen.layers.map(({ name, compressed, raw, files }) => {
    const layer = layers.find(other => other.name === name)
    const version = layer?.buildpack?.version?.slice(0, 12) ?? layer?.buildpack?.sha256.slice(0, 12)
    const seconds = layer?.buildpack ? `${(layer.milliseconds / 1_000).toFixed(1)} s` : ''
    return [
      code(name),
      sizeText(compressed),
      ...(compared ? [signedSize(changes.get(name) ?? 0)] : []),
      sizeText(raw),
      numberText(files),
      seconds,
      version ? code(version) : ''
    ]
  })
  const gone = [...(changes ?? [])].filter(([name, change]) => change < 0 && !chosen.layers.some(l => l.name === name))
  for (const [name, change] of gone) rows.push([code(name), 'gone', signedSize(change), '', '', '', ''])
  const head = ['Layer', 'Compressed', ...(compared ? ['Change'] : []), 'Unpacked', 'Files', 'Time', 'Version']
  return table(head, rows, compared ? '-rrrrr-' : '-rrrr-')
}

const SHOWN_DIRECTORIES = 15
const SHOWN_FILES = 10

export function directoryTable(report: Report): string {
  const chosen = report.variants.find(({ name }) => name === report.verdict.chosen)!
  const rows = foldersOf(report, chosen.name)
    .filter(({ path }) => path.split('/').length <= 2)
    .slice(0, SHOWN_DIRECTORIES)
    .map(({ path, compressed, raw, files }) => [
      code(path),
      sizeText(compressed),
      shareText(compressed, chosen.compressed),
      sizeText(raw),
      numberText(files)
    ])
  return rows.length === 0 ? '' : table(['Directory', 'Compressed', 'Of the slug', 'Unpacked', 'Files'], rows, '-rrrr')
}

export function fileTable(report: Report): string {
  const { chosen } = report.verdict
  const rows = largestFiles(report, chosen, SHOWN_FILES).map(file => [
    code(file.path),
    `${file.shared ? '≈ ' : ''}${sizeText(file[chosen] ?? 0)}`,
    sizeText(file.raw)
  ])
  return rows.length === 0 ? '' : table(['File', 'Compressed', 'Unpacked'], rows, '-rr')
}

/**
 * What trimming took out, what it left in and why, and what else could go.
 * @param withReasons whether the report's own sentences are shown; not if somebody else may have written them
 */
export function trimTable(trim: Report['trim'], withReasons: boolean): string {
  const rules = trim.rules.filter(({ files }) => files > 0)
  const possible = largestFirst(trim.possible)
  const saved = sizeText(trim.before - trim.after)
  const lead = trim.applied
    ? `Trimming took ${saved} off this slug (${sizeText(trim.before)} before; measured).`
    : `\`slug.trim: safe\` would take ${saved} off this slug (measured).`
  const row = ({ name, files, raw, saves }: (typeof rules)[number]): string[] => [
    code(name),
    numberText(files),
    sizeText(raw),
    sizeText(saves)
  ]
  const head = ['What', 'Files', 'Unpacked', 'Saves']
  const why = withReasons ? ['Why it may go'] : []
  const taken =
    rules.length === 0
      ? ''
      : `${lead}\n\n${table(
          [...head, ...why],
          rules.map(rule => [...row(rule), ...(withReasons ? [escape(rule.why)] : [])]),
          withReasons ? '-rrr-' : '-rrr'
        )}`
  const more =
    possible.length === 0
      ? ''
      : `What could go on top, each measured alone:\n\n${table(
          [...head, ...(withReasons ? ['What it is', 'How'] : [])],
          possible.map(rule => [...row(rule), ...(withReasons ? [escape(rule.why), snippet(rule.setting)] : [])]),
          withReasons ? '-rrr--' : '-rrr'
        )}`
  return [taken, withReasons ? leftInLines(trim.leftIn ?? []) : '', more].filter(Boolean).join('\n\n')
}

/** Rules by what they save. */
function largestFirst<Rule extends { readonly saves: number }>(rules: readonly Rule[] = []): Rule[] {
  return rules.toSorted((a, b) => b.saves - a.saves)
}

function leftInLines(leftIn: NonNullable<Report['trim']['leftIn']>): string {
  return leftIn.map(({ name, why }) => `- ${code(name)} was left in: ${escape(why)}.`).join('\n')
}

const SHOWN_POINTS = 10

/** The last sizes of the base branch, and then this one. */
export function trendTable({ history, report, repositoryUrl }: Told): string {
  const { verdict } = report
  const points = history.filter(({ commit }) => commit !== report.source.commit).slice(-SHOWN_POINTS)
  if (points.length === 0) return ''
  const sizes = [...points.map(point => point[verdict.chosen]), verdict.compressed]
  const rows = points.map((point, i) => {
    const [now, before] = [sizes[i], sizes[i - 1]]
    return [
      commitLink(point.commit, repositoryUrl),
      point.at.slice(0, 10),
      escape(point.mastodonVersion ?? ''),
      now === undefined ? '' : sizeText(now),
      now === undefined || before === undefined ? '' : signedSize(now - before)
    ]
  })
  const last = sizes.at(-2)
  rows.push([
    'this one',
    report.createdAt.slice(0, 10),
    escape(report.source.mastodonVersion ?? ''),
    sizeText(verdict.compressed),
    last === undefined ? '' : signedSize(verdict.compressed - last)
  ])
  return table(['Commit', 'Date', 'Mastodon', `Size ${verdict.chosen} ffmpeg`, 'Change'], rows, '---rr')
}

export function commitLink(commit: string, repositoryUrl: string | undefined): string {
  const short = `\`${commit.slice(0, 8)}\``
  return repositoryUrl === undefined ? short : `[${short}](${repositoryUrl}/commit/${commit})`
}

export function processTypes(types: Report['processTypes']): string {
  const rows = Object.entries(types)
  return rows.map(([type, command]) => `- ${code(type)}: ${code(command)}`).join('\n')
}

const SHOWN_WARNINGS = 10
const LONGEST_WARNING = 400

/** The first warnings, shortened: the log has all. */
export function warningLines(warnings: Report['warnings']): string {
  const lines = warnings.slice(0, SHOWN_WARNINGS).map(warning => {
    const text = [...warning].slice(0, LONGEST_WARNING).join('')
    return `- ${escape(text)}${text === warning ? '' : '…'}`
  })
  if (warnings.length > SHOWN_WARNINGS) lines.push(`- ${warnings.length - SHOWN_WARNINGS} more are in the log.`)
  return lines.join('\n')
}

/** Content folded under a title; empty if the content is. */
export function folded(title: string, content: string, open = false): string {
  return content === '' ? '' : details(title, content, open)
}
