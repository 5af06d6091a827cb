import { readFileSync } from 'node:fs'
import { type Action } from '../init/index.ts'
import { UserError } from '../runtime/index.ts'
import { UsageError } from './arguments.ts'
import { repositoryOf } from './repository.ts'

/**
 * The action that workflows are to use: the one that is asked for, else the release that this package is of. Its commit is
 * `gitHead` of package.json, which scripts/npm-package.ts puts there.
 * @throws UserError if neither is known
 */
export function actionOf(asked: string | undefined, packageJson: URL): Action {
  if (asked !== undefined) {
    const [, repository, sha] = /^([\w.-]{1,100}\/[\w.-]{1,100})@([0-9a-f]{40})$/.exec(asked) ?? []
    if (repository !== undefined && sha !== undefined) return { repository, sha }
    throw new UsageError(
      `--action: ${JSON.stringify(asked.slice(0, 200))} is not OWNER/NAME@SHA`,
      'Name the commit by all 40 digits of its hash: a tag can be moved.'
    )
  }
  const { version, gitHead, repository } = JSON.parse(readFileSync(packageJson, 'utf8')) as {
    version: string
    gitHead?: string
    repository?: { url?: string }
  }
  const name = repositoryOf((repository?.url ?? '').replace(/^git\+/, ''), 'github.com')
  if (gitHead !== undefined && name !== undefined) return { repository: name, sha: gitHead, version }
  throw new UserError(
    'Which release the workflows should use is not known: this program was not published as a package',
    'Name the action with --action OWNER/NAME@SHA, SHA being the commit that you have read.'
  )
}
