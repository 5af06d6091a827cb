import { type Log } from '../runtime/index.ts'
import { encoded, isSame, ownLogin, type Author } from './author.ts'
import { PER_PAGE, type Github } from './client.ts'

/** Characters that GitHub takes (actions/dependency-review-action: src/comment-pr.ts). */
const LONGEST_COMMENT = 65_536
/** Characters for the text beside the marker. A key has 100 characters at most, of which each may be written as three. */
export const LONGEST_BODY = LONGEST_COMMENT - 400

export interface NewComment {
  readonly pullRequest: number
  /** One comment a pull request and key. */
  readonly key: string
  readonly body: string
  /** The workflow run that the text is of. */
  readonly run: { readonly id: number; readonly attempt: number }
  /** Whether to make a comment if there is none yet. */
  readonly createIf: boolean
  readonly log: Log
}

type CommentOutcome = 'created' | 'updated' | 'unchanged' | 'below the threshold' | 'a newer one is there'

interface Listed {
  readonly id: number
  readonly body?: string
  readonly html_url: string
  readonly user: Author | null
}

/**
 * Makes the comment, or changes the one that is there: it is found by its hidden marker and its author. A comment of a
 * later run stays as it is. Rejects if GitHub refuses; the caller explains that (`Github.explain`).
 */
export async function upsertComment(
  github: Github,
  comment: NewComment
): Promise<{ outcome: CommentOutcome; url?: string }> {
  const text = `${comment.body.trimEnd()}\n\n${marker(comment)}`
  if (text.length > LONGEST_COMMENT) throw new Error(`a comment of ${text.length} characters is too long for GitHub`)
  const there = await newestOwn(github, comment)
  if (there) return update(github, comment, there, text)
  return comment.createIf ? create(github, comment, text) : { outcome: 'below the threshold' }
}

async function update(
  github: Github,
  { run }: NewComment,
  there: Listed,
  body: string
): Promise<{ outcome: CommentOutcome; url: string }> {
  const { octokit, repository } = github
  const url = there.html_url
  if (isNewer(markerIn(there.body)!, run)) return { outcome: 'a newer one is there', url }
  // The marker is compared, too: a later run with the same text writes its number, so that no earlier run changes it.
  if (there.body?.replaceAll('\r\n', '\n') === body) return { outcome: 'unchanged', url }
  // It may be sent twice, so it is sent again like a read.
  await github.read(request =>
    octokit.rest.issues.updateComment({ ...repository, comment_id: there.id, body, request })
  )
  return { outcome: 'updated', url }
}

/** Sent once. If the answer is lost, it is sent again only if the comment is not there. */
function create(github: Github, comment: NewComment, body: string): Promise<{ outcome: CommentOutcome; url: string }> {
  const { octokit, repository } = github
  const post = async (): Promise<{ outcome: CommentOutcome; url: string }> => {
    const made = await github.write(request =>
      octokit.rest.issues.createComment({ ...repository, issue_number: comment.pullRequest, body, request })
    )
    return { outcome: 'created', url: made.html_url }
  }
  const find = async (): Promise<{ outcome: CommentOutcome; url: string } | undefined> => {
    const there = await newestOwn(github, comment)
    if (!there) return undefined
    const { outcome, url } = await update(github, comment, there, body)
    return { outcome: outcome === 'unchanged' ? 'created' : outcome, url }
  }
  return github.written(post, find, post)
}

/** The newest comment with this key that the token's user has written. */
async function newestOwn(github: Github, { pullRequest, key, log }: NewComment): Promise<Listed | undefined> {
  const { octokit, repository } = github
  const marked: Listed[] = []
  const pages = github.pages<Listed>((page, request) =>
    octokit.rest.issues.listComments({ ...repository, issue_number: pullRequest, per_page: PER_PAGE, page, request })
  )
  for await (const page of pages) marked.push(...page.filter(({ body }) => markerIn(body)?.key === encoded(key)))
  if (marked.length === 0) return undefined
  const me = await ownLogin(github)
  const own = marked.filter(({ user }) => user !== null && isSame(user, me)).sort((a, b) => a.id - b.id)
  if (own.length > 1) log.info(`There are ${own.length} comments of this kind; the newest counts.`)
  return own.at(-1)
}

interface Marker {
  readonly key: string
  readonly id: number
  readonly attempt: number
}

const MARKER = /<!-- mastodon-on-heroku:slug-size key=(\S{1,300}) run=(\d{1,16}) attempt=(\d{1,9}) -->\s*$/

function marker({ key, run }: NewComment): string {
  return `<!-- mastodon-on-heroku:slug-size key=${encoded(key)} run=${run.id} attempt=${run.attempt} -->`
}

/** The marker stands last, so a comment that lost its end has none. */
function markerIn(body: string | undefined): Marker | undefined {
  const [, key, id, attempt] = MARKER.exec(body ?? '') ?? []
  return key === undefined ? undefined : { key, id: Number(id), attempt: Number(attempt) }
}

function isNewer(there: Marker, { id, attempt }: NewComment['run']): boolean {
  return there.id > id || (there.id === id && there.attempt > attempt)
}
