import TestSequencer from '@jest/test-sequencer'

/** What takes longest, in that order; of some the seconds beside other work, in November 2026. */
const SLOWEST = [
  'deploy/matrix', // 408
  'e2e/build', // 247
  'e2e/deploy', // 236
  'e2e/deploy-ways', // 184
  'e2e/deploy-faults',
  'workflows/play',
  'e2e/procfile',
  'e2e/container',
  'scripts/five-minutes',
  'checks/dyno',
  'mastodon/rails', // 127
  'e2e/rails-deploy',
  'slug/pack',
  'e2e/rehearse', // 97
  'scripts/set-up',
  'workflows/upgrade',
  'e2e/bad-input',
  'sample-fork/buildpacks',
  'e2e/plan',
  'e2e/build-comparison',
  'source/export', // 68
  'e2e/security',
  'e2e/provision',
  'e2e/comment',
  'e2e/cli',
  'sample-fork/postgres',
  'sample-fork/run', // 42
  'heroku/transfers',
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
