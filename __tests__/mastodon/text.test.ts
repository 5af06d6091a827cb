import { expect, it } from '@jest/globals'
import { readConfigRules } from '../../src/mastodon/config-rules.ts'
import { readText } from '../../src/mastodon/text.ts'
import { makeTree } from '../slug/helpers.ts'

it('hands no more of a file to patterns than any real one has', () => {
  const tree = makeTree({ 'config/sidekiq.yml': ' a:\n'.repeat(500_000), small: 'whole' })
  expect(readText(tree, 'config/sidekiq.yml')).toHaveLength(200_000)
  expect(readText(tree, 'small')).toBe('whole')
  expect(readText(tree, 'missing')).toBe('')
})

it('reads no further into blocks in blocks than anybody writes them', () => {
  const file = 'config/initializers/a.rb'
  const deep = (depth: number): string => `abort 'x' if ENV['A']\n${'begin\n'.repeat(depth)}${'end\n'.repeat(depth)}`
  const names = (depth: number): string[] => {
    const tree = makeTree({ [file]: `${deep(depth)}abort 'x' if ENV['B']\n` })
    return readConfigRules(tree, '4.7.0').forbidden.map(({ name }) => name)
  }
  expect(names(50)).toEqual(['A', 'B'])
  const started = performance.now()
  expect(names(15_000)).toEqual(['A'])
  expect(performance.now() - started).toBeLessThan(5_000)
})
