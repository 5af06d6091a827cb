import { counted } from '../../runtime/index.ts'
import { type Check } from '../check.ts'

/** Whether a worker dyno runs. Only Sidekiq federates, mails and cleans up; `/health` is green without it (mastodon: Procfile). */
export const worker: Check = {
  name: 'worker',
  title: 'Worker dyno',
  config: [],
  async look({ app }) {
    const formation = await app.formation()
    const all = formation.filter(({ type }) => type !== 'web' && type !== 'release')
    const running = all.filter(({ quantity }) => quantity > 0)
    const count = running.reduce((sum, { quantity }) => sum + quantity, 0)
    if (count > 0) {
      const names = running.map(({ type, quantity, size }) => `${type} ${quantity}× ${size ?? ''}`.trim()).join(', ')
      return [{ level: 'ok', text: `${counted(count, 'dyno')} beside web: ${names}`, figure: `${count}` }]
    }
    return [
      {
        level: 'fail',
        text: 'No worker dyno is scaled: nothing federates, no mail goes out, nothing is cleaned up',
        figure: '0',
        remedy: `Run \`heroku ps:scale worker=1 --app ${app.name}\`.`
      }
    ]
  }
}
