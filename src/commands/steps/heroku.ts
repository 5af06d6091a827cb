import {
  createClient,
  HerokuApp,
  HerokuError,
  keyEnd,
  secretValues,
  whoAmI,
  type HerokuClient
} from '../../heroku/index.ts'
import { type Tools } from '../../deploy/index.ts'
import { type CommandName, type JobResults, type Slice } from '../../inputs/index.ts'
import { MAKE_KEY, UserError, type Runtime } from '../../runtime/index.ts'
import { type Story } from '../../verdict/index.ts'

/** A Heroku to talk to: the real one, or one on this machine. */
export interface HerokuAccess {
  readonly url: string
  readonly key: string
  /** Milliseconds that one wait for it may take. */
  readonly timeout: number
  /** Certificate authority of its rendezvous server, if it is none that Node trusts. */
  readonly ca?: string
}

export interface Connection {
  readonly client: HerokuClient
  readonly key: string
  readonly tools: Tools
  readonly app: (name: string) => HerokuApp
}

/** The Heroku that the inputs name, for this command. Throws a `UserError` without a key. */
export function herokuOf(
  inputs: Slice<'herokuApiUrl' | 'herokuApiKey' | 'timeout'>,
  command: CommandName
): HerokuAccess {
  if (inputs.herokuApiKey === undefined) {
    throw new UserError(`\`command: ${command}\` needs a Heroku key`, MAKE_KEY)
  }
  return { url: inputs.herokuApiUrl, key: inputs.herokuApiKey, timeout: inputs.timeout }
}

export function connect(
  { url, key, timeout, ca }: HerokuAccess,
  story: Story,
  { clock, signal, log }: Pick<Runtime, 'clock' | 'signal' | 'log'>
): Connection {
  const told = (line: string): void => story.note(line)
  const client = createClient({ url, key, clock, signal, patience: timeout, told })
  return {
    client,
    key,
    tools: { story, log, clock, signal, ca, timeout },
    app: name => new HerokuApp(client, name, clock, signal)
  }
}

/** The app that a command is about. Throws a `UserError` if none is named. */
export function requireApp(name: string | undefined): string {
  if (name !== undefined) return name
  throw new UserError('No app is named', 'Set `app:` in the config file, or give the input `app`.')
}

const DAY = 86_400
const WARN_BELOW_DAYS = 30

/** Whether the key works, and how long still. */
export async function checkKey({ client, key, tools }: Connection): Promise<void> {
  const { story } = tools
  const email = await whoAmI(client).catch((error: unknown) => {
    // Keys of an automation may lack the scope `identity`; the app itself will tell whether this one works.
    if (error instanceof HerokuError && error.status === 403) return undefined
    throw error
  })
  // A deploy does not depend on it.
  const end = await keyEnd(client, key).catch(() => 'not told' as const)
  const days = typeof end === 'object' && end.seconds !== undefined ? Math.floor(end.seconds / DAY) : undefined
  story.note(`The key works${email ? ` (${maskEmail(email)})` : ''}${endText(end, days)}`)
  if (days !== undefined && days < WARN_BELOW_DAYS) story.warn(`The Heroku key expires in ${days} days. ${MAKE_KEY}`)
}

function endText(end: Awaited<ReturnType<typeof keyEnd>> | 'not told', days: number | undefined): string {
  if (end === undefined) return '; whether it expires it may not say'
  if (end === 'not told') return '; Heroku did not say whether it expires'
  return days === undefined ? '; it has no end' : `, for ${days} more days`
}

/** Enough to know whose key it is, in a log that everybody may read. */
function maskEmail(email: string): string {
  return email.replace(/^(.).*(@.*)$/, '$1…$2')
}

/** Masks what is secret among an app's config vars. */
export function masker(results: JobResults): (config: Readonly<Record<string, string>>) => void {
  return config => {
    for (const value of secretValues(config)) results.mask(value)
  }
}
