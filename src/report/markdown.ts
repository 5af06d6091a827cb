import { megabytes } from '../runtime/index.ts'
import { type Report, type ReportVariant } from './data.ts'

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

/** The report for people: the verdict first, then the figures. Everything that others named is escaped. */
export function renderMarkdown(report: Report): string {
  return [
    `## ${headline(report)}`,
    ...explanation(report),
    variantTable(report),
    ...section('ffmpeg', ffmpegLines(report)),
    ...section('Ways back under the limit', waysBack(report)),
    ...section('Where the bytes are', [layerTable(report), directoryTable(report), fileTable(report)]),
    ...section('What could go', [trimTable(report)]),
    ...section('Worth a look', report.warnings.map(warning => `- ${escape(warning)}`).join('\n') || []),
    footer(report)
  ]
    .filter(block => block !== '')
    .join('\n\n')
    .concat('\n')
}

/** One line: the status in words, the size, the limit, what is left. */
export function headline({ verdict }: Report): string {
  const { compressed, limit, withinLimit, problem } = verdict
  const share = `${megabytes(compressed)} of ${megabytes(limit)} (${percent(compressed, limit)})`
  if (!withinLimit) return `Over the limit: ${share}, ${megabytes(compressed - limit)} too much`
  if (problem !== undefined) return `Not fit to ship: ${escape(problem)}. Size: ${share}`
  return `Within the limit: ${share}, ${megabytes(limit - compressed)} left`
}

function explanation({ verdict, ffmpeg, variants }: Report): string[] {
  const withFfmpeg = variants.find(({ name }) => name === 'with')
  if (!ffmpeg.givenUp || !withFfmpeg) return [`This is the slug **${title(verdict.chosen)}**.`]
  const why =
    withFfmpeg.compressed > verdict.limit
      ? `with it the slug would be ${megabytes(withFfmpeg.compressed)}, ${megabytes(withFfmpeg.compressed - verdict.limit)} over the limit`
      : 'the one in this build does not start'
  return [
    `> [!WARNING]\n> This is the slug **without ffmpeg**: \`ffmpeg: auto\` left it out, since ${why}. An instance without ffmpeg:\n` +
      WITHOUT_FFMPEG.map(line => `> - ${line}`).join('\n')
  ]
}

function title(name: ReportVariant['name']): string {
  return `${name} ffmpeg`
}

function variantTable({ variants, verdict, heroku }: Report): string {
  const rows = variants.map(({ name, compressed, raw, files }) => {
    const fits = compressed <= verdict.limit
    const status = [fits ? 'fits' : 'too large', name === verdict.chosen ? 'chosen' : ''].filter(Boolean).join(', ')
    const cells = [
      title(name),
      megabytes(compressed),
      percent(compressed, verdict.limit),
      megabytes(raw),
      number(files),
      status
    ]
    return fits ? cells : cells.map(cell => `**${cell}**`)
  })
  return (
    table(['Slug', 'Compressed', 'Of the limit', 'Unpacked', 'Files', 'Status'], rows, '-rrrr-') +
    `\n\nHeroku itself warns from ${heroku.warnsAt / 1e6} MB on and stops at ${heroku.stopsAt / 1e9} GB.`
  )
}

function ffmpegLines({ ffmpeg, variants }: Report): string {
  const lines: string[] = []
  if (ffmpeg.providers.length === 0) {
    lines.push('Nothing in this build brings ffmpeg. Set `ffmpeg: with` to have it added.')
  } else lines.push(`It comes from ${ffmpeg.providers.map(code).join(', ')}.`)
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
  const without = variants.find(({ name }) => name === 'without')
  const how = without && DERIVATIONS[without.derivation]
  if (how && ffmpeg.providers.length > 0) lines.push(`The slug without it was ${how}.`)
  return lines.map(line => `- ${line}`).join('\n')
}

const DERIVATIONS: Record<ReportVariant['derivation'], string | undefined> = {
  built: undefined,
  subtracted: 'derived from the same build: the files of that step are left out',
  'apt-again': 'derived from the same build: only the apt step ran again, without ffmpeg in the Aptfile',
  'built-again': 'built a second time, since other steps wrote over the files of that one'
}

/** The cheapest first: what costs nothing at run time, then what costs a dyno, then what costs a feature. */
function waysBack({ verdict, trim, variants }: Report): string[] {
  if (verdict.withinLimit) return []
  const lines: string[] = []
  const fits = (after: number): string =>
    after <= verdict.limit ? 'it fits then' : `still ${megabytes(after - verdict.limit)} over`
  const saved = trim.before - trim.after
  if (!trim.applied && saved > 0) lines.push(`\`slug.trim: safe\` saves ${megabytes(saved)}; ${fits(trim.after)}.`)
  const without = variants.find(({ name }) => name === 'without')
  if (verdict.chosen === 'with' && without) {
    lines.push(
      `\`ffmpeg: auto\` or \`without\` saves ${megabytes(verdict.compressed - without.compressed)}; ${fits(without.compressed)}. An instance without ffmpeg cannot take video, audio or animated GIFs.`
    )
  }
  const chosen = variants.find(({ name }) => name === verdict.chosen)
  const nodeModules = chosen?.directories.find(({ path }) => path === 'node_modules')
  if (nodeModules) {
    lines.push(
      `An app of its own for streaming (\`streaming-app\`) lets \`slug.trim: safe\` drop \`node_modules\` from this one: about ${megabytes(nodeModules.compressed)} (its share; an estimate).`
    )
  }
  lines.push(`A higher \`slug.limit\`: Heroku warns from 300 MB on, that booting may be slow, and stops at 1 GB.`)
  return [lines.map((line, i) => `${i + 1}. ${line}`).join('\n')]
}

