import { UserError } from '../runtime/index.ts'
import { AppJsonFile } from './app-json.ts'
import { parseBuildpack, type BuildpackReference } from './reference.ts'

interface ConfiguredBuildpack {
  readonly buildpack: string
  /** The SHA-256 that the fetched buildpack must have: 64 hexadecimal digits. */
  readonly sha256?: string
}

export interface ChosenBuildpack {
  readonly reference: BuildpackReference
  readonly sha256?: string
}

interface BuildpackChoice {
  readonly chosen: readonly ChosenBuildpack[]
  /** What is read in another way than it is written, or than Heroku would read it. */
  readonly warnings: readonly string[]
}

const MOST_BUILDPACKS = 30

/**
 * The buildpacks in order: the config's, else app.json's. Nothing is guessed from the tree. app.json is not read if the
 * config names buildpacks. Throws a `UserError` if neither names any, or one cannot be read.
 * @param appJson the text of app.json; undefined if there is none
 */
export function chooseBuildpacks(
  configured: readonly ConfiguredBuildpack[] | undefined,
  appJson: string | undefined
): BuildpackChoice {
  const { chosen, warnings } = readBuildpacks(configured, appJson)
  if (chosen.length === 0) {
    const none = appJson === undefined ? 'there is no app.json' : 'app.json has no `buildpacks`'
    throw new UserError(
      `Nothing names the buildpacks: the config has no \`slug.buildpacks\`, and ${none}`,
      'List them in the config file, in order, as `heroku buildpacks --app APP` prints them: they are not guessed, and Heroku ignores a file .buildpacks.'
    )
  }
  if (chosen.length > MOST_BUILDPACKS)
    throw new UserError(`${chosen.length} buildpacks are too many`, `Name at most ${MOST_BUILDPACKS}.`)
  return { chosen, warnings }
}

/** The same, but the list is empty if neither names any. */
export function readBuildpacks(
  configured: readonly ConfiguredBuildpack[] | undefined,
  appJson: string | undefined
): BuildpackChoice {
  if (configured?.length) {
    const chosen = configured.map(({ buildpack, sha256 }) => ({
      reference: parseBuildpack(buildpack, 'config'),
      sha256
    }))
    return { chosen, warnings: notesOn(chosen) }
  }
  if (appJson === undefined) return { chosen: [], warnings: [] }
  const file = new AppJsonFile(appJson)
  const chosen = namedIn(file)
  return { chosen, warnings: [...file.warnings(), ...notesOn(chosen)] }
}

function notesOn(chosen: readonly ChosenBuildpack[]): string[] {
  return chosen.flatMap(({ reference }) => reference.note ?? [])
}

/** app.json's buildpacks. An error about one says its line. */
function namedIn(file: AppJsonFile): ChosenBuildpack[] {
  return file.buildpacks().map(({ url, at }) => {
    try {
      return { reference: parseBuildpack(url, 'app.json') }
    } catch (error) {
      throw error instanceof UserError ? new UserError(`${at}: ${error.message}`, error.nextStep) : error
    }
  })
}

/** `"stack"` of app.json; undefined if there is none. Throws a `UserError` with the line if app.json cannot be read. */
export function stackOf(appJson: string | undefined): string | undefined {
  return appJson === undefined ? undefined : new AppJsonFile(appJson).stack()
}
