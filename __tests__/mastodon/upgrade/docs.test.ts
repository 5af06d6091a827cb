import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { withFindings } from '../../../scripts/upgrading.mts'

it('docs/upgrading.md has every finding of the code, with its reason and remedy', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../../docs/upgrading.md'), 'utf8')
  expect(withFindings(page)).toBe(page)
  expect(page).toContain('| `missing-config` | **stops it** |')
})
