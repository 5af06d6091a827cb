import { type Check } from '../../checks/index.ts'
import { didYouMean, shown } from '../../config/index.ts'
import { FINDINGS } from '../../mastodon/index.ts'
import { UserError } from '../../runtime/index.ts'

/**
 * The checks without those that the config skips. Throws a `UserError` for a name that is none: of a check, or of a
 * finding of the upgrade plan, which may be let through by the same list.
 */
export function chooseChecks(all: readonly Check[], skip: readonly string[]): Check[] {
  const names = all.map(({ name }) => name)
  const unknown = skip.find(name => !names.includes(name) && !FINDINGS.some(finding => finding.name === name))
  if (unknown !== undefined) {
    throw new UserError(
      `checks.skip: there is no check ${shown(unknown)}${didYouMean(unknown, names)}`,
      `Checks of this version: ${names.join(', ')}.`
    )
  }
  return all.filter(({ name }) => !skip.includes(name))
}
