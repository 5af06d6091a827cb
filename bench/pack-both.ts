/** Packs both variants of a tree, as a build does: `pack-both.ts TREE OUTPUT [STORE]`. Prints one line of JSON. */
import os from 'node:os'
import path from 'node:path'
import { walkTree } from '../src/runtime/index.ts'
import { inPackOrder, slugFiles } from '../src/slug/files.ts'
import { Packer } from '../src/slug/pack.ts'

const [tree, output, blockStore] = process.argv.slice(2) as [string, string, string?]
const files = inPackOrder(slugFiles(walkTree(tree), tree, () => 0).files)
const worker = new URL('../src/slug/pack-worker.ts', import.meta.url)
const packer = new Packer({
  worker,
  threads: os.availableParallelism(),
  commitTime: 1.7e12,
  blockStore,
  signal: new AbortController().signal
})
const [withApt, without] = await packer.pack([
  { files, output: path.join(output, 'with.tgz') },
  { files: files.filter(file => !/^\.apt(\/|$)/.test(file.path)), output: path.join(output, 'without.tgz') }
])
await packer.close()
console.log(
  JSON.stringify({
    with: withApt!.bytes,
    without: without!.bytes,
    files: files.length,
    raw: withApt!.rawBytes,
    maxRss: process.resourceUsage().maxRSS * 1024
  })
)
