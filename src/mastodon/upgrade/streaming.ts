import { type LiveFacts, type UpgradeFacts } from './facts.ts'
import { finding, type Finding } from './findings.ts'
import { streamingMustRestart } from './restart.ts'

/** The streaming server: it runs in an app of its own, is reached, and is of the same commit. */
export function checkStreaming(facts: UpgradeFacts): Finding[] {
  const { live, tree } = facts
  if (!live || tree.streaming === undefined) return []
  return [...reached(facts, live), ...setUp(live)]
}

function reached(facts: UpgradeFacts, { app, config }: LiveFacts): Finding[] {
  const url = config.value('STREAMING_API_BASE_URL')
  if (url === undefined) {
    if (facts.hasStreamingApp && config.has('WEB_DOMAIN')) return []
    return facts.hasStreamingApp
      ? [
          missing(
            app,
            `\`heroku config:set STREAMING_API_BASE_URL=wss://… --app ${app}\`, with the address of the streaming app.`
          )
        ]
      : [
          missing(
            app,
            'Make a second app for it, and name it as `streaming-app:` in the config; docs/recipes.md#a-streaming-app of mastodon-on-heroku tells how.'
          )
        ]
  }
  const found: Finding[] = []
  if (!/^wss:\/\//i.test(url)) {
    found.push(
      finding(
        'streaming-url',
        `STREAMING_API_BASE_URL of ${app} is no wss:// address: browsers may not connect to it`,
        `\`heroku config:set STREAMING_API_BASE_URL=${wss(url)} --app ${app}\`.`
      )
    )
  }
  if (
    !facts.hasStreamingApp &&
    streamingMustRestart(facts) !== 'no' &&
    !isOwn(url, config.value('WEB_DOMAIN') ?? config.value('LOCAL_DOMAIN'))
  ) {
    found.push(
      finding(
        'streaming-left-behind',
        `The streaming server of ${app} runs in another app, which this deploy does not know, and this upgrade changes it`,
        'Name it as `streaming-app:` in the config: it is deployed with the same commit then. Else deploy it by hand right after this.'
      )
    )
  }
  return found
}

function missing(app: string, remedy: string): Finding {
  return finding(
    'streaming-missing',
    `${app} has no STREAMING_API_BASE_URL: its web dynos have no streaming server, so timelines do not move by themselves`,
    remedy
  )
}

function setUp({ streaming }: LiveFacts): Finding[] {
  if (!streaming || streaming.lacks.length === 0) return []
  return [
    finding(
      'streaming-not-set-up',
      `The streaming app ${streaming.app} is not set up: ${streaming.lacks.join(', ')}`,
      streaming.remedy
    )
  ]
}

function wss(url: string): string {
  const host = url.replace(/^[a-z]+:\/\//i, '').replace(/[/\s].*$/, '')
  return /^[\w.:-]+$/.test(host) ? `wss://${host}` : 'wss://…'
}

function isOwn(url: string, domain: string | undefined): boolean {
  return URL.canParse(url) && new URL(url).hostname === domain
}
