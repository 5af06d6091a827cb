import { DEFAULT_STACK, stackLife, stackLifeInWords, type Life } from '../../knowledge/index.ts'
import { type Check, type Finding, type Level } from '../check.ts'

const LEVELS = { supported: 'ok', 'ends-soon': 'warn', ended: 'fail' } as const satisfies Record<Life['state'], Level>

/** How long Heroku still supports the stacks of the apps. */
export const stack: Check = {
  name: 'stack',
  title: 'Stack',
  config: [],
  async look({ app, streamingApp, clock }) {
    const apps = [app, ...(streamingApp ? [streamingApp] : [])]
    const all = await Promise.all(apps.map(async one => ({ name: one.name, runs: (await one.info()).stack.name })))
    return all.map(({ name, runs }, index) => ({
      ...judge(runs, clock.now(), name),
      ...(index === 0 ? {} : { about: 'streaming' })
    }))
  }
}

function judge(name: string, now: number, app: string): Finding {
  const life = stackLife(name, now)
  if (!life) return { level: 'unknown', text: `${app} runs on ${name}; when that ends this version does not know` }
  const found = {
    level: LEVELS[life.state],
    figure: `${life.days} days`,
    text: `${app} runs on ${name}, which ${stackLifeInWords(life)}`
  }
  if (life.state === 'supported') return found
  return {
    ...found,
    remedy: `Try the next stack with \`command: rehearse\` and \`stack:\` in the config, then \`heroku stack:set ${DEFAULT_STACK} --app ${app}\`, then deploy.`,
    link: 'https://devcenter.heroku.com/articles/stack'
  }
}
