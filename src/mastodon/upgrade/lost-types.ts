import { type Procfile } from '../../buildpacks/index.ts'
import { type Dynos } from './facts.ts'
import { type TreeProblem } from './tree.ts'

/**
 * The dynos of a formation that a release would end: the slug lacks their process type, so Heroku takes it out of the
 * formation. The type `release` has no dynos there.
 * @param types process types of the slug
 */
export function lostTypes(formation: readonly Dynos[], types: readonly string[]): Dynos[] {
  return formation.filter(({ type, quantity }) => quantity > 0 && type !== 'release' && !types.includes(type))
}

/**
 * Says which dynos would be lost, why, and what to do.
 * @param slug.what what lacks the type, in words: `the slug`
 * @param slug.has its process types
 * @param slug.procfile the commit's; undefined if the commit does not decide the type
 */
export function explainLost(
  app: string,
  lost: Dynos,
  { what, has, procfile }: { what: string; has: readonly string[]; procfile: Procfile | undefined }
): TreeProblem {
  const { type, planned } = lost
  const dynos = described(lost)
  const comes = planned
    ? `${app} is to run ${dynos}, and ${what} has no process type \`${type}\`: Heroku could not start ${plural(lost) ? 'them' : 'it'}`
    : `${app} runs ${dynos}, and ${what} has no process type \`${type}\`: with the release Heroku would take it out of the formation and end ${plural(lost) ? 'them' : 'it'}`
  const types = has.filter(name => name !== 'release').sort()
  const names = types.length === 0 ? 'It has none' : `It has ${types.join(', ')}`
  const { evidence, remedy } = procfile ? inProcfile(lost, procfile) : { evidence: [], remedy: [] }
  return {
    reason: [comes, names, ...evidence].join('. '),
    remedy: [
      ...remedy,
      ...(planned ? [] : [`If \`${type}\` is no longer wanted: \`heroku ps:scale ${type}=0 --app ${app}\`.`])
    ].join(' ')
  }
}

function plural({ quantity }: Dynos): boolean {
  return quantity !== 1
}

/** `2 worker dynos (Standard-1X)` */
function described(dynos: Dynos): string {
  const { type, quantity, size } = dynos
  return `${quantity} ${type} dyno${plural(dynos) ? 's' : ''}${size ? ` (${size})` : ''}`
}

/** What the commit has in place of the type, and what to change. */
function inProcfile(
  { type, command }: Dynos,
  { file, types, comments, ignoredAt }: Procfile
): { evidence: string[]; remedy: string[] } {
  const line = lineFor(type, command)
  if (file !== 'Procfile') {
    if (ignoredAt !== undefined)
      return {
        evidence: [`.slugignore:${ignoredAt} takes \`Procfile\` out of the build`],
        remedy: [`Take that line out of .slugignore, and have ${line} in the Procfile.`]
      }
    return file === undefined
      ? {
          evidence: ['The commit has no `Procfile` in its top folder'],
          remedy: [`Add a file \`Procfile\` with ${line}.`]
        }
      : {
          evidence: [`The commit has no \`Procfile\`, but a file \`${file}\`: the name is case-sensitive`],
          remedy: [`\`git mv ${file} Procfile\`, and have ${line} in it.`]
        }
  }
  const comment = comments.find(one => one.type === type)
  if (comment)
    return {
      evidence: [`Procfile:${comment.line} is a comment: "${comment.text}"`],
      remedy: ['Take the # away from that line.']
    }
  const other = Object.keys(types).find(one => one.toLowerCase() === type.toLowerCase())
  if (other !== undefined && other !== type)
    return {
      evidence: [`The commit's Procfile has \`${other}\`: names are case-sensitive`],
      remedy: [`Write \`${type}\` in the Procfile.`]
    }
  return other === undefined
    ? { evidence: [], remedy: [`Add ${line} to the Procfile.`] }
    : { evidence: ["The commit's Procfile has it, and the build took it away"], remedy: ['Look which buildpack does.'] }
}

/** The line to write, with the command that runs now if Heroku tells it and it can be shown. */
function lineFor(type: string, command: string | null | undefined): string {
  const shown = command && command.length <= 200 && /^[\x20-\x5f\x61-\x7e]+$/.test(command) ? command : '…'
  return `the line \`${type}: ${shown}\``
}
