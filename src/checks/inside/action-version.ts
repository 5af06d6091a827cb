import { compareVersions } from '../../mastodon/index.ts'
import { dayText } from '../../runtime/index.ts'
import { type Check } from '../check.ts'

const DAY = 86_400_000
/** Milliseconds that a new release may be left alone, until others have found its faults. */
const NEW_FOR = 7 * DAY

/** Whether the pinned version of this action is out of date. */
export const actionVersion: Check = {
  name: 'action-version',
  title: 'Version of this action',
  config: [],
  alone: true,
  async look({ job, clock }) {
    const action = (await job.repository())?.action
    if (!action) return []
    const { running, newest, publishedAt } = action
    const behind = compareVersions(newest.replace(/^v/, ''), running) > 0
    const text = behind ? `${running} runs; ${newest} came out on ${dayText(publishedAt)}` : `${running} is the newest`
    if (!behind || clock.now() - publishedAt < NEW_FOR) return [{ level: 'ok', figure: running, text }]
    return [
      {
        level: 'warn',
        figure: running,
        text,
        remedy: 'Read its notes and change the pin; Dependabot does it by itself if it is set up for `github-actions`.'
      }
    ]
  }
}
