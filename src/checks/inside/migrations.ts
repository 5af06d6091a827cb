import { counted } from '../../runtime/index.ts'
import { type Check } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'

/** Whether migrations of the running code are pending, of either phase. */
export const migrations: Check = {
  name: 'migrations',
  title: 'Migrations',
  config: [],
  deadline: DYNO_DEADLINE,
  async look({ dyno }) {
    const { pending } = await dyno.part('migrations')
    if (pending === 0) return [{ level: 'ok', figure: '0', text: 'No migration is pending' }]
    return [
      {
        level: 'warn',
        figure: `${pending}`,
        text: `${counted(pending, 'migration')} of the running code ${pending === 1 ? 'is' : 'are'} pending`,
        remedy: 'Run `command: migrate`: a deploy may have been cut off before its second phase.'
      }
    ]
  }
}
