import { createHash } from 'node:crypto'
import { type PageCommit, type PageData, type PageVariant, type VariantName } from './data.ts'
import { judgeSize, roomText } from '../../verdict/size.ts'
import { isGood, numberText, shareText, shown, short, signedSize, sizeText, verdict } from './words.ts'

/**
 * The report's page as one HTML file. Its Content-Security-Policy allows only this script and this style, by their hashes,
 * and loads nothing. What needs no script is plain HTML; the script fills the rest from the data. Every text of others is
 * escaped.
 */
export function renderPage(data: PageData, parts: { script: string; style: string }): string {
  if (/<\/(?:script|style)|<!--/i.test(parts.script + parts.style)) throw new Error('The script would end its element')
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(parts.script)}`,
    `style-src ${hashSource(parts.style)}`,
    "base-uri 'none'",
    "form-action 'none'"
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escape(data.title)}: slug size</title>
<style>${parts.style}</style>
</head>
<body>
${header(data)}
<main>
${explorer(data)}
${sizes(data)}
${HISTORY}
</main>
<footer>
<p>Made by ${escape(data.tool)}. MB are 10<sup>6</sup> bytes. Sizes are compressed bytes of the slug; a file that shares a compressed block with others has its share of it by raw bytes, and no change while it is as large as before.</p>
</footer>
<script type="application/json" id="data">${json(data)}</script>
<script>${parts.script}</script>
</body>
</html>
`
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** JSON for a script element, which no text in it can end. */
function json(data: PageData): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}

