/** Heroku: the Platform API behind one guarded client; uploads, output streams, one-off dynos, schedulers. */
export { createAddon, serviceOf } from './addons.ts'
export { HerokuApp, keyEnd, whoAmI, type KeyEnd } from './app.ts'
export { createClient, type HerokuClient } from './client.ts'
export { HerokuError } from './errors.ts'
export { addDomain, domainsOf, enableCertificates } from './domains.ts'
export { scaleFormation, type Scale } from './formation.ts'
export { postgresFigures, redisPolicy, type PostgresFigures, type Share } from './data.ts'
export { errorCodes, errorIn, logLines, type LogLine } from './logs.ts'
export { endLeftovers, runOneOff, type OneOffOptions, type OneOffResult } from './one-off.ts'
export { followOutput } from './output.ts'
export type { Addon, App, Build, Domain, Dyno, Formation, Release, Slug } from './shapes.ts'
export { storedSize, upload, UploadError } from './upload.ts'
export { secretValues } from './secrets.ts'
export { serverVersion } from './server-version.ts'
export {
  applySteps,
  describeCron,
  isSettled,
  lateTasks,
  ledgerTasks,
  ledgerText,
  markEnded,
  nextTime,
  openScheduler,
  parseLedger,
  wantedTasks,
  reconcile,
  scheduleDrift,
  SCHEDULERS,
  showStep,
  takeDue,
  typedByHand,
  USUAL_LIMIT,
  usualSize,
  type Drift,
  type TaskEnding,
  type ScheduledTask,
  type Scheduler,
  type SchedulerName,
  type ScheduleStep,
  type Taken,
  type Task,
  type TaskWish,
  type Turn
} from './schedulers/index.ts'
