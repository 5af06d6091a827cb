import { type App, type Formation, type HerokuApp, type Release, type Slug } from '../heroku/index.ts'
import { UserError } from '../runtime/index.ts'
import { poll, type Tools } from './tools.ts'

/** An app as it is before anything is changed. */
export interface Target {
  readonly app: HerokuApp
  readonly info: App
  readonly stack: string
  /** All config vars: secrets. Only values that are asked for by name go further. */
  readonly config: Readonly<Record<string, string>>
  /** The newest first. */
  readonly releases: readonly Release[]
  readonly current: Release | undefined
  readonly currentSlug: Slug | undefined
  readonly formation: readonly Formation[]
  readonly preboot: boolean
}

export interface Finding {
  /** Stable: `stack`, `add-on`. */
  readonly name: string
  readonly level: 'block' | 'warn'
  readonly reason: string
  readonly remedy: string
}

/** Looks at the app before a deploy. Pure: all it may look at is handed in. */
export type PreflightCheck = (target: Target, needs: Needs) => Finding[]

export interface Needs {
  /** Stack of the slug, where it is known before it is built. */
  readonly stack: string | undefined
  /** Config vars without which the app cannot run, and the add-on that brings each. */
  readonly required: Readonly<Record<string, string>>
}

/** Newest releases that are looked at: a slug to reuse and one to go back to are among them (Heroku keeps 20). */
const RELEASES = 25

/** Reads what a deploy must know of an app, and waits while someone else's release or build is under way. */
export async function readTarget(
  app: HerokuApp,
  mask: (config: Readonly<Record<string, string>>) => void,
  tools: Tools
): Promise<Target> {
  const info = await app.info()
  const generation = typeof info.generation === 'string' ? info.generation : info.generation?.name
  if ((generation ?? 'cedar') !== 'cedar' || ['cnb', 'container'].includes(info.stack.name)) {
    throw new UserError(
      `The app ${app.name} runs images (${generation ?? ''} ${info.stack.name}), and slugs are for apps of the Cedar generation`,
      'Make a Cedar app for this instance: `heroku create --stack heroku-24`.'
    )
  }
  const config = await app.configVars()
  mask(config)
  await waitForBuild(app, tools)
  const releases = await settledReleases(app, tools)
  const current = releases.find(({ current }) => current) ?? releases.find(({ status }) => status === 'succeeded')
  return {
    app,
    info,
    stack: (info.build_stack ?? info.stack).name,
    config,
    releases,
    current,
    currentSlug: current?.slug ? await app.slug(current.slug.id) : undefined,
    formation: await app.formation(),
    preboot: await app.hasFeature('preboot')
  }
}

async function waitForBuild(app: HerokuApp, tools: Tools): Promise<void> {
  let told = false
  await poll(tools, waiting('a build to finish', tools), async () => {
    const pending = (await app.builds(1)).find(({ status }) => status === 'pending')
    if (!pending) return true
    if (!told)
      tools.story.note(`Waiting for a build that ${pending.user?.email ?? 'somebody'} started at ${pending.created_at}`)
    told = true
    return undefined
  })
}

/** Releases, none of them pending. */
async function settledReleases(app: HerokuApp, tools: Tools): Promise<Release[]> {
  let told = false
  return poll(tools, waiting('a release to finish', tools), async () => {
    const releases = await app.releases(RELEASES)
    const pending = releases.find(({ status }) => status === 'pending')
    if (!pending) return releases
    if (!told) {
      const { version, description, user } = pending
      tools.story.note(`Waiting for release v${version} (${description}) of ${user?.email ?? 'somebody'}`)
    }
    told = true
    return undefined
  })
}

function waiting(what: string, { timeout }: Tools): Parameters<typeof poll>[1] {
  const next = 'Look at `heroku releases` and `heroku builds`; cancel what hangs, then run the job again.'
  return { what, next, first: 2_000, longest: 10_000, timeout }
}

export const PREFLIGHT_CHECKS: readonly PreflightCheck[] = [checkStack, checkRequired]

/** A slug runs on the stack it was built for alone (Dev Center: stack). */
function checkStack({ app, stack }: Target, needs: Needs): Finding[] {
  if (needs.stack === undefined || needs.stack === stack) return []
  return [
    {
      name: 'stack',
      level: 'block',
      reason: `The slug is for ${needs.stack}, and ${app.name} is on ${stack}`,
      remedy: `Set \`stack: ${stack}\` in the config, or move the app: \`heroku stack:set ${needs.stack} --app ${app.name}\`.`
    }
  ]
}

function checkRequired({ app, config }: Target, { required }: Needs): Finding[] {
  return Object.entries(required).flatMap(([variable, addon]) =>
    config[variable]
      ? []
      : [
          {
            name: 'add-on',
            level: 'block' as const,
            reason: `${app.name} has no ${variable}`,
            remedy: `Add what brings it: \`heroku addons:create ${addon} --app ${app.name}\`, or set it.`
          }
        ]
  )
}

/** Runs the checks; warnings are told, and what blocks is thrown all together. */
export function judgeTarget(target: Target, needs: Needs, checks: readonly PreflightCheck[], { story }: Tools): void {
  const findings = checks.flatMap(check => check(target, needs))
  for (const { level, reason, remedy } of findings) if (level === 'warn') story.warn(`${reason}. ${remedy}`)
  const blocking = findings.filter(({ level }) => level === 'block')
  if (blocking.length === 0) return
  throw new UserError(blocking.map(({ reason }) => reason).join('; '), blocking.map(({ remedy }) => remedy).join(' '))
}
