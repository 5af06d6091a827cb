import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { withTables } from '../scripts/readme.ts'
import { schemaText } from '../scripts/schema.ts'
import { VERSION } from '../src/runtime/index.ts'

const project = path.join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(project, file), 'utf8')

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
})
