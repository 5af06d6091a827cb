import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { licenseFaults, readLicenses } from '../../scripts/check-licenses.mts'
import { notesOf } from '../../scripts/release-notes.mts'

const TEXT = 'Permission is hereby granted, free of charge, to any person … '.repeat(10)

describe('licences of what is bundled', () => {
  it('are read from the bundler’s list, each with its text', () => {
    const list = `@actions/core\nMIT\n${TEXT}\n\nsecond part\n\nb4a\nApache-2.0\n${TEXT}\n\n`
    expect(readLicenses(list)).toEqual([
      { name: '@actions/core', licence: 'MIT', text: `${TEXT}\n\nsecond part` },
      { name: 'b4a', licence: 'Apache-2.0', text: TEXT.trim() }
    ])
  })

  it.each([
    [`a\nGPL-3.0\n${TEXT}\n`, [], /^a: GPL-3.0 is not one of MIT/],
    [`a\n\n${TEXT}\n`, [], /^a: no licence is not one of/],
    ['a\nMIT\n\n', [], /^a: the text of its licence is missing$/],
    [`a\nMIT\n${TEXT}\n`, ['b'], /^b is bundled, but not in the list$/]
  ])('%j is not accepted', (list, needed, says) => {
    expect(licenseFaults(readLicenses(list), needed)).toEqual([expect.stringMatching(says)])
  })

  it('are all of them found in the committed bundle', () => {
    const list = readFileSync(path.join(import.meta.dirname, '../../dist/program/licenses.txt'), 'utf8')
    const found = readLicenses(list)
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['@actions/core', 'heroku-client', 'yauzl']))
    expect(licenseFaults(found, [])).toEqual([])
  })
})

describe('notes of a release', () => {
  const changelog =
    '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.2.0 (2026-12-01)\n\n- Two.\n- More.\n\n## 0.1.0\n\n- One.\n'

  it('are its section of the changelog', () => {
    expect(notesOf(changelog, '0.2.0')).toBe('- Two.\n- More.\n')
    expect(notesOf(changelog, '0.1.0')).toBe('- One.\n')
  })

  it.each([
    ['0.3.0', /has no section "## 0.3.0"/],
    ['0.2', /is no version to release/],
    ['0.1.0-beta.1', /is no version to release/]
  ])('%s has none', (version, says) => {
    expect(() => notesOf(changelog, version)).toThrow(says)
  })

  it('are more than a heading', () => {
    expect(() => notesOf('## 1.0.0\n\n## 0.9.0\n\n- x\n', '1.0.0')).toThrow(/says nothing of 1.0.0/)
  })
})
