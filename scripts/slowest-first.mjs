import TestSequencer from '@jest/test-sequencer'

/** What takes longest, in that order; seconds on two idle cores stand beside it. */
const SLOWEST = [
  'e2e/deploy-faults', // 110
  'e2e/rehearse', // 95
  'e2e/rails-deploy',
  'mastodon/rails',
  'e2e/build', // 90
  'deploy/matrix',
  'e2e/deploy',
  'workflows/play',
  'e2e/bad-input', // 65
  'e2e/container',
  'e2e/deploy-ways',
  'scripts/five-minutes',
  'checks/dyno',
  'e2e/procfile', // 40
  'slug/pack',
  'workflows/upgrade',
  'e2e/cli',
  'e2e/build-comparison',
  'e2e/comment',
  'source/export',
  'sample-fork/run',
  'heroku/transfers',
  'e2e/provision',
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
