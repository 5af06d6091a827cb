import { type LiveFacts, type UpgradeFacts } from './facts.ts'
import { rule } from './rule.ts'

type Facts = Pick<UpgradeFacts, 'live' | 'strategy'>

/** What of the app as it stands would keep a deploy from seeing whether the new code is healthy. */
export const STATE_RULES = [
  rule({
    name: 'maintenance-mode',
    level: 'block',
    holds: ({ live, strategy }: Facts) => {
      const { app, maintenance = false, streaming } = live ?? {}
      const isOn = maintenance && strategy !== 'maintenance'
      return [
        ...(app !== undefined && isOn ? [{ app, endsByItself: true }] : []),
        ...(streaming?.maintenance ? [{ app: streaming.app, endsByItself: false }] : [])
      ]
    },
    say: ({ app, endsByItself }) => ({
      reason: `Maintenance mode of ${app} is on: the router answers every request with 503, so whether the new code is healthy could not be seen`,
      remedy: `Turn it off: \`heroku maintenance:off --app ${app}\`.${endsByItself ? ' Or set `migrations: maintenance` in the config: such a deploy turns it off at its end.' : ''}`
    }),
    examples: [{ app: 'APP', endsByItself: true }]
  }),
  rule({
    name: 'no-web-dyno',
    level: 'block',
    holds: ({ live }: Facts) => [
      ...(live?.runs && withoutWeb(live.formation) ? [{ app: live.app }] : []),
      ...(live?.streaming?.runs && withoutWeb(live.streaming.formation ?? []) ? [{ app: live.streaming.app }] : [])
    ],
    say: ({ app }) => ({
      reason: `${app} runs no web dyno (its formation has web at 0): nothing answers, so whether the new code is healthy could not be seen`,
      remedy: `Run \`heroku ps:scale web=1 --app ${app}\`, then deploy again.`
    }),
    examples: [{ app: 'APP' }]
  })
]

/** Whether a formation has the process type `web`, scaled to nothing. */
function withoutWeb(formation: LiveFacts['formation']): boolean {
  return formation.some(({ type, quantity }) => type === 'web' && quantity === 0)
}
