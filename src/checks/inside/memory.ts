import { type Formation } from '../../heroku/index.ts'
import { dynoSize } from '../../knowledge/index.ts'
import { sizeText } from '../../runtime/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'
import { counted, fullness, part, percent } from '../figures.ts'
import { codeCounts } from './log-codes.ts'

const LINK = 'https://devcenter.heroku.com/articles/dyno-tiers'
const LARGER = 'Lower `WEB_CONCURRENCY` or `SIDEKIQ_CONCURRENCY`, set `MALLOC_ARENA_MAX=2`, or take a larger dyno size.'

/** Whether dynos run out of memory (R14, R15), and whether what runs in them fits. */
export const memory: Check = {
  name: 'memory',
  title: 'Memory of dynos',
  config: ['WEB_CONCURRENCY'],
  deadline: DYNO_DEADLINE,
  async look(world) {
    const [quota, fit] = await Promise.all([part('quota', () => overQuota(world)), part('fit', () => fits(world))])
    return [...quota, ...fit]
  }
}

async function overQuota({ app, clock }: World): Promise<Finding[]> {
  const { counts, reach } = codeCounts(await app.platformLog(), clock.now())
  const [r14, r15] = [counts.get('R14')?.number ?? 0, counts.get('R15')?.number ?? 0]
  const about = 'quota'
  if (r14 + r15 === 0) return [{ level: 'ok', about, text: `No dyno was over its memory (R14, R15) in ${reach}` }]
  const killed = r15 > 0 ? `, and Heroku ended ${counted(r15, 'dyno')} for it (R15)` : ''
  return [
    {
      level: r15 > 0 ? 'fail' : 'warn',
      about,
      figure: `${r14 + r15}`,
      text: `Dynos were over their memory ${counted(r14, 'time')} (R14)${killed} in ${reach}`,
      remedy: LARGER,
      link: LINK
    }
  ]
}

/** What was measured: a booted process, which each Puma worker grows to at least; and Sidekiq, as it says of itself. */
async function fits({ app, dyno, config }: World): Promise<Finding[]> {
  const [formation, { memory }, { processes }] = await Promise.all([
    app.formation(),
    dyno.part('boot'),
    dyno.part('sidekiq')
  ])
  const workers = Math.max(1, Number(config['WEB_CONCURRENCY'] || 2) || 1)
  const sidekiq = Math.max(0, ...processes.map(({ memory }) => memory))
  const web = fit(
    'web',
    formation,
    workers * memory,
    `${counted(workers, 'Puma worker')} of at least ${sizeText(memory)}`
  )
  const worker = sidekiq === 0 ? undefined : fit('worker', formation, sidekiq, `Sidekiq, of ${sizeText(sidekiq)},`)
  return [web, worker].filter(finding => finding !== undefined)
}

function fit(type: string, formation: readonly Formation[], bytes: number, what: string): Finding | undefined {
  const size = formation.find(entry => entry.type === type && entry.quantity > 0)?.size ?? ''
  const most = dynoSize(size)?.memory
  if (most === undefined) return undefined
  const figure = percent(bytes, most)
  const text = `${what} in a ${size} dyno of ${sizeText(most)}: ${figure}`
  // It is a lower bound, so it may not be called a failure before it is above the whole.
  const level = fullness(bytes, most) === 'ok' ? 'ok' : 'warn'
  return level === 'ok'
    ? { level, about: type, figure, text }
    : { level, about: type, figure, text, remedy: LARGER, link: LINK }
}