/** Text of others for an element or a quoted attribute. */
function escape(hostile: string): string {
  return shown(hostile).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

function header(data: PageData): string {
  const { title, stack, head, base, variants } = data
  return `<header>
<p class="kind">Slug size report</p>
<h1><bdi>${escape(title)}</bdi></h1>
${variants.map(variant => verdictOf(data, variant)).join('\n')}
<dl class="facts">
${commitFact('Measured', head)}
${base ? commitFact('Compared with', base) : '<div><dt>Compared with</dt><dd>nothing: there is no report of a base</dd></div>'}
<div><dt>Stack</dt><dd>${escape(stack)}</dd></div>
</dl>
</header>`
}

/** The verdict on one variant. The script shows the selected variant's; without script the chosen one's is shown. */
function verdictOf(data: PageData, variant: PageVariant): string {
  const { chosen, variants } = data
  const { name } = variant
  const told = `Slug ${name} ffmpeg${name === chosen ? ', the one that was chosen' : ''}`
  return `<div class="verdict ${isGood(data, variant) ? 'within' : 'over'}" data-variant="${name}"${name === chosen ? '' : ' hidden'}>
${variants.length > 1 ? `<p class="of">${told}</p>\n` : ''}<p class="words">${escape(verdict(data, variant))}</p>
${bar(data, variant)}
</div>`
}

/** A bar of the size with marks for the limit, for Heroku's warning, and for Heroku's limit if that is near. */
function bar({ limit, warnsAt, stopsAt }: PageData, { compressed, base }: PageVariant): string {
  const end = Math.max(limit, compressed, warnsAt, base ?? 0) * 1.04
  const at = (bytes: number) => `${((100 * bytes) / end).toFixed(2)}%`
  const marks = [
    ...(limit === warnsAt ? [] : [{ bytes: limit, name: 'limit' }]),
    { bytes: warnsAt, name: limit === warnsAt ? 'limit, Heroku warns' : 'Heroku warns' },
    ...(stopsAt <= end && stopsAt !== limit ? [{ bytes: stopsAt, name: 'Heroku stops' }] : [])
  ]
  const was = `before ${sizeText(base ?? 0)}`
  // One line for each name: the marks may be close together.
  const names = marks.map(({ bytes, name }) => `${name} ${sizeText(bytes)}`)
  return `<svg class="bar" role="img" aria-label="${escape(`${sizeText(compressed)} of ${names.join(', ')}${base === undefined ? '' : `; ${was}`}`)}" width="100%" height="${20 + 16 * marks.length}">
<rect class="track" width="100%" height="16" rx="3"/><rect class="fill" width="${at(compressed)}" height="16" rx="3"/>
${base === undefined ? '' : `<line class="before" x1="${at(base)}" x2="${at(base)}" y1="0" y2="16"><title>${was}</title></line>\n`}${marks
    .map(
      ({ bytes }, index) =>
        `<line class="mark" x1="${at(bytes)}" x2="${at(bytes)}" y1="0" y2="${22 + 16 * index}"/><text x="${at(bytes)}" y="${32 + 16 * index}" text-anchor="end">${escape(names[index]!)}</text>`
    )
    .join('\n')}
</svg>`
}

function commitFact(name: string, { commit, ref, createdAt, mastodonVersion }: PageCommit): string {
  const version = mastodonVersion === undefined ? '' : `, Mastodon ${escape(mastodonVersion)}`
  const time = `<time datetime="${escape(createdAt)}">${escape(createdAt.slice(0, 16).replace('T', ' '))}</time>`
  return `<div><dt>${name}</dt><dd><bdi>${escape(ref)}</bdi> at <code>${escape(short(commit))}</code>${version}, ${time}</dd></div>`
}

function sizes(data: PageData): string {
  const { variants, streaming, limit, chosen } = data
  const compared = variants.some(({ base }) => base !== undefined)
  const slugs = variants.map(slug => ({
    ...slug,
    title: `${slug.name} ffmpeg${slug.name === chosen ? ' (chosen)' : ''}`
  }))
  const rows = [...slugs, ...(streaming ? [{ ...streaming, title: 'streaming app' }] : [])].map(
    ({ title, compressed, raw, files, base }) =>
      `<tr><th scope="row">${title}</th>${cells([
        sizeText(compressed),
        shareText(compressed, limit),
        ...(compared ? [base === undefined ? '–' : signedSize(compressed - base)] : []),
        roomText(judgeSize(compressed, limit)),
        sizeText(raw),
        numberText(files)
      ])}</tr>`
  )
  return `<section aria-labelledby="sizes">
<h2 id="sizes">Sizes</h2>
<div class="wide" role="region" aria-labelledby="sizes" tabindex="0">
<table>
<thead><tr><th scope="col">Slug</th>${heads(['Compressed', 'Of the limit', ...(compared ? ['Change'] : []), 'Room', 'Unpacked', 'Files'])}</tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
</div>
<h3 id="layers">Layers</h3>
<div class="wide" role="region" aria-labelledby="layers" tabindex="0">
<table>
<thead><tr><th scope="col">Layer</th>${heads(variants.flatMap(({ name }) => [`${name} ffmpeg`, 'Share']))}</tr></thead>
<tbody>${layerRows(data).join('\n')}</tbody>
</table>
</div>
</section>`
}

function layerRows({ layers, variants, files }: PageData): string[] {
  const sums = variants.map(({ name }) => layerSums(files.layer, files[name], layers.length))
  return layers
    .map((layer, index) => ({ layer, weights: sums.map(sum => sum[index]!) }))
    .sort((a, b) => b.weights[0]! - a.weights[0]!)
    .map(
      ({ layer, weights }) =>
        `<tr><th scope="row"><bdi>${escape(layer)}</bdi></th>${cells(
          weights.flatMap((weight, at) => [sizeText(weight), shareText(weight, variants[at]!.compressed)])
        )}</tr>`
    )
}

function layerSums(layer: readonly number[], column: PageData['files'][VariantName], count: number): number[] {
  const sums = new Array<number>(count).fill(0)
  column.forEach((size, row) => {
    sums[layer[row]!]! += size ?? 0
  })
  return sums
}

function heads(names: readonly string[]): string {
  return names.map(name => `<th scope="col" class="number">${name}</th>`).join('')
}

function cells(texts: readonly string[]): string {
  return texts.map(text => `<td class="number">${text}</td>`).join('')
}

/** The parts that the script fills and shows. */
function explorer({ variants, chosen }: PageData): string {
  const variant = (name: VariantName) =>
    `<label><input type="radio" name="variant" value="${name}"${name === chosen ? ' checked' : ''}>${name}</label>`
  return `<noscript><p>The map of the slug and its files need JavaScript.</p></noscript>
<section class="scripted" aria-labelledby="map-title" hidden>
<h2 id="map-title">What takes the room</h2>
<form class="tools" autocomplete="off">
${variants.length > 1 ? `<fieldset><legend>ffmpeg</legend>${variant('with')}${variant('without')}</fieldset>` : ''}
<fieldset><legend>Order</legend><label><input type="radio" name="by" value="layer" checked>by layer</label><label><input type="radio" name="by" value="directory">by directory</label></fieldset>
<label class="compare" id="compare" hidden><input type="checkbox" name="compare">Compare with base</label>
</form>
<nav aria-label="Folder"><ol id="way"></ol></nav>
<div id="map" role="group" aria-describedby="help"></div>
<p id="help" class="help">Arrow keys move, Enter walks in, Escape walks out.</p>
<ul id="legend" aria-label="Colours"></ul>
<div id="gone" hidden></div>
<p id="told" class="unseen" role="status"></p>
</section>
<section class="scripted" aria-labelledby="files-title" hidden>
<h2 id="files-title" tabindex="-1">Files</h2>
<search><label for="search">Search all files</label><input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="part of a path"></search>
<p id="found" role="status"></p>
<div class="wide" role="region" aria-labelledby="files-title" tabindex="0"><table id="table"><thead></thead><tbody></tbody></table></div>
<button type="button" id="more" hidden></button>
</section>
<div id="tip" role="tooltip" hidden></div>`
}

const HISTORY = `<section id="history" class="scripted" aria-labelledby="history-title" hidden>
<h2 id="history-title">History</h2>
<div id="chart"></div>
<details><summary>The same as a table</summary><div class="wide" role="region" aria-label="History as a table" tabindex="0"><table></table></div></details>
</section>`
