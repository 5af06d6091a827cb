import { type SchedulerKind } from './task.ts'
import { describeCron, meanGap } from './times.ts'

/** GitHub starts a scheduled workflow at most every 5 minutes (docs.github.com: events that trigger workflows). */
const SHORTEST_MINUTES = 5

/** A workflow with `schedule:` runs the tasks that are due, each in a one-off dyno: `command: run`. */
export const githubActions: SchedulerKind = {
  name: 'GitHub Actions',
  vars: [],
  setUp: () => 'a workflow with `schedule:` that runs `command: run`',
  problem: ({ cron }) =>
    meanGap(cron) < SHORTEST_MINUTES
      ? `it cannot run ${describeCron(cron)}; the nearest is \`cron: "*/5 * * * *"\``
      : undefined
}
