import { UserError } from '../runtime/index.ts'
import { parseBuildpack, type BuildpackReference } from './reference.ts'

export interface ConfiguredBuildpack {
  readonly buildpack: string
  /** What the fetched buildpack must be, 64 hexadecimal digits. */
  readonly sha256?: string
}

export interface ChosenBuildpack {
  readonly reference: BuildpackReference
  readonly sha256?: string
}

const MOST_BUILDPACKS = 30

/** The buildpacks in order: the config's, else app.json's. Nothing is detected: throws a `UserError` where neither names any. */
export function chooseBuildpacks(
  configured: readonly ConfiguredBuildpack[] | undefined,
  appJson: string | undefined
): ChosenBuildpack[] {
  const chosen = configured?.length
    ? configured.map(({ buildpack, sha256 }) => ({ reference: parseBuildpack(buildpack, 'config'), sha256 }))
    : buildpacksOf(appJson).map(url => ({ reference: parseBuildpack(url, 'app.json') }))
  if (chosen.length === 0) {
    throw new UserError(
      'Nothing names the buildpacks: the config has no `slug.buildpacks`, and app.json has no `buildpacks`',
      'List them in the config file, in order, as `heroku buildpacks` prints them: they are not guessed, and Heroku ignores a file .buildpacks.'
    )
  }
  if (chosen.length > MOST_BUILDPACKS)
    throw new UserError(`${chosen.length} buildpacks are too many`, `Name at most ${MOST_BUILDPACKS}.`)
  return chosen
}

/** app.json's `buildpacks: [{ "url": … }]` (Dev Center: app-json-schema). */
function buildpacksOf(appJson: string | undefined): string[] {
  if (appJson === undefined) return []
  const next = 'Mend app.json, or list the buildpacks under `slug.buildpacks` in the config file.'
  let data: unknown
  try {
    data = JSON.parse(appJson)
  } catch (error) {
    throw new UserError('app.json is not JSON', next, { cause: error })
  }
  const list = (data as { buildpacks?: unknown } | null)?.buildpacks ?? []
  if (!Array.isArray(list)) throw new UserError('`buildpacks` in app.json is not a list', next)
  return list.map((item: unknown, i) => {
    const url = (item as { url?: unknown } | null)?.url
    if (typeof url !== 'string') throw new UserError(`Buildpack ${i + 1} in app.json has no "url"`, next)
    return url
  })
}

/** `"stack"` of app.json; whether it is JSON at all is said where its buildpacks are read. */
export function stackOf(appJson: string | undefined): string | undefined {
  try {
    const { stack } = JSON.parse(appJson ?? '{}') as { stack?: unknown }
    return typeof stack === 'string' && stack !== '' ? stack : undefined
  } catch {
    return undefined
  }
}
