import { type LocalHeroku } from '../../../local-heroku/index.ts'
import { type Log } from '../../../runtime/index.ts'

/** Lines of each app. */
const MOST = 100

/** Prints the last lines of the apps' logs, but for the router's many: nobody can ask for them when the job is over. They are hostile text. */
export function printLogs({ world }: LocalHeroku, apps: readonly string[], log: Log): void {
  for (const app of apps) {
    const lines = world.machines.get(app)?.log.last(MOST, ({ dyno }) => dyno !== 'router') ?? []
    if (lines.length === 0) continue
    log.info(`The last lines of the log of ${app}:`)
    const fence = log.fence()
    fence.write(Buffer.from(`${lines.join('\n')}\n`))
    fence.close()
  }
}
