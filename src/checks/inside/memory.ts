import { type Formation } from '../../heroku/index.ts'
import { dynoSize } from '../../knowledge/index.ts'
import { counted, sizeText, wholeShareText } from '../../runtime/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'
import { fullness, lookAtPart } from '../findings.ts'
import { codeCounts } from './log-codes.ts'

const LINK = 'https://devcenter.heroku.com/articles/dyno-tiers'
const LARGER = 'Lower `WEB_CONCURRENCY` or `SIDEKIQ_CONCURRENCY`, set `MALLOC_ARENA_MAX=2`, or take a larger dyno size.'

/** Whether dynos ran out of memory (R14, R15), and whether their processes fit into it. */
export const memory: Check = {
  name: 'memory',
  title: 'Memory of dynos',
  config: ['WEB_CONCURRENCY'],
  deadline: DYNO_DEADLINE,
  async look(world) {
    const [quota, room] = await Promise.all([
      lookAtPart('quota', () => overQuota(world)),
      lookAtPart('fit', () => fits(world))
    ])
    return [...quota, ...room]
  }
}

async function overQuota({ app, clock }: Pick<World, 'app' | 'clock'>): Promise<Finding[]> {
  const lines = await app.platformLog()
  const { counts, reach } = codeCounts(lines, clock.now())
  const [r14, r15] = [counts.get('R14')?.number ?? 0, counts.get('R15')?.number ?? 0]
  const about = 'quota'
  if (lines.length === 0) return [{ level: 'unknown', about, text: 'Heroku has no line of its own in the log' }]
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

/** By what was measured: the memory of a booted process, which each Puma worker needs at least; and what Sidekiq tells. */
async function fits({ app, dyno, config }: Pick<World, 'app' | 'dyno' | 'config'>): Promise<Finding[]> {
  const [formation, { memory: booted }, { processes }] = await Promise.all([
    app.formation(),
    dyno.part('boot'),
    dyno.part('sidekiq')
  ])
  const workers = Math.max(1, Number(config['WEB_CONCURRENCY'] || 2) || 1)
  const sidekiq = Math.max(0, ...processes.map(({ memory: used }) => used))
  const web = fit(
    'web',
    formation,
    workers * booted,
    `${counted(workers, 'Puma worker')} of at least ${sizeText(booted)}`
  )
  const worker = sidekiq === 0 ? undefined : fit('worker', formation, sidekiq, `Sidekiq, of ${sizeText(sidekiq)},`)
  return [web, worker].filter(finding => finding !== undefined)
}

function fit(type: string, formation: readonly Formation[], bytes: number, what: string): Finding | undefined {
  const size = formation.find(entry => entry.type === type && entry.quantity > 0)?.size ?? undefined
  if (size === undefined) return undefined
  const most = dynoSize(size)?.memory
  if (most === undefined)
    return {
      level: 'unknown',
      about: type,
      text: `How much memory a ${size.slice(0, 40)} dyno has this version does not know`
    }
  const figure = wholeShareText(bytes, most)
  const text = `${what} in a ${size} dyno of ${sizeText(most)}: ${figure}`
  // A lower bound, so never a failure: R14 and R15 tell that.
  const level = fullness(bytes, most) === 'ok' ? 'ok' : 'warn'
  return level === 'ok'
    ? { level, about: type, figure, text }
    : { level, about: type, figure, text, remedy: LARGER, link: LINK }
}
