import { defaultTypes } from './buildpacks.ts'
import { type LiveFacts, type UpgradeFacts } from './facts.ts'
import { finding, type Finding } from './findings.ts'
import { explainLost, lostTypes } from './lost-types.ts'

/** What runs is in the slug; a worker runs, and exactly one process listens to the queue `scheduler`. */
export function checkProcesses(facts: UpgradeFacts): Finding[] {
  const { live } = facts
  return live ? [...checkLost(facts, live), ...checkLostStreaming(live), ...checkSidekiq(facts, live)] : []
}

/**
 * Dynos of a type that the Procfile does not have. That a buildpack does not add it is sure of Heroku's own alone; what one
 * of them is known to add by itself is no matter before the build.
 */
function checkLost({ tree, buildpacks }: UpgradeFacts, { app, formation }: LiveFacts): Finding[] {
  const { procfile } = tree
  if (procfile.problem) return []
  const has = Object.keys(procfile.types)
  const known = defaultTypes(buildpacks, tree)
  return lostTypes(formation, [...has, ...(known ?? [])]).map(lost => {
    const { reason, remedy } = explainLost(app, lost, { what: 'the Procfile of this commit', has, procfile })
    return known
      ? finding('lost-process-type', reason, remedy)
      : finding(
          'perhaps-lost-process-type',
          `${reason}. A buildpack may add it: that is known after the build alone, and looked at before the slug is uploaded (with \`builder: heroku\` and no \`staging-app\` after the release)`,
          remedy
        )
  })
}

function checkLostStreaming({ streaming }: LiveFacts): Finding[] {
  if (!streaming) return []
  const slug = { what: 'the slug of the streaming server', has: ['web'], procfile: undefined }
  return (streaming.lost ?? []).map(lost => {
    const { reason, remedy } = explainLost(streaming.app, lost, slug)
    return finding('lost-process-type', reason, remedy)
  })
}

/** A worker, and exactly one process that listens to the queue `scheduler` (mastodon/documentation: scaling). */
function checkSidekiq({ tree }: UpgradeFacts, live: LiveFacts): Finding[] {
  const types = Object.entries(tree.procfile.types)
    .filter(([type, command]) => type !== 'release' && /\bsidekiq\b/.test(command))
    .map(([type, command]) => ({ type, quantity: quantityOf(live, type), listens: listensToScheduler(command) }))
  // A command that decides in the shell is not for us to judge.
  if (types.length === 0 || types.some(({ listens }) => listens === undefined)) return []
  const running = types.filter(({ quantity }) => quantity > 0)
  const [first] = types
  if (running.length === 0) {
    return [
      finding(
        'no-worker',
        `${live.app} runs no ${types.map(({ type }) => type).join(' or ')}: no post leaves the instance, no mail is sent, nothing is cleaned up`,
        `\`heroku ps:scale ${first!.type}=1 --app ${live.app}\`${live.runs ? '' : ' after the first release; Heroku itself starts web alone'}.`
      )
    ]
  }
  if (!tree.hasScheduler) return []
  const listeners = running.reduce((sum, { quantity, listens }) => sum + (listens ? quantity : 0), 0)
  if (listeners === 0) {
    return [
      finding(
        'no-scheduler',
        'No process that runs listens to the queue `scheduler`: nothing is cleaned up, no scheduled post is published',
        'Add `-q scheduler` to exactly one process type of the Procfile, and scale it to 1.'
      )
    ]
  }
  if (listeners === 1) return []
  return [
    finding(
      'many-schedulers',
      `${listeners} processes listen to the queue \`scheduler\`, and exactly one should`,
      'Give one process type of the Procfile `-q scheduler` and scale it to 1; give the others all queues but that one.'
    )
  ]
}

function quantityOf({ formation }: LiveFacts, type: string): number {
  return formation.find(process => process.type === type)?.quantity ?? 0
}

/** Without `-q` Sidekiq takes all queues of config/sidekiq.yml. Undefined where the shell decides. */
function listensToScheduler(command: string): boolean | undefined {
  if (/[;&|<>$`]|\bif\b/.test(command)) return undefined
  const queues = [...command.matchAll(/\s(?:-q|--queue)[\s=]*([\w-]+)/g)].map(([, queue]) => queue)
  return queues.length === 0 || queues.includes('scheduler')
}
