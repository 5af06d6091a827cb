import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CHECKS } from '../../src/checks/index.ts'

const DOCS = path.join(import.meta.dirname, '..', '..', 'docs', 'nightly-checks.md')

describe('the list of checks', () => {
  it('names each once, in kebab-case', () => {
    const names = CHECKS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
  })

  it('is the one of the docs', () => {
    const rows = readFileSync(DOCS, 'utf8').matchAll(/^\| `([\w-]+)` \|/gm)
    expect([...rows].map(([, name]) => name).sort()).toEqual(CHECKS.map(({ name }) => name).sort())
  })
})
