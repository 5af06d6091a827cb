import { readTreeFile } from '../runtime/index.ts'
import { type Fork } from './fork.ts'
import { type ProposedFile } from './files.ts'
import { WORKFLOWS } from './workflow.ts'

/** Up to 0.1.0 the rehearsal had its own workflow, with a second build. */
const OLD = `${WORKFLOWS}/heroku-rehearse.yml`
const NEW = `${WORKFLOWS}/heroku-slug-size.yml`

/**
 * What to do with a workflow of an earlier release that is not needed any more, in sentences; undefined if the fork has
 * none. The file itself is the owner's and is not changed.
 */
export function superseded({ root }: Pick<Fork, 'root'>, files: readonly ProposedFile[]): string | undefined {
  if (!rehearses(readTreeFile(root, OLD))) return undefined
  const proposed = files.find(({ path }) => path === NEW)
  const isTheirs = proposed?.state === 'differs' || proposed?.state === 'clashes'
  const there = isTheirs ? readTreeFile(root, NEW) : proposed?.text
  const required = 'If its job `rehearse` is a required check, take that out of the branch’s rule.'
  return rehearses(there)
    ? `${OLD} can go: ${NEW} rehearses the slug that it has built, and with both a pull request is built twice. Remove it. ${required}`
    : `${OLD} builds each pull request a second time; in this release ${NEW} rehearses the slug that it has built. To change over, remove both and run this again. ${required}`
}

function rehearses(workflow: string | undefined): boolean {
  return /^ +command: rehearse\b/m.test(workflow ?? '')
}
