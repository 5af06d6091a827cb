import { type Check } from '../check.ts'
import { ffmpeg } from './ffmpeg.ts'
import { logCodes } from './log-codes.ts'
import { memory } from './memory.ts'
import { migrations } from './migrations.ts'
import { postgres } from './postgres.ts'
import { queues } from './queues.ts'
import { redis } from './redis.ts'
import { retention } from './retention.ts'
import { ruby } from './ruby.ts'
import { scheduler } from './scheduler.ts'
import { slugSize } from './slug-size.ts'
import { stack } from './stack.ts'
import { worker } from './worker.ts'

/** Those that look through Heroku and through one one-off dyno. */
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
  stack,
  ruby
]
