import { readFileSync } from 'node:fs'
import * as v from 'valibot'

const repository = v.object({ full_name: v.string() })
const pullRequest = v.object({
  number: v.number(),
  head: v.object({ sha: v.string(), ref: v.string(), repo: v.nullish(repository) }),
  base: v.object({ sha: v.string(), ref: v.string() })
})
const workflowRun = v.object({
  id: v.number(),
  run_attempt: v.optional(v.number(), 1),
  event: v.string(),
  head_sha: v.string(),
  head_branch: v.nullish(v.string()),
  head_repository: v.nullish(repository)
})
const payload = v.object({
  pull_request: v.optional(pullRequest),
  workflow_run: v.optional(workflowRun),
  repository: v.optional(v.object({ default_branch: v.optional(v.string()), private: v.optional(v.boolean()) }))
})

interface PullRequestEvent {
  readonly number: number
  readonly headSha: string
  /** `owner/name`; undefined if the fork is gone. */
  readonly headRepository?: string
  readonly headBranch: string
  readonly baseSha: string
  readonly baseBranch: string
}

/** The run whose end started this one. */
export interface WorkflowRunEvent {
  readonly id: number
  readonly attempt: number
  /** What had started it: `pull_request`, `push` … */
  readonly event: string
  readonly headSha: string
  readonly headBranch?: string
  /** `owner/name`. */
  readonly headRepository?: string
}

/** What started the job, as GitHub hands it over (docs.github.com: webhook events and payloads). */
export interface GithubEvent {
  readonly name?: string
  readonly pullRequest?: PullRequestEvent
  readonly workflowRun?: WorkflowRunEvent
  readonly defaultBranch?: string
  /** Whether the repository is private; undefined if the event does not say. */
  readonly isPrivate?: boolean
}

/** The event of GITHUB_EVENT_PATH, as far as it is known here. Outside a job, or if it cannot be read, only its name. */
export function readEvent(name: string | undefined, file: string | undefined): GithubEvent {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), payload), read(file))
  if (!success) return { name }
  const { pull_request: pull, workflow_run: run, repository: own } = output
  return {
    name,
    defaultBranch: own?.default_branch,
    isPrivate: own?.private,
    pullRequest: pull && {
      number: pull.number,
      headSha: pull.head.sha,
      headRepository: pull.head.repo?.full_name,
      headBranch: pull.head.ref,
      baseSha: pull.base.sha,
      baseBranch: pull.base.ref
    },
    workflowRun: run && {
      id: run.id,
      attempt: run.run_attempt,
      event: run.event,
      headSha: run.head_sha,
      headBranch: run.head_branch ?? undefined,
      headRepository: run.head_repository?.full_name
    }
  }
}

function read(file: string | undefined): string {
  try {
    return readFileSync(file ?? '', 'utf8')
  } catch {
    return ''
  }
}
