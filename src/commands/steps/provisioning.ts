import { type Config } from '../../config/index.ts'
import { type Provisioning, type Wishes } from '../../deploy/index.ts'
import { type JobResults } from '../../inputs/index.ts'
import { readAppJson, readUpgradeTree, secretsOf } from '../../mastodon/index.ts'
import { readTreeFile } from '../../runtime/index.ts'
import { masker, requireApp, type Connection } from './heroku.ts'
import { type Source } from './source.ts'

/** What is bought, made and set on an app that has nothing yet, or would be. */
export function provisioningOf(
  config: Config,
  { client, app }: Pick<Connection, 'client' | 'app'>,
  source: () => Promise<Source>,
  results: JobResults
): Provisioning {
  return {
    client,
    app: app(requireApp(config.app)),
    streaming: config.streamingApp === undefined ? undefined : app(config.streamingApp),
    wishes: async () => wishesOf((await source()).folder, config),
    maskConfig: masker(results),
    maskSecret: value => results.mask(value)
  }
}

function wishesOf(folder: string, { redisTls, streamingApp }: Config): Wishes {
  const { redis } = readUpgradeTree(folder)
  const itselfTakesIt = redis.takesSelfSigned && (redis.streamingTakesSelfSigned || streamingApp === undefined)
  const appJson = readAppJson(readTreeFile(folder, 'app.json'))
  return {
    appJson,
    secrets: secretsOf(folder, appJson),
    takesHerokuRedis: redisTls === 'no-verify' || itselfTakesIt
  }
}
