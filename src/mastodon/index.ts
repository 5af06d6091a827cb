/** What a Mastodon tree says of itself, what it wants of an app, and the upgrade plan that comes of both. */
export { readAppJson, type AppJson, type WantedAddon } from './app-json.ts'
export { readDependencies } from './dependencies.ts'
export {
  lookAtUpload,
  removeUpload,
  saysNoFfmpeg,
  uploadGif,
  type ApiAnswer,
  type ApiBody,
  type AskApi,
  type Media
} from './gif-upload.ts'
export { REDIS_NOT_VERIFIED, REDIS_TLS_FILES, requireRedisTlsFits } from './redis-tls.ts'
export { buildVariables, parseVersion, readMastodon, VERSION_FILE, type MastodonTree } from './tree.ts'
export { readMigrations, rollbackVerdict, type Migration } from './migrations.ts'
export {
  insideCommand,
  PARTS,
  readInside,
  showsLife,
  type Inside,
  type InsidePart,
  type InsideValue
} from './inside.ts'
export { instanceDomain, instancePlace, streamingPlace, type InstancePlace } from './place.ts'
export {
  APPLIED_COMMAND,
  baseSchemaCommand,
  PENDING_COMMAND,
  POST_MIGRATE_COMMAND,
  PRE_MIGRATE_COMMAND,
  PRE_PENDING_COMMAND,
  ranMigrations,
  RELEASE_FILES,
  releaseCommand,
  SIDEKIQ_COMMAND,
  workingDynos,
  type RanMigration
} from './release.ts'
export { memberCommand, readMember, touchedTables, type Member, type MemberWishes } from './rehearsal.ts'
export { assetsOf, mayRun, readInstance, tellsCommit, versionOfPage, type Instance } from './instance.ts'
export { MAIL_VARIABLES, mailServer, type MailServer } from './mail.ts'
export { BUCKET_VARIABLES, bucketOf, MEDIA_VARIABLES, mediaUrl, type Bucket } from './storage.ts'
export { makeVapidPair, secretsOf, type SecretGroup } from './secrets.ts'
export { sourceOffer } from './source-offer.ts'
export { ADVISE_NODE, installsNode, newestNode, nodeInWords, stateOfNode, type NodeState } from './node.ts'
export { adviseRuby, lockRuby, NO_RUBY_LOCKED, readRuby, rubyInWords, stateOfRuby, type TreeRuby } from './ruby.ts'
export { compareVersions, seriesOf } from './versions.ts'
export {
  checkBuildpackList,
  ConfigView,
  explainLost,
  FINDINGS,
  lostTypes,
  migrationsOf,
  planUpgrade,
  readUpgradeTree,
  upgradeHeadline,
  type Dynos,
  type PlanFinding,
  type FindingName,
  type LiveAddon,
  type LiveFacts,
  type TreeProblem,
  type TreeProcfile,
  type UpgradeFacts,
  type UpgradePlan,
  type UpgradeTree
} from './upgrade/index.ts'
export { adviseTask, starterTasks, type StarterTask } from './tasks.ts'
export {
  readSupport,
  readUpdates,
  SUPPORT_TABLE,
  UPDATE_SERVER,
  UPSTREAM,
  type Support,
  type Update,
  type UpstreamNews
} from './upstream.ts'
