import { expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const source = path.join(import.meta.dirname, '..', '..', 'src')
const read = (file: string): string => readFileSync(file, 'utf8')

it('no exported type has the name of another one', () => {
  const places = new Map<string, string[]>()
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts')))
    for (const [, name] of read(path.join(source, file)).matchAll(
      /^export (?:abstract )?(?:interface|type|class) (\w+)/gm
    ))
      places.set(name!, [...(places.get(name!) ?? []), file])
  expect(places.size).toBeGreaterThan(200)
  expect([...places].filter(([, files]) => files.length > 1)).toEqual([])
})

it('each word stands in the glossary once', () => {
  const words = [...read(path.join(source, '..', 'docs', 'glossary.md')).matchAll(/^\| (?!word|---)([^|]+) \|/gm)]
  const names = words.map(([, word]) => word!.trim())
  expect(names.length).toBeGreaterThan(50)
  expect(new Set(names).size).toBe(names.length)
})
