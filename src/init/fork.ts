import { readdirSync } from 'node:fs'
import path from 'node:path'
import { readBuildpacks, stackOf } from '../buildpacks/index.ts'
import { readMastodon, starterTasks, type StarterTask } from '../mastodon/index.ts'
import { readTreeFile, UserError, type RunCommand } from '../runtime/index.ts'
import { guessProvider } from '../slug/index.ts'
import { readWorkflow, WORKFLOWS, type Workflow } from './workflow.ts'

/** What workflows and config depend on in a fork's checkout. */
export interface Fork {
  /** The top of the work tree. */
  readonly root: string
  /** Mastodon's version: `4.7.0`. */
  readonly version: string
  /** The branch that pull requests go into. */
  readonly branch: string
  readonly stack?: string
  readonly hasAppJson: boolean
  /** As app.json names them; may be empty. */
  readonly buildpacks: readonly string[]
  /** What in app.json is read in another way than it is written. */
  readonly warnings: readonly string[]
  /** The buildpack that should bring ffmpeg, or `the Aptfile`: a guess by names, since nothing is built. */
  readonly ffmpeg?: string
  /** Scheduled tasks that this version needs. */
  readonly tasks: readonly StarterTask[]
  /** The fork's own workflows, by file name. */
  readonly workflows: ReadonlyMap<string, Workflow>
}

/** Reads a checkout. Throws a `UserError` if it is not a checkout, not Mastodon, or if its app.json cannot be read. */
export async function readFork(folder: string, run: RunCommand, searchPath: string): Promise<Fork> {
  const git = async (...args: string[]): Promise<string | undefined> => {
    const { code, stdout, stderr } = await run('git', ['-C', folder, ...args], {
      env: { PATH: searchPath, LC_ALL: 'C' }
    })
    if (code === 127) throw new UserError('There is no git here', 'Install git.')
    if (/dubious ownership/.test(stderr))
      throw new UserError(
        `git does not trust ${folder}: it belongs to another user`,
        'Run this as the owner of the checkout.'
      )
    return code === 0 ? stdout.toString('utf8').trim() : undefined
  }
  const root = await git('rev-parse', '--show-toplevel')
  if (!root) {
    throw new UserError(
      `${folder} is not in a checkout of git`,
      'Run this in your fork’s checkout: `git clone` it first, or give --path.'
    )
  }
  const { version } = readMastodon(root)
  if (version === undefined) {
    throw new UserError(
      `${root} is not Mastodon: it has no lib/mastodon/version.rb that says which version it is`,
      'Run this in the checkout of your fork of Mastodon, or give --path.'
    )
  }
  const appJson = readTreeFile(root, 'app.json')
  const { chosen, warnings } = readBuildpacks(undefined, appJson)
  const buildpacks = chosen.map(({ reference }) => reference.text)
  const provider = guessProvider(buildpacks, readTreeFile(root, 'Aptfile'))
  const head = await git('symbolic-ref', '--short', 'refs/remotes/origin/HEAD')
  return {
    root,
    version,
    branch: head?.replace(/^origin\//, '') || (await git('symbolic-ref', '--short', 'HEAD')) || 'main',
    stack: stackOf(appJson),
    hasAppJson: appJson !== undefined,
    buildpacks,
    warnings,
    ffmpeg: provider && (provider.buildpacks[0] === undefined ? 'the Aptfile' : buildpacks[provider.buildpacks[0]]),
    tasks: starterTasks(root),
    workflows: workflowsOf(root)
  }
}

function workflowsOf(root: string): Map<string, Workflow> {
  const found = new Map<string, Workflow>()
  for (const file of filesIn(path.join(root, WORKFLOWS))) {
    const text = /\.ya?ml$/.test(file) ? readTreeFile(root, `${WORKFLOWS}/${file}`) : undefined
    if (text !== undefined) found.set(file, readWorkflow(text))
  }
  return found
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
