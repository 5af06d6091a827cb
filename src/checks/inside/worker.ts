import { type Formation } from '../../heroku/index.ts'
import { startDynos } from '../../knowledge/index.ts'
import { counted } from '../../runtime/index.ts'
import { type Check, type Finding } from '../check.ts'
import { dynosFinding, mayRunSidekiq } from '../dynos.ts'

const WITHOUT = 'nothing federates, no mail goes out, nothing is cleaned up'

/** Whether worker dynos run. Only Sidekiq federates, mails and cleans up; `/health` is green without it (mastodon: Procfile). */
export const worker: Check = {
  name: 'worker',
  title: 'Worker dyno',
  config: [],
  async look(world) {
    const { app } = world
    const formation = await app.formation()
    const all = formation.filter(({ type }) => type !== 'web' && type !== 'release')
    const types = all.filter(({ quantity }) => quantity > 0)
    if (!types.some(mayRunSidekiq)) return [none(all, types, app.name)]
    const count = types.reduce((sum, { quantity }) => sum + quantity, 0)
    const what = `${counted(count, 'dyno')} beside web ${count === 1 ? 'is' : 'are'} up`
    return [await dynosFinding(app, { types, what, without: WITHOUT, woken: false }, world)]
  }
}

/** @param all types beside web; `scaled` those with a dyno, none of which is known to run Sidekiq */
function none(all: readonly Formation[], scaled: readonly Formation[], app: string): Finding {
  const known = all.find(mayRunSidekiq)
  const others = scaled.map(({ type }) => `\`${type}\``).join(', ')
  if (!known && others !== '')
    return {
      level: 'unknown',
      text: `Whether a dyno runs Sidekiq is not known: the command of ${others} does not name it`,
      remedy: 'See what the check `scheduler` says: it asks Redis which Sidekiq processes there are.'
    }
  const remedy = known
    ? `Run ${startDynos(app, [known.type])}.`
    : 'Add `worker: bundle exec sidekiq` to the Procfile and deploy, then scale it.'
  const beside = others === '' ? '' : `; the command of ${others} names no Sidekiq`
  return { level: 'fail', text: `No worker dyno is scaled: ${WITHOUT}${beside}`, figure: '0', remedy }
}
