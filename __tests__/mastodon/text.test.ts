import { expect, it } from '@jest/globals'
import { readText } from '../../src/mastodon/text.ts'
import { makeTree } from '../slug/helpers.ts'

it('hands no more of a file to patterns than any real one has', () => {
  const tree = makeTree({ 'config/sidekiq.yml': ' a:\n'.repeat(500_000), small: 'whole' })
  expect(readText(tree, 'config/sidekiq.yml')).toHaveLength(200_000)
  expect(readText(tree, 'small')).toBe('whole')
  expect(readText(tree, 'missing')).toBe('')
})
