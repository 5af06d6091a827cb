import { type HerokuApp } from '../heroku/index.ts'
import { within } from '../net/index.ts'
import { errorText } from '../runtime/index.ts'
import { appliedMigrations } from './migrate.ts'
import { type Deployable, type DeployRequest } from './request.ts'
import { type Target } from './target.ts'
import { type Tools } from './tools.ts'

/** Milliseconds to turn it off: a runner ends a cancelled job soon. */
const OFF_WITHIN = 8_000

/** Maintenance mode for strategy `maintenance`: only when there is something to migrate, and always off again. */
export class Maintenance {
  readonly #request: DeployRequest
  readonly #target: Target
  readonly #deployable: Deployable
  readonly #tools: Tools
  /** Also if an earlier job was killed before it could turn it off. */
  #on: boolean

  constructor(request: DeployRequest, target: Target, deployable: Deployable, tools: Tools) {
    this.#request = request
    this.#target = target
    this.#deployable = deployable
    this.#tools = tools
    this.#on = request.migrations === 'maintenance' && target.info.maintenance
  }

  async begin(): Promise<void> {
    const { app, migrations, dynoSize } = this.#request
    if (migrations !== 'maintenance' || !this.#target.current?.slug || this.#on) return
    const { story } = this.#tools
    await story.step('Maintenance', async () => {
      const applied = await appliedMigrations(app, dynoSize, this.#tools)
      const pending = [...this.#deployable.versions].filter(version => !applied.has(version))
      if (pending.length === 0) return story.note('Nothing is to be migrated, so the site stays on')
      this.#on = true
      story.begin('maintenance mode')
      await app.setMaintenance(true)
      story.note(`Maintenance mode is on for ${pending.length} migrations`)
    })
  }

  /** The same after an error, soon: a runner ends a cancelled job. If it fails itself that is a warning, and the first error is still the one that is thrown. */
  async endAfterFailure(): Promise<void> {
    const { app } = this.#request
    const { clock, story } = this.#tools
    try {
      // The job may have been cancelled: the site comes back all the same.
      await within({ clock }, OFF_WITHIN, 'Heroku did not answer', signal => this.#turnOff(app.under(signal)))
    } catch (error) {
      story.warn(
        `Maintenance mode could not be turned off (${errorText(error)}): \`heroku maintenance:off --app ${app.name}\``
      )
    }
  }

  end(): Promise<void> {
    return this.#turnOff(this.#request.app)
  }

  async #turnOff(app: HerokuApp): Promise<void> {
    if (!this.#on) return
    await app.setMaintenance(false)
    this.#on = false
    this.#tools.story.note('Maintenance mode is off')
  }
}
