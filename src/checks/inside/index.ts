import { type Check } from '../check.ts'
import { actionVersion } from './action-version.ts'
import { ffmpeg } from './ffmpeg.ts'
import { githubSchedule } from './github-schedule.ts'
import { herokuKey } from './heroku-key.ts'
import { logCodes } from './log-codes.ts'
import { memory } from './memory.ts'
import { migrations } from './migrations.ts'
import { nightlyBuild } from './nightly-build.ts'
import { node } from './node.ts'
import { postgres } from './postgres.ts'
import { queues } from './queues.ts'
import { redis } from './redis.ts'
import { retention } from './retention.ts'
import { ruby } from './ruby.ts'
import { scheduledTasks } from './scheduled-tasks.ts'
import { scheduler } from './scheduler.ts'
import { slugSize } from './slug-size.ts'
import { stack } from './stack.ts'
import { worker } from './worker.ts'

/** The checks that look through Heroku's API and through one one-off dyno. */
export const INSIDE: readonly Check[] = [
  worker,
  queues,
  scheduler,
  retention,
  ffmpeg,
  migrations,
  postgres,
  redis,
  memory,
  logCodes,
  slugSize,
  nightlyBuild,
  stack,
  ruby,
  node,
  scheduledTasks,
  herokuKey,
  githubSchedule,
  actionVersion
]
