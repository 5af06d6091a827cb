import { encoded, isSame, ownLogin, type Author } from './author.ts'
import { PER_PAGE, refusal, type Github } from './client.ts'

/** Characters that GitHub takes. */
const LONGEST = 65_536
/** Characters of a comment. */
const LONGEST_NOTE = 10_000
/** Characters of the memo in the marker. */
const LONGEST_MEMO = 12_000
/** Characters for the text beside the marker, with room for the memo and the key. */
export const LONGEST_ISSUE = LONGEST - 2 * LONGEST_MEMO

/** An issue of ours. */
export interface OwnIssue {
  readonly number: number
  readonly open: boolean
  /** Milliseconds since 1970, if it is closed. */
  readonly closedAt?: number
  readonly title: string
  readonly url: string
  /** What the last run kept for the next one; undefined if somebody changed it so that it cannot be read. */
  readonly memo: string | undefined
  /** Its text without the marker. */
  readonly text: string
}

interface IssueText {
  readonly title: string
  /** Markdown. */
  readonly text: string
  /** Kept for the next run; readers of the issue do not see it. */
  readonly memo: string
}

interface Listed {
  readonly number: number
  readonly state: string
  readonly closed_at?: string | null
  readonly title: string
  readonly body?: string | null
  readonly html_url: string
  readonly user: Author | null
  /** Only pull requests have it; GitHub lists them as issues, too. */
  readonly pull_request?: unknown
}

/** Pages of closed issues that are read. Those that changed last come first, so ours is among them. */
const CLOSED_PAGES = 3

/**
 * The issue with this key that the token's user wrote, found by its hidden marker: the newest open one, else the newest
 * closed one. Rejects if GitHub refuses (`explainIssues`).
 */
export async function findIssue(github: Github, key: string): Promise<OwnIssue | undefined> {
  const { octokit, repository } = github
  let me: string | undefined
  for (const [state, most] of [['open', Infinity] as const, ['closed', CLOSED_PAGES] as const]) {
    const marked: Listed[] = []
    let pages = 0
    const lists = github.pages<Listed>((page, request) =>
      octokit.rest.issues.listForRepo({ ...repository, state, sort: 'updated', per_page: PER_PAGE, page, request })
    )
    for await (const page of lists) {
      marked.push(...page.filter(({ body, pull_request }) => !pull_request && markerIn(body)?.key === encoded(key)))
      if (++pages >= most) break
    }
    if (marked.length === 0) continue
    me ??= await ownLogin(github)
    const login = me
    const own = marked.filter(({ user }) => user !== null && isSame(user, login)).sort((a, b) => b.number - a.number)
    if (own[0]) return ours(own[0])
  }
  return undefined
}

/** Opens an issue. Sent once. If the answer is lost, it is sent again only if the issue is not there. */
export function openIssue(github: Github, key: string, issue: IssueText): Promise<OwnIssue> {
  const { octokit, repository } = github
  const post = async (): Promise<OwnIssue> =>
    ours(
      await github.write(request =>
        octokit.rest.issues.create({ ...repository, title: issue.title, body: bodyOf(key, issue), request })
      )
    )
  const find = async (): Promise<OwnIssue | undefined> => {
    const there = await findIssue(github, key)
    return there?.open ? there : undefined
  }
  return github.written(post, find, post)
}

/** Changes an issue's text, and opens or closes it. It may be sent twice, so it is sent again like a read. */
export async function changeIssue(
  github: Github,
  { number }: Pick<OwnIssue, 'number'>,
  key: string,
  issue: IssueText,
  open: boolean
): Promise<void> {
  const { octokit, repository } = github
  const state = open ? 'open' : 'closed'
  const body = bodyOf(key, issue)
  await github.read(request =>
    octokit.rest.issues.update({ ...repository, issue_number: number, title: issue.title, body, state, request })
  )
}

/** Adds a comment, sent once. GitHub notifies those who follow the issue, which it does not for a change of its text. */
export async function noteOnIssue(github: Github, { number }: Pick<OwnIssue, 'number'>, text: string): Promise<void> {
  const { octokit, repository } = github
  const body = text.slice(0, LONGEST_NOTE)
  await github.write(request =>
    octokit.rest.issues.createComment({ ...repository, issue_number: number, body, request })
  )
}

/** What went wrong with an issue, and what to do. */
export function explainIssues(github: Github, error: unknown, consequence: string): string {
  // Issues are off in a new fork; GitHub answers 410 then (docs.github.com: disabling issues).
  if (refusal(error) === 410) {
    return `Issues are switched off in this repository, as GitHub does in a fork. Switch them on under Settings, General, Features. ${consequence}`
  }
  return github.explain(error, 'issues: write', consequence)
}

const MARKER = /\n*<!-- mastodon-on-heroku:checks key=(\S{1,300}) memo=([A-Za-z0-9+/=]{0,12000}) -->/

function bodyOf(key: string, { text, memo }: IssueText): string {
  const packed = Buffer.from(memo).toString('base64')
  if (packed.length > LONGEST_MEMO) throw new Error(`${packed.length} characters are too many for an issue's marker`)
  return `${text.trimEnd()}\n\n<!-- mastodon-on-heroku:checks key=${encoded(key)} memo=${packed} -->`
}

/** The marker of an issue's text, and the text above it. What somebody wrote below it is lost with our next change. */
function markerIn(body: string | null | undefined): { key: string; memo: string; text: string } | undefined {
  const match = MARKER.exec(body ?? '')
  if (!match) return undefined
  const [, key = '', packed = ''] = match
  return { key, memo: Buffer.from(packed, 'base64').toString('utf8'), text: body!.slice(0, match.index) }
}

function ours({ number, state, closed_at, title, body, html_url: url }: Listed): OwnIssue {
  const marker = markerIn(body)
  return {
    number,
    open: state === 'open',
    closedAt: closed_at ? Date.parse(closed_at) : undefined,
    title,
    url,
    memo: marker?.memo,
    text: (marker?.text ?? '').replaceAll('\r\n', '\n')
  }
}