function layerTable({ variants, verdict, layers }: Report): string {
  const chosen = variants.find(({ name }) => name === verdict.chosen)!
  const rows = chosen.layers.map(({ name, compressed, raw, files }) => {
    const layer = layers.find(other => other.name === name)
    const version = layer?.buildpack?.version?.slice(0, 12) ?? layer?.buildpack?.sha256.slice(0, 12)
    const seconds = layer?.buildpack ? `${(layer.milliseconds / 1_000).toFixed(1)} s` : ''
    return [code(name), megabytes(compressed), megabytes(raw), number(files), seconds, version ? code(version) : '']
  })
  return table(['Layer', 'Compressed', 'Unpacked', 'Files', 'Time', 'Version'], rows, '-rrrr-')
}

const SHOWN_DIRECTORIES = 15
const SHOWN_FILES = 10

function directoryTable({ variants, verdict }: Report): string {
  const chosen = variants.find(({ name }) => name === verdict.chosen)!
  const rows = chosen.directories
    .filter(({ path }) => path.split('/').length <= 2)
    .slice(0, SHOWN_DIRECTORIES)
    .map(({ path, compressed, raw, files }) => [
      code(path),
      megabytes(compressed),
      percent(compressed, chosen.compressed),
      megabytes(raw),
      number(files)
    ])
  return rows.length === 0
    ? ''
    : details(
        'Largest directories',
        table(['Directory', 'Compressed', 'Of the slug', 'Unpacked', 'Files'], rows, '-rrrr')
      )
}

function fileTable({ variants, verdict }: Report): string {
  const chosen = variants.find(({ name }) => name === verdict.chosen)!
  const rows = chosen.largestFiles
    .slice(0, SHOWN_FILES)
    .map(({ path, compressed, raw, shared }) => [
      code(path),
      `${shared ? '≈ ' : ''}${megabytes(compressed)}`,
      megabytes(raw)
    ])
  return rows.length === 0 ? '' : details('Largest files', table(['File', 'Compressed', 'Unpacked'], rows, '-rr'))
}

function trimTable({ trim }: Report): string {
  const rules = trim.rules.filter(({ files }) => files > 0)
  if (rules.length === 0) return ''
  const saved = megabytes(trim.before - trim.after)
  const lead = trim.applied
    ? `Trimming took ${saved} off this slug (${megabytes(trim.before)} before; measured).`
    : `\`slug.trim: safe\` would take ${saved} off this slug (measured).`
  const rows = rules.map(({ name, files, raw, saves, why }) => [
    code(name),
    number(files),
    megabytes(raw),
    megabytes(saves),
    escape(why)
  ])
  return `${lead}\n\n${table(['What', 'Files', 'Unpacked', 'Saves', 'Why it may go'], rows, '-rrr-')}`
}

function footer({ source, stack, place, processTypes, tool, createdAt }: Report): string {
  const version = source.mastodonVersion ? `Mastodon ${escape(source.mastodonVersion)}, ` : ''
  const where =
    place.kind === 'container' ? `in a container of ${code(place.buildImage ?? '')}` : 'on the runner itself'
  const types = Object.entries(processTypes).map(([type, command]) => `- ${code(type)}: ${code(command)}`)
  return (
    details('Process types', types.join('\n')) +
    `\n\n<sub>${version}commit ${code(source.commit.slice(0, 12))} (${code(source.ref)}), stack ${code(stack)}, built ${where} by ${tool.name} ${escape(tool.version)}, ${createdAt}. MB = 10<sup>6</sup> bytes.</sub>`
  )
}

function section(name: string, content: string | readonly string[]): string[] {
  const blocks = (typeof content === 'string' ? [content] : content).filter(block => block !== '')
  return blocks.length === 0 ? [] : [`### ${name}`, ...blocks]
}

function details(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`
}

/** `align`: one character a column, `r` for numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[], align: string): string {
  const rule = [...align].map(side => (side === 'r' ? '--:' : '---'))
  return [head, rule, ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** Text of others inside Markdown and HTML: nothing in it is markup, a mention, a link, or ends a table cell. */
export function escape(hostile: string): string {
  return (
    hostile
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .replace(/[&<>"'`*_~|\\[\]()!:$]/g, character => `&#${character.charCodeAt(0)};`)
      // GitHub looks for mentions and issue numbers after it has decoded entities; a space without width stops it.
      .replace(/[@#](?!\d+;)/g, character => `${character}&#8203;`)
  )
}

function code(hostile: string): string {
  return `<code>${escape(hostile)}</code>`
}
