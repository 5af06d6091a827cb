import { UserError } from '../runtime/index.ts'
import { APP_NAME, APP_NAME_RULE } from './rules.ts'
import { didYouMean, oneOf, shown } from './shown.ts'
import { parseLimit } from './size.ts'
import { FFMPEG, type Config } from './schema.ts'

/** The action's inputs that stand above the config file; an empty one counts as not given. */
export interface ConfigInputs {
  app?: string
  streamingApp?: string
  stagingApp?: string
  ffmpeg?: string
  slugLimit?: string
}

/** The config with the inputs over it. Throws a `UserError` that names the input which is wrong. */
export function mergeInputs(config: Config, inputs: ConfigInputs): Config {
  return {
    ...config,
    app: appName('app', inputs.app) ?? config.app,
    streamingApp: appName('streaming-app', inputs.streamingApp) ?? config.streamingApp,
    stagingApp: appName('staging-app', inputs.stagingApp) ?? config.stagingApp,
    ffmpeg: ffmpeg(inputs.ffmpeg) ?? config.ffmpeg,
    slug: { ...config.slug, limit: slugLimit(inputs.slugLimit) ?? config.slug.limit }
  }
}

function appName(input: string, value: string | undefined): string | undefined {
  if (!value || APP_NAME.test(value)) return value || undefined
  throw wrong(input, `expected ${APP_NAME_RULE}, not ${shown(value)}`)
}

function ffmpeg(value: string | undefined): Config['ffmpeg'] | undefined {
  const word = FFMPEG.find(known => known === value)
  if (!value || word !== undefined) return word
  throw wrong('ffmpeg', `expected ${oneOf(FFMPEG)}, not ${shown(value)}${didYouMean(value, FFMPEG)}`)
}

function slugLimit(value: string | undefined): number | undefined {
  if (!value) return undefined
  try {
    return parseLimit(value)
  } catch (error) {
    throw error instanceof UserError ? wrong('slug-limit', error.message, error.nextStep) : error
  }
}

function wrong(input: string, problem: string, nextStep = `Correct the input \`${input}\` of the action.`): UserError {
  return new UserError(`Input ${input}: ${problem}`, nextStep)
}
