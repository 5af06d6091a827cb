import path from 'node:path'
import { download, type NetTools } from '../net/index.ts'
import { CancelledError, errorText, UserError } from '../runtime/index.ts'
import { PER_PAGE, type Github } from './client.ts'
import { readFromZip } from './zip.ts'

/** An artifact of a workflow run. */
export interface Artifact {
  readonly id: number
  /** Size of its archive. */
  readonly bytes: number
  readonly runId: number
  /** The commit of the run. For a pull request it is the head, not the merge commit that was built. */
  readonly headSha: string | undefined
  readonly headBranch: string | undefined
  /** Whether the run's code came from this repository, not from a fork. */
  readonly ownCode: boolean
}

/** As GitHub lists it. */
interface Listed {
  readonly id: number
  readonly name: string
  readonly size_in_bytes: number
  readonly expired: boolean
  readonly workflow_run?: {
    readonly id?: number
    readonly repository_id?: number
    readonly head_repository_id?: number
    readonly head_branch?: string | null
    readonly head_sha?: string
  } | null
}

/** The artifacts of a run with a name, the newest first; without those that have expired. */
export async function artifactsOfRun(github: Github, runId: number, name: string): Promise<Artifact[]> {
  const { octokit, repository } = github
  const { artifacts } = await github.read(request =>
    octokit.rest.actions.listWorkflowRunArtifacts({ ...repository, run_id: runId, name, per_page: PER_PAGE, request })
  )
  return known(artifacts, name).filter(artifact => artifact.runId === runId)
}

/** The repository's artifacts with a name, page by page. GitHub promises no order. */
export async function* artifactsNamed(github: Github, name: string, mostPages: number): AsyncGenerator<Artifact[]> {
  const { octokit, repository } = github
  for (let page = 1; page <= mostPages; page++) {
    const { artifacts } = await github.read(request =>
      octokit.rest.actions.listArtifactsForRepo({ ...repository, name, per_page: PER_PAGE, page, request })
    )
    yield known(artifacts, name)
    if (artifacts.length < PER_PAGE) return
  }
}

function known(artifacts: readonly Listed[], wanted: string): Artifact[] {
  return artifacts
    .flatMap(({ id, name, size_in_bytes: bytes, expired, workflow_run: run }) =>
      expired || name !== wanted || run?.id === undefined
        ? []
        : {
            id,
            bytes,
            runId: run.id,
            headSha: run.head_sha,
            headBranch: run.head_branch ?? undefined,
            ownCode: run.repository_id !== undefined && run.repository_id === run.head_repository_id
          }
    )
    .sort((a, b) => b.id - a.id)
}

interface Run {
  /** `push`, `pull_request` … */
  readonly event: string
  readonly headSha: string
  readonly url: string
}

/** What started a run, and of which commit it is. */
export async function runOf(github: Github, id: number): Promise<Run> {
  const { octokit, repository } = github
  const run = await github.read(request => octokit.rest.actions.getWorkflowRun({ ...repository, run_id: id, request }))
  return { event: run.event, headSha: run.head_sha, url: run.html_url }
}

interface DownloadOptions extends NetTools {
  /** Name of the file that is wanted. */
  readonly file: string
  /** Most bytes of the file. */
  readonly maxBytes: number
  /** Most bytes of the archive. */
  readonly maxZip: number
  /** Folder that the archive is downloaded to. */
  readonly into: string
}

/**
 * Downloads an artifact, and returns the text of one file of it. GitHub redirects to another host, which needs no token
 * and gets none (docs.github.com: "Download an artifact"). The archive is hostile: see `readFromZip`. Rejects with a
 * `UserError`.
 */
export async function downloadFile(github: Github, artifact: Artifact, options: DownloadOptions): Promise<string> {
  const { file, maxBytes, maxZip, into } = options
  if (artifact.bytes > maxZip) {
    throw new UserError(
      `The artifact ${artifact.id} has ${artifact.bytes} bytes, and a report's has ${maxZip} at most`,
      'Upload report.json, report.md and report.html alone, without the slug.'
    )
  }
  const archive = path.join(into, `artifact-${artifact.id}.zip`)
  await downloadArchive(await addressOf(github, artifact), archive, options)
  return readFromZip(archive, file, maxBytes)
}

async function addressOf(github: Github, { id }: Artifact): Promise<string> {
  const { octokit, repository } = github
  const { headers } = await github.ask(request =>
    octokit.rest.actions.downloadArtifact({
      ...repository,
      artifact_id: id,
      archive_format: 'zip',
      request: { ...request, redirect: 'manual' }
    })
  )
  const { location } = headers as { location?: string }
  if (location === undefined) throw new Error(`GitHub gave no address for the artifact ${id}`)
  return location
}

/** Whoever knows the address can download for a while, so no message shows it. */
async function downloadArchive(address: string, archive: string, { maxZip, ...tools }: DownloadOptions): Promise<void> {
  try {
    await download(address, archive, maxZip, tools)
  } catch (error) {
    if (error instanceof CancelledError) throw error
    const said = errorText(error).replace(/https?:\/\/\S+/g, 'its address')
    throw new UserError(`The artifact could not be downloaded: ${said}`, 'Run the job again.')
  }
}
