import { type Addon, type Formation, type LogLine, type PostgresFigures, type Release } from '../../heroku/index.ts'
import { type Finding } from '../check.ts'
import { type Cause } from '../could-not-look.ts'

/** What Heroku tells of one app. What is absent is not known. Texts may be of others. */
export interface AppSighting {
  /** Its name. */
  readonly app: string
  readonly maintenance?: boolean
  readonly formation?: readonly Formation[]
  readonly dynos?: readonly DynoSighting[]
  /** The newest first. */
  readonly releases?: readonly Release[]
}

/**
 * What is seen of the main app, and what has happened to it. Plain values; nothing in it is the value of a config var.
 */
export interface Sighting extends AppSighting {
  /** Milliseconds since 1970, as all times here. */
  readonly now: number
  /** What keeps Heroku from answering, if it does not. */
  readonly refusal?: Cause
  /** The lines that Heroku still has, its own and the app's, oldest first. */
  readonly log?: readonly LogLine[]
  readonly addons?: readonly Addon[]
  readonly postgres?: PostgresFigures
  /** `/health` at the app's own address; the text is a clause. */
  readonly health?: { readonly ok: boolean; readonly text: string }
  /** The app that runs streaming, if it is one of its own. */
  readonly streaming?: AppSighting
  /** What the checks have found so far, if it is not ok. */
  readonly found: readonly Found[]
}

export interface DynoSighting {
  readonly name: string
  readonly type: string
  /** Heroku's word: `up`, `crashed`, `down`, `idle`, `starting`. */
  readonly state: string
  /** When it came into that state. */
  readonly since?: number
}

export interface Found extends Pick<Finding, 'about' | 'text' | 'remedy'> {
  /** Name of the check. */
  readonly check: string
  readonly level: 'fail' | 'warn'
}
