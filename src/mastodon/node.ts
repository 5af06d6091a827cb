import { herokusOwn } from '../buildpacks/index.ts'
import { NODE_MAJORS, nodeLife } from '../knowledge/index.ts'

/**
 * The newest major version of Node that heroku/nodejs may install, by `engines.node` of package.json. Undefined if that has
 * no upper bound or cannot be read: then the buildpack takes one that is supported (heroku/heroku-buildpack-nodejs).
 */
export function newestNode(packageJson: string): number | undefined {
  const range = /"engines"\s*:\s*\{[^}]{0,1000}"node"\s*:\s*"([^"\n]{1,200})"/.exec(packageJson)?.[1]
  if (range === undefined) return undefined
  const bounds = range.split('||').map(upperBound)
  return bounds.some(bound => bound === undefined) ? undefined : Math.max(...bounds.map(Number))
}

/** The newest major version that meets all comparators: `>=18 <21`, `^20.1`, `20.x`, `18 - 20`. */
function upperBound(range: string): number | undefined {
  const bounds = [
    ...range.matchAll(/(>=|<=|>|<|[\^~=])?\s*v?(\d{1,6})(?:\.(\d{1,6}))?(?:\.\d{1,6})?(\s+-\s)?/g)
  ].flatMap(([, operator = '', major, minor = '0', hyphen]) => {
    if (operator.startsWith('>') || hyphen !== undefined) return []
    return [operator === '<' && Number(minor) === 0 ? Number(major) - 1 : Number(major)]
  })
  return bounds.length === 0 ? undefined : Math.min(...bounds)
}

/** Whether one of the buildpacks installs Node by `engines.node`. */
export function installsNode(buildpacks: readonly string[]): boolean {
  return buildpacks.some(buildpack => herokusOwn(buildpack) === 'nodejs')
}

export type NodeState =
  | { readonly is: 'supported'; readonly ends: string }
  /** Since `ends`, if that is known. */
  | { readonly is: 'ended'; readonly ends?: string }
  /** Newer than all that are known here. */
  | { readonly is: 'unknown' }

/** Whether a major version of Node still gets updates. @param now milliseconds since 1970 */
export function stateOfNode(major: number, now: number): NodeState {
  const life = nodeLife(major, now)
  if (life) return { is: life.state === 'ended' ? 'ended' : 'supported', ends: life.ends }
  return { is: major > Math.max(...NODE_MAJORS) ? 'unknown' : 'ended' }
}

/** Words that follow `Node 20`, without a full stop. */
export function nodeInWords(state: NodeState): string {
  switch (state.is) {
    case 'supported':
      return `gets security updates until ${state.ends}`
    case 'ended':
      return `gets no security updates any more${state.ends === undefined ? '' : `: it ended on ${state.ends}`}`
    case 'unknown':
      return 'is newer than what this version knows'
  }
}

/** What to do about a Node that gets no updates. */
export const ADVISE_NODE =
  'Let `engines.node` of package.json take a newer Node, as Mastodon’s own does, or deploy a version of Mastodon that does.'
