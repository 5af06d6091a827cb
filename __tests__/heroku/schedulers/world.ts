import { openScheduler, type Scheduler, type SchedulerName } from '../../../src/heroku/index.ts'
import { type LocalHeroku } from '../../rig/local-heroku/index.ts'
import { type Clock } from '../../../src/runtime/index.ts'
import { ask } from '../../local-heroku/ask.ts'
import { NO_SIGNAL } from '../../helpers/local-heroku.ts'

/** The schedulers that keep tasks of their own, and where theirs are written to. */
export const WRITES: Readonly<Record<string, { readonly path: string; readonly change: string }>> = {
  'heroku-scheduler': { path: '/jobs', change: 'PATCH' },
  'cron-to-go': { path: '/jobs', change: 'PATCH' },
  'advanced-scheduler': { path: '/triggers', change: 'PUT' }
}

const ADDONS = {
  'heroku-scheduler': 'scheduler:standard',
  'cron-to-go': 'crontogo:free-10',
  'advanced-scheduler': 'advanced-scheduler:trial'
}
let number = 0

/** The credentials that an add-on brings to an app. */
function credentials(name: string): Record<string, string> {
  if (name === 'cron-to-go')
    return { CRONTOGO_ORGANIZATION_ID: `org-${number}-0123456789`, CRONTOGO_API_KEY: `cron-key-${number}` }
  return name === 'advanced-scheduler' ? { ADVANCED_SCHEDULER_API_TOKEN: `advanced-token-${number}` } : {}
}

export interface OpenApp {
  readonly kind: SchedulerName
  readonly name: string
  readonly id: string
  /** With which its scheduler is asked. */
  readonly key: string
  readonly vars: Readonly<Record<string, string>>
  readonly scheduler: Scheduler
}

/** An app of its own with the add-on, and its scheduler as the action opens it. */
export async function appWith(name: SchedulerName, heroku: LocalHeroku, clock: Clock): Promise<OpenApp> {
  const app = `tasks-${++number}`
  const vars = credentials(name)
  await heroku.addApp(app, { addons: [{ plan: ADDONS[name as keyof typeof ADDONS], vars }] })
  const { id } = (await ask(heroku, `GET /apps/${app}`)).body
  const urls = { 'cron-to-go': heroku.cronToGoUrl, 'advanced-scheduler': heroku.advancedSchedulerUrl }
  const access = { app: { id, name: app }, herokuKey: heroku.apiKey, vars, clock, signal: NO_SIGNAL }
  const url = urls[name as keyof typeof urls] ?? heroku.schedulerUrl
  const key = vars['CRONTOGO_API_KEY'] ?? vars['ADVANCED_SCHEDULER_API_TOKEN'] ?? heroku.apiKey
  return { kind: name, name: app, id, key, vars, scheduler: openScheduler(name, { ...access, url }) }
}
