import { startDynos } from '../../knowledge/index.ts'
import { defaultTypes } from './buildpacks.ts'
import { type Dynos, type LiveFacts, type UpgradeFacts } from './facts.ts'
import { explainLost, lostTypes } from './lost-types.ts'
import { rule, seenIf } from './rule.ts'
import { type UpgradeTree } from './tree.ts'

type Facts = Pick<UpgradeFacts, 'tree' | 'live' | 'buildpacks'>

const LOST: Dynos = { type: 'worker', quantity: 1, size: 'Basic', command: 'bundle exec sidekiq' }
const PROCFILE = { file: 'Procfile', types: { web: 'bin/heroku-web' }, comments: [] }

/** All that runs is in the slug, a worker runs, and exactly one process listens to the queue `scheduler`. */
export const PROCESS_RULES = [
  rule({
    name: 'lost-process-type',
    level: 'block',
    holds: (facts: Facts) => [
      ...(knownTypes(facts) ? lost(facts) : []),
      ...(facts.live?.streaming ? lostOfStreaming(facts.live.streaming) : [])
    ],
    say: ({ app, dynos, slug }) => explainLost(app, dynos, slug),
    examples: [{ app: 'APP', dynos: LOST, slug: procfileOf(PROCFILE) }]
  }),
  rule({
    name: 'perhaps-lost-process-type',
    level: 'warn',
    holds: (facts: Facts) => (knownTypes(facts) ? [] : lost(facts)),
    say: ({ app, dynos, slug }) => {
      const { reason, remedy } = explainLost(app, dynos, slug)
      return {
        reason: `${reason}. A buildpack may add it: that is known after the build alone, and looked at before the slug is uploaded (with \`builder: heroku\` and no \`staging-app\` after the release)`,
        remedy
      }
    },
    examples: [{ app: 'APP', dynos: LOST, slug: procfileOf(PROCFILE) }]
  }),
  rule({
    name: 'no-worker',
    level: 'warn',
    holds: ({ tree, live }: Facts) => {
      const types = live ? sidekiqTypes(tree, live) : []
      return live && types.length > 0 && types.every(({ quantity }) => quantity === 0)
        ? [{ app: live.app, types: types.map(({ type }) => type), there: live.formation.map(({ type }) => type) }]
        : []
    },
    say: ({ app, types, there }) => {
      const known = types.find(type => there.includes(type))
      const when =
        known === undefined ? ' after the deploy: until then Heroku knows no such type, and it starts web alone' : ''
      return {
        reason: `${app} runs no ${types.join(' or ')}: no post leaves the instance, no mail is sent, nothing is cleaned up, and /health is green all the same`,
        remedy: `${startDynos(app, [known ?? types[0]!])}${when}.`
      }
    },
    examples: [{ app: 'APP', types: ['worker'], there: ['web', 'worker'] }]
  }),
  rule({
    name: 'no-scheduler',
    level: 'warn',
    holds: (facts: Facts) => seenIf(listeners(facts) === 0, {}),
    say: () => ({
      reason:
        'No process that runs listens to the queue `scheduler`: nothing is cleaned up, no scheduled post is published',
      remedy: 'Add `-q scheduler` to exactly one process type of the Procfile, and scale it to 1.'
    }),
    examples: [{}]
  }),
  rule({
    name: 'many-schedulers',
    level: 'warn',
    holds: (facts: Facts) => {
      const number = listeners(facts) ?? 0
      return seenIf(number > 1, { number })
    },
    say: ({ number }) => ({
      reason: `${number} processes listen to the queue \`scheduler\`, and exactly one should`,
      remedy:
        'Give one process type of the Procfile `-q scheduler` and scale it to 1; give the others all queues but that one.'
    }),
    examples: [{ number: 2 }]
  })
]

type Slug = Parameters<typeof explainLost>[2]

interface Lost {
  readonly app: string
  readonly dynos: Dynos
  readonly slug: Slug
}

function procfileOf(procfile: NonNullable<Slug['procfile']>): Slug {
  return { what: 'the Procfile of this commit', has: Object.keys(procfile.types), procfile }
}

/** Process types that the build adds; undefined if a buildpack is not Heroku's own, for it may add any. */
function knownTypes({ tree, buildpacks }: Pick<Facts, 'tree' | 'buildpacks'>): string[] | undefined {
  return defaultTypes(buildpacks, tree)
}

/** Dynos whose type the Procfile does not have, and no known buildpack adds. */
function lost({ tree, live, buildpacks }: Facts): Lost[] {
  const { procfile } = tree
  if (!live || procfile.problem) return []
  const has = [...Object.keys(procfile.types), ...(knownTypes({ tree, buildpacks }) ?? [])]
  return lostTypes(live.formation, has).map(dynos => ({ app: live.app, dynos, slug: procfileOf(procfile) }))
}

function lostOfStreaming({ app, lost: all = [] }: NonNullable<LiveFacts['streaming']>): Lost[] {
  const slug = { what: 'the slug of the streaming server', has: ['web'], procfile: undefined }
  return all.map(dynos => ({ app, dynos, slug }))
}

interface SidekiqType {
  readonly type: string
  readonly quantity: number
  readonly listens: boolean | undefined
}

/** Process types that run Sidekiq; none if one decides its queues in the shell, for that cannot be judged. */
function sidekiqTypes({ procfile }: UpgradeTree, { formation }: LiveFacts): SidekiqType[] {
  const types = Object.entries(procfile.types)
    .filter(([type, command]) => type !== 'release' && /\bsidekiq\b/.test(command))
    .map(([type, command]) => ({
      type,
      quantity: formation.find(process => process.type === type)?.quantity ?? 0,
      listens: listensToScheduler(command)
    }))
  return types.some(({ listens }) => listens === undefined) ? [] : types
}

/** How many processes listen to the queue `scheduler` (mastodon/documentation: scaling); undefined if none has to. */
function listeners({ tree, live }: Facts): number | undefined {
  const running = live ? sidekiqTypes(tree, live).filter(({ quantity }) => quantity > 0) : []
  if (!tree.hasScheduler || running.length === 0) return undefined
  return running.reduce((sum, { quantity, listens }) => sum + (listens ? quantity : 0), 0)
}

/** Whether a command listens to `scheduler`: without `-q` Sidekiq takes all queues of config/sidekiq.yml. Undefined if the shell decides. */
function listensToScheduler(command: string): boolean | undefined {
  if (/[;&|<>$`]|\bif\b/.test(command)) return undefined
  const queues = [...command.matchAll(/\s(?:-q|--queue)[\s=]*([\w-]+)/g)].map(([, queue]) => queue)
  return queues.length === 0 || queues.includes('scheduler')
}
