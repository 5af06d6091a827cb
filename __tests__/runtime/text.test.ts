import { expect, it } from '@jest/globals'
import { shortened } from '../../src/runtime/index.ts'

it.each([
  ['all of it', 20, 'all of it'],
  ['one two three', 9, 'one two …'],
  ['one two three', 8, 'one two …'],
  ['secretsecret', 6, '…']
])('%s, %i characters: no word is cut', (text, most, expected) => {
  expect(shortened(text, most)).toBe(expected)
})
