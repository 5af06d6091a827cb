import { sizeText, wholeShareText } from '../../runtime/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'
import { fullness, lookAtPart } from '../findings.ts'

const PLANS = 'https://elements.heroku.com/addons/heroku-redis'

/** Sidekiq's Redis: what it does when it is full, and how full it is now. */
export const redis: Check = {
  name: 'redis',
  title: 'Redis',
  config: [],
  deadline: DYNO_DEADLINE,
  async look(world) {
    const [policy, memory] = await Promise.all([
      lookAtPart('eviction', () => eviction(world)),
      lookAtPart('memory', () => fill(world))
    ])
    return [...policy, ...memory]
  }
}

/** By Heroku's data API, which answers at once; if Redis is not Heroku's, only the dyno can tell. */
async function eviction({ app, dyno }: Pick<World, 'app' | 'dyno'>): Promise<Finding[]> {
  const onHeroku = await app.redisPolicy().catch(() => undefined)
  const policy = onHeroku ?? (await dyno.part('redis')).policy
  if (policy === 'noeviction')
    return [
      { level: 'ok', about: 'eviction', figure: policy, text: 'Redis drops nothing when it is full (noeviction)' }
    ]
  if (policy === '')
    return [
      {
        level: 'unknown',
        about: 'eviction',
        text: 'Redis does not say what it does when it is full (`maxmemory_policy`)'
      }
    ]
  return [
    {
      level: 'fail',
      about: 'eviction',
      figure: policy,
      text: `Redis drops keys when it is full (${policy}): jobs of Sidekiq and whole home feeds vanish without a word`,
      remedy:
        onHeroku === undefined
          ? 'Set its `maxmemory-policy` to `noeviction`.'
          : `Run \`heroku redis:maxmemory --policy noeviction --app ${app.name}\`.`,
      link: 'https://devcenter.heroku.com/articles/heroku-redis'
    }
  ]
}

async function fill({ dyno }: Pick<World, 'dyno'>): Promise<Finding[]> {
  const { used, most, evicted } = await dyno.part('redis')
  const about = 'memory'
  const lost = evicted > 0 ? `; it has dropped ${evicted} keys since it started` : ''
  if (most === 0)
    return [
      {
        level: 'ok',
        about,
        figure: sizeText(used),
        text: `Redis holds ${sizeText(used)} and has no limit of its own${lost}`
      }
    ]
  const level = fullness(used, most)
  const text = `Redis holds ${sizeText(used)} of ${sizeText(most)}${lost}`
  const figure = wholeShareText(used, most)
  if (level === 'ok') return [{ level, about, figure, text }]
  const remedy =
    'Move to a larger plan: when it is full, every write fails and the instance answers with errors. Look first whether a queue has grown (`/sidekiq`).'
  return [{ level, about, figure, text, remedy, link: PLANS }]
}
