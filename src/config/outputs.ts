/** Outputs of action.yml. Each is set as soon as it is known, so that a later failure still leaves it. */
export interface Outputs {
  'slug-path': string
  'slug-sha256': string
  'slug-size': number
  /** Empty if the built tree has no ffmpeg. */
  'slug-size-with-ffmpeg': number | ''
  /** Empty if ffmpeg cannot be taken out. */
  'slug-size-without-ffmpeg': number | ''
  'slug-limit': number
  'within-limit': boolean
  ffmpeg: 'with' | 'without'
  'report-path': string
  'report-page-path': string
  'comment-body': string
  'comment-url': string
  'slug-size-streaming': number
  'release-version': number
  'previous-release-version': number
  'release-url': string
  'migrations-run': number
  healthy: boolean
  'rolled-back': boolean
  'checks-failed': number
  'issue-url': string
}

export interface JobResults {
  output<Name extends keyof Outputs>(name: Name, value: Outputs[Name]): void
  /** Adds Markdown to the job's summary, where there is one. It tells what happened, so a failure is a warning. */
  summary(markdown: string): Promise<void>
  /** Makes the runner write `***` for it wherever it appears in the log. */
  mask(secret: string): void
  /** The text without what is masked: for what leaves the job by another way than its log. */
  redact(this: void, text: string): string
}
