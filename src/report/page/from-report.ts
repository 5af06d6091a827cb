import { VERSION } from '../../runtime/index.ts'
import { type Report } from '../data.ts'
import { filesOf } from '../files.ts'
import { changeOf, type Pair } from '../compare/index.ts'
import { pointOf } from '../history.ts'
import { type Told } from '../markdown/told.ts'
import { type PageCommit, type PageData } from './data.ts'

/** The page's data for a report. A file whose path changed with its version has its new name. */
export function pageData({ report, baseline, comparison, history, app }: Told): PageData {
  const base = baseline?.report
  return {
    title: app ?? `Mastodon ${report.source.mastodonVersion ?? 'slug'}`,
    tool: `mastodon-on-heroku ${VERSION}`,
    stack: report.stack,
    head: commitOf(report),
    base: baseline && { ...commitOf(baseline.report), ref: baseline.branch ?? baseline.report.source.ref },
    limit: report.verdict.limit,
    warnsAt: report.heroku.warnsAt,
    stopsAt: report.heroku.stopsAt,
    chosen: report.verdict.chosen,
    variants: report.variants.map(({ name, compressed, raw, files }) => ({
      name,
      compressed,
      raw,
      files,
      base: base?.variants.find(other => other.name === name)?.compressed,
      problem: name === report.verdict.chosen ? report.verdict.problem : undefined
    })),
    streaming: report.streaming && {
      compressed: report.streaming.compressed,
      raw: report.streaming.raw,
      files: report.streaming.files,
      base: base?.streaming?.compressed
    },
    ...columns(comparison?.pairs ?? filesOf(report).map(file => ({ how: 'same', head: file, base: file }))),
    history: [...history.filter(({ commit }) => commit !== report.source.commit), pointOf(report)]
  }
}

/** The columns for all files of the head and the base. */
function columns(pairs: readonly Pair[]) {
  const [folders, layers] = [new Places(), new Places()]
  folders.at('')
  const files = {
    folder: [] as number[],
    name: [] as string[],
    layer: [] as number[],
    raw: [] as number[],
    with: [] as (number | null)[],
    without: [] as (number | null)[],
    changeWith: [] as number[],
    changeWithout: [] as number[]
  }
  for (const pair of pairs) {
    const { head } = pair
    const file = head ?? pair.base
    files.folder.push(folders.folderAt(file.folder))
    files.name.push(file.name)
    files.layer.push(layers.at(file.layer))
    files.raw.push(file.raw)
    files.with.push(head?.with ?? null)
    files.without.push(head?.without ?? null)
    files.changeWith.push(changeOf(pair, 'with'))
    files.changeWithout.push(changeOf(pair, 'without'))
  }
  return { layers: layers.names, folders: folders.names, files }
}

/** Names, each with its index. */
class Places {
  readonly names: string[] = []
  readonly #indexes = new Map<string, number>()

  at(name: string): number {
    const known = this.#indexes.get(name)
    if (known !== undefined) return known
    this.#indexes.set(name, this.names.length)
    return this.names.push(name) - 1
  }

  /** The folder's index. A new folder is added, after those above it. */
  folderAt(path: string): number {
    if (!this.#indexes.has(path)) this.folderAt(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
    return this.at(path)
  }
}

function commitOf({ source, createdAt }: Pick<Report, 'source' | 'createdAt'>): PageCommit {
  const { commit, ref, mastodonVersion } = source
  return { commit, ref, createdAt, mastodonVersion }
}
