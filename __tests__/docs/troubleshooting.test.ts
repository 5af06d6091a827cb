import { describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const project = path.join(import.meta.dirname, '..', '..')
const source = readdirSync(path.join(project, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => readFileSync(path.join(project, 'src', file), 'utf8'))

/** The texts that a heading quotes: "`one`", "`one` or `two`", "`with `code` in it`". */
function quoted(heading: string): string[] {
  return heading.split(/(?<=`) or (?=`)/).map(text => text.trim().replace(/^`|`$/g, ''))
}

/** Its parts, in their order and near each other in one file; what varies stands in `${ }` there. */
function standsIn(text: string, file: string): boolean {
  const parts = text
    .split('…')
    .map(part => part.trim())
    .filter(part => /[A-Za-z]{2}/.test(part))
  const escaped = parts.map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('`', '\\\\?`'))
  return new RegExp(escaped.join('[^]{0,160}?')).test(file)
}

describe('docs/troubleshooting.md', () => {
  const text = readFileSync(path.join(project, 'docs/troubleshooting.md'), 'utf8')
  const errors = [...text.matchAll(/^### (.*)$/gm)].flatMap(([, heading]) => quoted(heading!))

  it('has many', () => expect(errors.length).toBeGreaterThan(40))

  it.each(errors)('%s', error => {
    expect(source.some(file => standsIn(error, file))).toBe(true)
  })

  it('would notice a text that is not there', () => {
    expect(source.some(file => standsIn('The slug is over its … budget', file))).toBe(false)
  })
})
