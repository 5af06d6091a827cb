import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { errorCode, errorText, readTreeFile, UserError } from '../runtime/index.ts'
import { fitConfig, fitWorkflow, type Action, type Start } from './fit.ts'
import { type Fork } from './fork.ts'
import { readWorkflow, WORKFLOWS, type Workflow } from './workflow.ts'

export const CONFIG = '.github/mastodon-on-heroku.yml'
/** For tasks that GitHub runs; with an add-on it has nothing to do. */
export const TASKS = 'heroku-tasks.yml'

export interface ProposedFile {
  /** Below the fork's root. */
  readonly path: string
  readonly text: string
  /** `new` is written, everything else is left alone. */
  readonly state: 'new' | 'same' | 'differs' | 'clashes'
  /** The file whose workflow has the same name. */
  readonly with?: string
}

/** Texts of `examples/`, by file name. */
type Examples = ReadonlyMap<string, string>

interface Wish extends Start {
  readonly action: Action
}

/** What is to be written into a fork. What is there already is never changed. */
export function proposeFiles(fork: Fork, examples: Examples, { action, ...start }: Wish): ProposedFile[] {
  const files: ProposedFile[] = []
  for (const [file, example] of examples) {
    if (!/^heroku-.*\.yml$/.test(file) || (file === TASKS && !start.tasks)) continue
    const proposed = compared(fork, `${WORKFLOWS}/${file}`, fitWorkflow(example, action, fork.branch))
    const other = sameName(fork, file, proposed.text)
    files.push(
      other === undefined || proposed.state !== 'new' ? proposed : { ...proposed, state: 'clashes', with: other }
    )
  }
  const text = fitConfig(examples.get('mastodon-on-heroku.yml') ?? '', action, fork, start)
  return [...files, compared(fork, CONFIG, text)]
}

function compared({ root }: Fork, file: string, text: string): ProposedFile {
  const there = readTreeFile(root, file)
  if (there === undefined) return { path: file, text, state: 'new' }
  return { path: file, text, state: there === text ? 'same' : 'differs' }
}

/** GitHub names concurrency groups and checks by a workflow's name, so two of one name get in each other's way. */
function sameName({ workflows }: Fork, file: string, text: string): string | undefined {
  const name = readWorkflow(text).name?.toLowerCase()
  const clash = [...workflows].find(([other, workflow]) => other !== file && workflow.name?.toLowerCase() === name)
  return clash?.[0]
}

/** Writes what is new. Never over a file, and never through a link that leads out of the fork. */
export function writeFiles({ root }: Fork, files: readonly ProposedFile[]): void {
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
        'Mend that, and run it again: what is written already is left as it is.',
        { cause: error }
      )
    }
  }
}

/** The workflows of ours that the fork has, or will have. */
export function ours(files: readonly ProposedFile[]): Map<string, Workflow> {
  return new Map(
    files
      .filter(({ path: file, state }) => file !== CONFIG && state !== 'clashes')
      .map(({ path: file, text }) => [path.basename(file), readWorkflow(text)])
  )
}
