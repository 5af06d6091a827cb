import { describe, expect, it } from '@jest/globals'
import { appendFileSync, chmodSync, linkSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { LayerLog } from '../../src/buildpacks/layers.ts'
import { makeTree, named } from '../slug/helpers.ts'

describe('layers', () => {
  function start(files: Record<string, string>) {
    const root = makeTree(files)
    const log = new LayerLog(root)
    log.close()
    return { root, log, at: (name: string) => path.join(root, name), owner: (name: string) => log.ownerOf(named(name)) }
  }

  it('give a name to the step that wrote it last', () => {
    const { log, at, owner } = start({ kept: 'a', changed: 'a', 'dir/kept': 'a' })
    appendFileSync(at('changed'), 'b')
    writeFileSync(at('dir/new'), 'b')
    log.close()
    mkdirSync(at('made'))
    writeFileSync(at('made/later'), 'c')
    log.close()
    expect(['kept', 'changed', 'dir', 'dir/kept', 'dir/new', 'made', 'made/later'].map(owner)).toEqual([
      0, 1, 0, 0, 1, 2, 2
    ])
    expect(log.mixed).toEqual([{ path: 'changed', from: 0, by: 1 }])
  })

  it('note what a step takes away, replaces, or gives other permissions', () => {
    const { log, at } = start({ gone: 'a', replaced: 'a', mode: 'a' })
    rmSync(at('gone'))
    rmSync(at('replaced'))
    writeFileSync(at('replaced'), 'b')
    chmodSync(at('mode'), 0o755)
    log.close()
    expect(log.mixed.map(file => file.path).sort()).toEqual(['gone', 'mode', 'replaced'])
  })

  it('take no note of a folder that only got a new name in it, or of a second name for a file', () => {
    const { log, at } = start({ 'dir/a': 'a' })
    linkSync(at('dir/a'), at('dir/b'))
    log.close()
    expect(log.mixed).toEqual([])
  })

  it('see a write that keeps size and content', () => {
    const { log, at } = start({ a: 'a' })
    utimesSync(at('a'), 1, 1)
    log.close()
    expect(log.mixed.length).toBe(1)
  })
})
