import { walkTree, type BytePath, type TreeEntry } from '../runtime/index.ts'

/**
 * Records which step of a build wrote which name. Layer 0 is the source; each buildpack adds one. A name belongs to the
 * layer that last wrote it.
 */
export class LayerLog {
  readonly #root: string
  readonly #owner = new Map<BytePath, number>()
  readonly #mixed: LayerMix[] = []
  #entries: TreeEntry[] = []
  #stamps = new Map<BytePath, string>()
  #count = 0

  constructor(root: string) {
    this.#root = root
  }

  /** Closes a layer: every name that is new or changed since the last one belongs to it. Returns its index. */
  close(): number {
    const layer = this.#count++
    const before = this.#stamps
    this.#entries = walkTree(this.#root)
    this.#stamps = new Map(this.#entries.map(({ path, stamp }) => [path, stamp]))
    for (const { path, stamp, kind } of this.#entries) {
      const earlier = before.get(path)
      if (earlier === stamp) continue
      if (earlier !== undefined) this.#mixed.push({ path, from: this.#owner.get(path)!, by: layer })
      if (earlier === undefined || kind !== 'directory') this.#owner.set(path, layer)
    }
    for (const path of before.keys()) {
      if (this.#stamps.has(path)) continue
      this.#mixed.push({ path, from: this.#owner.get(path)!, by: layer })
      this.#owner.delete(path)
    }
    return layer
  }

  /** The tree as the last layer left it. */
  get entries(): readonly TreeEntry[] {
    return this.#entries
  }

  ownerOf(path: BytePath): number {
    return this.#owner.get(path) ?? 0
  }

  /** Names that a later layer changed or removed. */
  get mixed(): readonly LayerMix[] {
    return this.#mixed
  }
}

export interface LayerMix {
  readonly path: BytePath
  readonly from: number
  readonly by: number
}
