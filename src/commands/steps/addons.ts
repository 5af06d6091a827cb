import { createClient, serverVersion, type HerokuApp } from '../../heroku/index.ts'
import { type LiveAddon } from '../../mastodon/index.ts'
import { type Slice } from '../../inputs/index.ts'
import { errorText, type Runtime } from '../../runtime/index.ts'

/**
 * Reads an app's add-ons, with the versions of Heroku's own Postgres and Redis. Their API is undocumented, and a key may
 * not be allowed to see add-ons: what cannot be read is left out, and what depends on it is not looked at.
 */
export function addonReader(
  inputs: Slice<'herokuDataUrl' | 'herokuApiKey'>,
  { clock, signal, log }: Pick<Runtime, 'clock' | 'signal' | 'log'>
): (app: HerokuApp) => Promise<LiveAddon[] | undefined> {
  return async app => {
    try {
      const addons = await app.addons()
      const url = inputs.herokuDataUrl
      const data = createClient({ url, key: inputs.herokuApiKey ?? '', clock, signal })
      return await Promise.all(
        addons.map(async addon => {
          const service = addon.addon_service.name
          const version = await serverVersion(data, addon).catch((error: unknown) => {
            if (signal.aborted) throw error
            log.info(`The version of ${addon.name} could not be read: ${errorText(error)}`)
            return undefined
          })
          return { service, plan: addon.plan?.name, version }
        })
      )
    } catch (error) {
      if (signal.aborted) throw error
      log.info(`The add-ons of ${app.name} could not be read: ${errorText(error)}`)
      return undefined
    }
  }
}
