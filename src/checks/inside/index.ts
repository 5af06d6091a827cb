import { type Check } from '../check.ts'
import { ffmpeg } from './ffmpeg.ts'
import { migrations } from './migrations.ts'
import { queues } from './queues.ts'
import { retention } from './retention.ts'
import { scheduler } from './scheduler.ts'
import { worker } from './worker.ts'

/** Those that look through Heroku and through one one-off dyno. */
export const INSIDE: readonly Check[] = [worker, queues, scheduler, retention, ffmpeg, migrations]
