import { configSet, NEEDS } from '../../knowledge/index.ts'
import { type UpgradeFacts } from './facts.ts'
import { streamingMustRestart } from './restart.ts'
import { rule, seenIf } from './rule.ts'

type Facts = Pick<UpgradeFacts, 'tree' | 'from' | 'live' | 'hasStreamingApp'>

/** The streaming server: it runs in an app of its own, is reached, and is of the same commit. */
export const STREAMING_RULES = [
  rule({
    name: 'streaming-missing',
    level: 'warn',
    holds: ({ tree, live, hasStreamingApp }: Facts) => {
      if (!live || tree.streaming === undefined || live.config.value('STREAMING_API_BASE_URL') !== undefined) return []
      return seenIf(!(hasStreamingApp && live.config.has('WEB_DOMAIN')), { app: live.app, hasStreamingApp })
    },
    say: ({ app, hasStreamingApp }) => ({
      reason: `${app} has no STREAMING_API_BASE_URL: its web dynos have no streaming server, so ${NEEDS.streaming.without}`,
      remedy: hasStreamingApp
        ? `${configSet(app, { STREAMING_API_BASE_URL: 'wss://…' })}, with the address of the streaming app.`
        : 'Make a second app for it, and name it as `streaming-app:` in the config; docs/recipes.md#a-streaming-app of mastodon-on-heroku tells how.'
    }),
    examples: [
      { app: 'APP', hasStreamingApp: false },
      { app: 'APP', hasStreamingApp: true }
    ]
  }),
  rule({
    name: 'streaming-url',
    level: 'warn',
    holds: ({ tree, live }: Facts) => {
      const url = tree.streaming === undefined ? undefined : live?.config.value('STREAMING_API_BASE_URL')
      return live && url !== undefined && !/^wss:\/\//i.test(url) ? [{ app: live.app, url }] : []
    },
    say: ({ app, url }) => ({
      reason: `STREAMING_API_BASE_URL of ${app} is no wss:// address: browsers may not connect to it`,
      remedy: `${configSet(app, { STREAMING_API_BASE_URL: wss(url) })}.`
    }),
    examples: [{ app: 'APP', url: 'https://live.example.com' }]
  }),
  rule({
    name: 'streaming-left-behind',
    level: 'warn',
    holds: ({ tree, from, live, hasStreamingApp }: Facts) => {
      const url = live?.config.value('STREAMING_API_BASE_URL')
      if (!live || url === undefined || hasStreamingApp || streamingMustRestart({ tree, from }) === 'no') return []
      return seenIf(!isOwn(url, live.config.domain()), { app: live.app })
    },
    say: ({ app }) => ({
      reason: `The streaming server of ${app} runs in another app, which this deploy does not know, and this upgrade changes it`,
      remedy:
        'Name it as `streaming-app:` in the config: it is deployed with the same commit then. Else deploy it by hand right after this.'
    }),
    examples: [{ app: 'APP' }]
  }),
  rule({
    name: 'streaming-not-set-up',
    level: 'block',
    holds: ({ tree, live }: Facts) => {
      const { app = '', lacks = [], remedy = '' } = live?.streaming ?? {}
      return seenIf(tree.streaming !== undefined && lacks.length > 0, { app, lacks, remedy })
    },
    say: ({ app, lacks, remedy }) => ({
      reason: `The streaming app ${app} is not set up: ${lacks.join(', ')}`,
      remedy
    }),
    examples: [
      {
        app: 'STREAMING_APP',
        lacks: ['RUN_STREAMING', 'DATABASE_URL'],
        remedy: 'Set `streaming-setup: true` to have it done, or enter the commands that it names.'
      }
    ]
  })
]

function wss(url: string): string {
  const host = url.replace(/^[a-z]+:\/\//i, '').replace(/[/\s].*$/, '')
  return /^[\w.:-]+$/.test(host) ? `wss://${host}` : 'wss://…'
}

function isOwn(url: string, domain: string | undefined): boolean {
  return URL.canParse(url) && new URL(url).hostname === domain
}
