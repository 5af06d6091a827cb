/** One output of the action. */
interface OutputRow {
  readonly type: 'string' | 'integer' | 'boolean' | 'enum'
  /** All that it may be, for an enum. */
  readonly words?: readonly string[]
  /** It is set to an empty text if there is no such thing. */
  readonly mayBeEmpty?: true
  /** What it is, in a sentence. */
  readonly about: string
}

const BUILD = {
  'slug-path': {
    type: 'string',
    about: "The chosen slug, a .tgz as Heroku's Slug API takes it; of a build on the runner."
  },
  'slug-sha256': { type: 'string', about: 'Its SHA-256, hexadecimal.' },
  'slug-size': { type: 'integer', about: 'Size of the web slug in bytes; also of one that is used again.' },
  'slug-size-with-ffmpeg': {
    type: 'integer',
    mayBeEmpty: true,
    about: 'Size of the slug with ffmpeg in bytes; empty if the built tree has no ffmpeg.'
  },
  'slug-size-without-ffmpeg': {
    type: 'integer',
    mayBeEmpty: true,
    about: 'Size of the slug without ffmpeg in bytes; empty if ffmpeg cannot be taken out.'
  },
  'slug-size-streaming': { type: 'integer', about: "Size of the streaming app's slug in bytes." },
  'slug-limit': { type: 'integer', about: 'The limit in bytes.' },
  'within-limit': { type: 'boolean', about: 'Whether the chosen slug is within the limit.' },
  ffmpeg: { type: 'enum', words: ['with', 'without'], about: 'The variant chosen: with or without.' },
  'report-path': { type: 'string', about: 'Path of report.json.' },
  'report-page-path': { type: 'string', about: 'Path of report.html, the page to look into the slug with.' }
} as const satisfies Record<string, OutputRow>

const COMMAND = {
  outcome: {
    type: 'enum',
    words: ['done', 'nothing-to-do', 'refused', 'failed', 'unverified', 'rolled-back', 'found', 'cancelled'],
    about:
      'How the command ended: done, nothing-to-do, refused (before anything changed), failed (in the middle), unverified (live, not proved healthy), rolled-back, found (something to act on), cancelled.'
  }
} as const satisfies Record<string, OutputRow>

const REPORT = {
  'comment-body': {
    type: 'string',
    about: 'The report, or the upgrade plan, as Markdown, short enough for a comment; for those who post it themselves.'
  },
  'comment-url': { type: 'string', about: 'The comment on the pull request.' }
} as const satisfies Record<string, OutputRow>

const DEPLOY = {
  'release-version': { type: 'integer', about: 'Version of the release that runs this commit, such as 42.' },
  'previous-release-version': { type: 'integer', about: 'Version of the release that was current before.' },
  'release-url': { type: 'string', about: "The release in Heroku's dashboard." },
  'migrations-run': { type: 'integer', about: 'How many migrations ran, of both phases.' },
  healthy: { type: 'boolean', about: 'Whether the app answered as it should.' },
  'rolled-back': { type: 'boolean', about: 'Whether the release before was brought back.' }
} as const satisfies Record<string, OutputRow>

const CHECKS = {
  'checks-failed': { type: 'integer', about: 'How many checks failed; what has one cause counts once.' },
  'issue-url': { type: 'string', about: 'The issue of the nightly checks.' }
} as const satisfies Record<string, OutputRow>

/** The outputs under what they are of, as action.yml and README show them. */
export const OUTPUT_GROUPS: Readonly<Record<string, Readonly<Record<string, OutputRow>>>> = {
  Command: COMMAND,
  Build: BUILD,
  Report: REPORT,
  Deploy: DEPLOY,
  Checks: CHECKS
}

type Rows = typeof COMMAND & typeof BUILD & typeof REPORT & typeof DEPLOY & typeof CHECKS
type Types = { string: string; integer: number; boolean: boolean; enum: never }
type ValueOf<Row extends OutputRow> =
  | (Row extends { words: readonly (infer Word)[] } ? Word : Types[Row['type']])
  | (Row extends { mayBeEmpty: true } ? '' : never)

/** The values of all outputs. */
type Outputs = { [Name in keyof Rows]: ValueOf<Rows[Name]> }

/** Where a command says what came of it. */
export interface JobResults {
  /** Sets an output as soon as it is known, so that a later failure still leaves it. A text loses its secrets. */
  output<Name extends keyof Outputs>(name: Name, value: Outputs[Name]): void
  /** Adds Markdown, without its secrets, to the job's summary, if there is one. It tells what happened, so a failure is a warning. */
  summary(markdown: string): Promise<void>
  /** From now on it is a secret: `***` stands for it wherever anything is shown, written or sent. */
  mask(secret: string): void
}
