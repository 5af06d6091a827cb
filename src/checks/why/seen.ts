import { type Addon, type Formation, type LogLine, type PostgresFigures, type Release } from '../../heroku/index.ts'
import { type Finding } from '../check.ts'
import { type Cause } from '../could-not-look.ts'

/**
 * What is seen of an app, and what has happened to it. Plain values; what is absent is not known. Texts may be of others.
 * Nothing in it is the value of a config var.
 */
export interface Sighting {
  readonly app: string
  /** Milliseconds since 1970, as all times here. */
  readonly now: number
  /** What keeps Heroku from answering, if it does not. */
  readonly refusal?: Cause
  readonly maintenance?: boolean
  readonly formation?: readonly Formation[]
  readonly dynos?: readonly DynoSighting[]
  /** The newest first. */
  readonly releases?: readonly Release[]
  /** The lines that Heroku still has, its own and the app's, oldest first. */
  readonly log?: readonly LogLine[]
  readonly addons?: readonly Addon[]
  readonly postgres?: PostgresFigures
  /** `/health` at the app's own address. */
  readonly health?: { readonly ok: boolean; readonly text: string }
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
