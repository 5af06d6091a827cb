import { type Check, type Finding } from '../check.ts'

/** When Heroku's stacks end (Dev Center: stack; heroku-26 by Ubuntu's own five years). */
const ENDS: Readonly<Record<string, string>> = {
  'heroku-20': '2025-04-30',
  'heroku-22': '2027-04-30',
  'heroku-24': '2029-04-30',
  'heroku-26': '2031-04-30'
}
const DAY = 86_400_000
/** Days ahead: a new stack wants every native gem built and tried anew. */
const AHEAD = 180

export const stack: Check = {
  name: 'stack',
  title: 'Stack',
  config: [],
  async look({ app, streamingApp, clock }) {
    const apps = [app, ...(streamingApp ? [streamingApp] : [])]
    const all = await Promise.all(apps.map(async one => ({ name: one.name, stack: (await one.info()).stack.name })))
    return all.map(({ name, stack }, index) => ({
      ...judge(stack, clock.now(), name),
      ...(index === 0 ? {} : { about: 'streaming' })
    }))
  }
}

function judge(stack: string, now: number, app: string): Finding {
  const end = ENDS[stack]
  if (end === undefined)
    return { level: 'unknown', text: `${app} runs on ${stack}; when that ends this version does not know` }
  const days = Math.ceil((Date.parse(end) - now) / DAY)
  const text = `${app} runs on ${stack}, which ends on ${end}`
  const figure = `${days} days`
  if (days > AHEAD) return { level: 'ok', figure, text }
  return {
    level: days > 0 ? 'warn' : 'fail',
    figure,
    text: days > 0 ? text : `${app} runs on ${stack}, which ended on ${end}: it gets no security updates, and no build`,
    remedy: `Try the next stack with \`command: rehearse\` and \`stack:\` in the config, then \`heroku stack:set\`, then deploy.`,
    link: 'https://devcenter.heroku.com/articles/stack'
  }
}
