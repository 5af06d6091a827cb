import { type Config } from '../../config/index.ts'
import { type Inputs } from '../../inputs/index.ts'
import { displayPath, UserError, type BytePath } from '../../runtime/index.ts'
import { ffmpegPrograms, globRule, packageFiles, trim, type SlugFile } from '../../slug/index.ts'

/** What to do about an ffmpeg that cannot be taken out. */
export const TAKE_IT_OUT = 'Name it in .slugignore, or under `slug.trim` in the config, if no slug is to have it'

/**
 * Executables called ffmpeg that were committed, but for those of npm packages and buildpacks, and those that `slug.trim`
 * takes out. Throws a `UserError` for one if the slug is to have no ffmpeg: that is known before anything is built.
 * @param files of the commit
 */
export function committedFfmpeg(config: Config, files: readonly SlugFile[], builder: Inputs['builder']): BytePath[] {
  const globs = builder === 'runner' ? config.slug.trim.globs : []
  const isOfPackage = packageFiles(files)
  const { kept } = trim(files, globs.length > 0 ? [globRule(globs)] : [])
  const found = ffmpegPrograms(kept).flatMap(program => (isOfPackage(program.path) ? [] : [program.path]))
  if (config.ffmpeg === 'without' && found.length > 0) {
    throw new UserError(
      `ffmpeg is in the commit, and the config says \`ffmpeg: without\`: ${listed(found.map(displayPath))}`,
      builder === 'runner'
        ? `${TAKE_IT_OUT}, or set \`ffmpeg: with\`.`
        : 'Name it in .slugignore, or set `ffmpeg: with`: Heroku’s build knows no `slug.trim`.'
    )
  }
  return found
}

const SHOWN = 5
/** Characters of one name: a report has room for so much (src/report/data.ts). */
const LONGEST = 300

/** The first few of them, and how many there are more. */
export function listed(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  const shown = names.slice(0, SHOWN).map(name => (name.length > LONGEST ? `…${name.slice(-LONGEST)}` : name))
  return shown.join(', ') + more
}
