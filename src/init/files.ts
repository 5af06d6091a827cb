import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { errorCode, errorText, readTreeFile, UserError } from '../runtime/index.ts'
import { fitConfig, fitWorkflow, type Action, type Start } from './fit.ts'
import { type Fork } from './fork.ts'
import { readWorkflow, WORKFLOWS, type Workflow } from './workflow.ts'

/** The config file's path in a fork. */
export const CONFIG = '.github/mastodon-on-heroku.yml'
/** Runs scheduled tasks on GitHub; with a scheduler add-on it is not needed. */
export const TASKS = 'heroku-tasks.yml'

/** A file for a fork, and how it compares with what is there. */
export interface ProposedFile {
  /** Below the fork's root. */
  readonly path: string
  readonly text: string
  /** Only `new` is written; a file that is there is left alone. */
  readonly state: 'new' | 'same' | 'differs' | 'clashes'
  /** For `clashes`: the file whose workflow has the same name. */
  readonly with?: string
}

/** The files of `examples/`: texts by file name. */
type Examples = ReadonlyMap<string, string>

interface Wish extends Start {
  readonly action: Action
}

/** The files for a fork: its workflows and its config. A file that is there is never changed. */
export function proposeFiles(fork: Fork, examples: Examples, { action, ...start }: Wish): ProposedFile[] {
  const files: ProposedFile[] = []
  for (const [file, example] of examples) {
    if (!/^heroku-.*\.yml$/.test(file) || (file === TASKS && !start.tasks)) continue
    const proposed = compared(fork.root, `${WORKFLOWS}/${file}`, fitWorkflow(example, action, fork.branch))
    const other = sameName(fork.workflows, file, proposed.text)
    files.push(
      other === undefined || proposed.state !== 'new' ? proposed : { ...proposed, state: 'clashes', with: other }
    )
  }
  const text = fitConfig(examples.get('mastodon-on-heroku.yml') ?? '', action, fork, start)
  return [...files, compared(fork.root, CONFIG, text)]
}

function compared(root: string, file: string, text: string): ProposedFile {
  const there = readTreeFile(root, file)
  if (there === undefined) return { path: file, text, state: 'new' }
  return { path: file, text, state: there === text ? 'same' : 'differs' }
}

/** Another file with a workflow of the same name. GitHub names concurrency groups and checks by it, so the two would disturb each other. */
function sameName(workflows: Fork['workflows'], file: string, text: string): string | undefined {
  const name = readWorkflow(text).name?.toLowerCase()
  const clash = [...workflows].find(([other, workflow]) => other !== file && workflow.name?.toLowerCase() === name)
  return clash?.[0]
}

/** Writes what is new. Never replaces a file, and never writes through a link. Throws a `UserError` if a file cannot be written. */
export function writeFiles({ root }: Pick<Fork, 'root'>, files: readonly ProposedFile[]): void {
  for (const { path: file, text } of files.filter(({ state }) => state === 'new')) {
    try {
      const folder = path.join(root, path.dirname(file))
      mkdirSync(folder, { recursive: true })
      if (realpathSync(folder) !== path.join(realpathSync(root), path.dirname(file)))
        throw new Error(`${folder} is a link`)
      writeFileSync(path.join(root, file), text, { flag: 'wx' })
    } catch (error) {
      throw new UserError(
        `${file} could not be written: ${errorCode(error) ?? errorText(error)}`,
        'Correct that, and run it again: what is written already stays as it is.',
        { cause: error }
      )
    }
  }
}

/** Our workflows that the fork has or will have, by file name. */
export function ours(files: readonly ProposedFile[]): Map<string, Workflow> {
  return new Map(
    files
      .filter(({ path: file, state }) => file !== CONFIG && state !== 'clashes')
      .map(({ path: file, text }) => [path.basename(file), readWorkflow(text)])
  )
}
