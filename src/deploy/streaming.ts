import { configSet, NEEDS } from '../knowledge/index.ts'
import { UserError } from '../runtime/index.ts'
import { type PlanTarget, type Target } from './target.ts'
import { type Tools } from './tools.ts'

export interface StreamingSetup {
  /** Whether what is missing may be set. */
  readonly allowed: boolean
}

/** Add-ons of the main app that the streaming server shares. */
const SHARED = ['DATABASE', 'REDIS']

/**
 * Makes sure that the streaming app has the config and the attachments it needs; sets them if that is allowed, else
 * says how. Returns the app as it is then.
 */
export async function prepareStreaming(
  main: Target,
  target: Target,
  { allowed }: StreamingSetup,
  readAgain: () => Promise<Target>,
  { story }: Tools
): Promise<Target> {
  const { app, config } = target
  if (target.stack !== main.stack) {
    throw new UserError(
      `${app.name} is on ${target.stack}, and ${main.app.name} on ${main.stack}`,
      `Put both on one stack: \`heroku stack:set ${main.stack} --app ${app.name}\`.`
    )
  }
  const { lacks, remedy } = streamingLacks(main, target)
  if (lacks.length === 0) return target
  if (!allowed) throw new UserError(`The streaming app ${app.name} is not set up: ${lacks.join(', ')}`, remedy)
  const { vars, attachments } = missingOfStreaming(config)
  story.begin(`the setup of ${app.name}`)
  const shared = await main.app.attachments()
  for (const name of attachments) {
    const addon = shared.find(attachment => attachment.name === name)?.addon.name
    if (addon) {
      await app.attach(addon, name)
      story.note(`${app.name}: ${addon} is attached as ${name}`)
    } else {
      const url = main.config[`${name}_URL`]
      if (!url)
        throw new UserError(`${main.app.name} has no ${name}_URL`, 'Add Postgres and Redis to the main app first.')
      vars[`${name}_URL`] = url
    }
  }
  if (Object.keys(vars).length > 0) await app.setConfigVars(vars)
  story.note(`${app.name}: set ${Object.keys(vars).join(', ') || 'nothing more'}`)
  return readAgain()
}

/** Config vars that the streaming app needs and does not have, and how to set them. */
export function streamingLacks(
  main: Pick<PlanTarget, 'app'>,
  { app, config }: Pick<PlanTarget, 'app' | 'config'>
): { lacks: string[]; remedy: string } {
  const { vars, attachments } = missingOfStreaming(config)
  return {
    lacks: [...Object.keys(vars), ...attachments.map(name => `${name}_URL`)],
    remedy: howTo(main.app.name, app.name, vars, attachments)
  }
}

/** Throws a `UserError` if the streaming app runs another commit than the main one, or one that it cannot tell. */
export function requireSameCommit(main: Target, streaming: Target): void {
  const [wanted, runs] = [main.currentSlug?.commit, streaming.currentSlug?.commit]
  if (wanted && wanted === runs) return
  throw new UserError(
    `${streaming.app.name} runs ${runs?.slice(0, 8) ?? 'an unknown commit'}, and ${main.app.name} ${wanted?.slice(0, 8) ?? 'an unknown one'}: post-deployment migrations may take away what the streaming server still needs`,
    'Deploy (`command: deploy`) brings both to one commit, and then migrates. `phase: pre` is possible before.'
  )
}

export interface MissingOfStreaming {
  readonly vars: Record<string, string>
  /** Names under which the main app's add-ons are to be attached. */
  readonly attachments: readonly string[]
}

/** What the streaming app's config lacks. */
export function missingOfStreaming(config: Readonly<Record<string, string>>): MissingOfStreaming {
  return { vars: missingVars(config), attachments: SHARED.filter(name => !config[`${name}_URL`]) }
}

function missingVars(config: Readonly<Record<string, string>>): Record<string, string> {
  const hasMode = config['DATABASE_URL']?.includes('sslmode=') ?? false
  return Object.fromEntries(
    Object.entries(NEEDS.streamingServer.vars).filter(([name, value]) =>
      name === 'RUN_STREAMING'
        ? config[name] !== value
        : config[name] === undefined && !(name === 'PGSSLMODE' && hasMode)
    )
  )
}

function howTo(
  main: string,
  app: string,
  vars: Readonly<Record<string, string>>,
  attachments: readonly string[]
): string {
  const commands = [
    ...attachments.map(name => `\`heroku addons:attach ${main}::${name} --app ${app}\``),
    ...(Object.keys(vars).length > 0 ? [configSet(app, vars)] : [])
  ]
  return `Set \`streaming-setup: true\` to have it done, or: ${commands.join(', ')}.`
}
