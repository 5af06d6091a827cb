import { compareVersions } from '../versions.ts'
import { type UpgradeFacts } from './facts.ts'

/** Releases whose notes ask to restart the streaming server. */
const ASKED = ['4.2.0', '4.3.0', '4.6.0', '4.7.0']

/** Whether the streaming server must be deployed anew. `unknown` without a tree to compare with. */
export function streamingMustRestart({ tree, from }: Pick<UpgradeFacts, 'tree' | 'from'>): 'yes' | 'no' | 'unknown' {
  if (tree.streaming === undefined) return 'no'
  if (from === undefined) return 'unknown'
  if (tree.streaming !== from.streaming) return 'yes'
  const [before, after] = [from.version, tree.version]
  if (before === undefined || after === undefined) return 'no'
  return ASKED.some(version => compareVersions(before, version) < 0 && compareVersions(after, version) >= 0)
    ? 'yes'
    : 'no'
}
