import { ADVISE_NODE, nodeInWords, stateOfNode, type NodeState } from '../../mastodon/index.ts'
import { type Check, type Level } from '../check.ts'

const LEVELS = { supported: 'ok', ended: 'warn', unknown: 'unknown' } as const satisfies Record<NodeState['is'], Level>

/** Whether the Node that the next slug may get still has security updates: package.json says which one. */
export const node: Check = {
  name: 'node',
  title: 'Node',
  config: [],
  async look({ job, clock }) {
    // A job without a checkout has nothing to look at.
    const major = await job.node().catch(() => undefined)
    if (major === undefined) return []
    const state = stateOfNode(major, clock.now())
    const found = {
      level: LEVELS[state.is],
      figure: `${major}`,
      text: `Node ${major}, the newest that package.json of the checked-out commit takes, ${nodeInWords(state)}`
    }
    if (state.is !== 'ended') return [found]
    return [{ ...found, remedy: `${ADVISE_NODE} Then deploy.`, link: 'https://nodejs.org/en/about/previous-releases' }]
  }
}
