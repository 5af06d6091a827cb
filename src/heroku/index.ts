/** Heroku: the Platform API behind one guarded client, uploads, output streams, one-off dynos. */
export { createAddon, serviceOf, type NewAddon } from './addons.ts'
export { HerokuApp, keyExpiresIn, whoAmI, type NewSlug } from './app.ts'
export { createClient, type HerokuClient } from './client.ts'
export { HerokuError, isNotFound, mayHaveHappened } from './errors.ts'
export { addDomain, domainsOf, enableCertificates } from './domains.ts'
export { scaleFormation, type Scale } from './formation.ts'
export { postgresFigures, redisPolicy, type PostgresFigures, type Share } from './data.ts'
export { codesIn, errorCodes, herokuLog, logLines, type LogLine } from './logs.ts'
export {
  endLeftovers,
  runOneOff,
  type OneOff,
  type OneOffOptions,
  type OneOffResult,
  type OneOffStep
} from './one-off.ts'
export { followOutput } from './output.ts'
export type { Addon, App, Attachment, Build, Domain, Dyno, Formation, Release, Slug } from './shapes.ts'
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
  timesBetween,
  typedByHand,
  USUAL_LIMIT,
  usualSize,
  type Drift,
  type TaskEnding,
  type LastRun,
  type ScheduledTask,
  type Scheduler,
  type SchedulerName,
  type ShownStep,
  type ScheduleStep,
  type Taken,
  type Task,
  type TaskWish,
  type Turn
} from './schedulers/index.ts'
