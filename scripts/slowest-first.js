import TestSequencer from '@jest/test-sequencer'

/** What takes longest, in that order; seconds on two idle cores stand beside it. */
const SLOWEST = [
  'e2e/deploy-faults', // 100
  'e2e/deploy', // 90
  'deploy/matrix',
  'e2e/rails-deploy',
  'e2e/build-comparison',
  'e2e/build',
  'e2e/deploy-ways',
  'e2e/comment',
  'sample-fork/run',
  'e2e/schedule',
  'mastodon/rails',
  'checks/dyno',
  'e2e/security',
  'e2e/container',
  'slug/pack',
  'browser/page'
]

/**
 * Starts what takes longest first, so that no worker is left alone with it at the end. Jest knows by itself only what it
 * ran before on this machine, and a fresh checkout has run nothing.
 */
export default class SlowestFirst extends TestSequencer {
  sort(tests) {
    const place = ({ path }) => {
      const at = SLOWEST.findIndex(name => path.endsWith(`/__tests__/${name}.test.ts`))
      return at < 0 ? SLOWEST.length : at
    }
    return super.sort(tests).sort((a, b) => place(a) - place(b))
  }
}
