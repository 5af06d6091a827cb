import { type DeployProgress } from '../../../deploy/index.ts'
import { type JobResults } from '../../../inputs/index.ts'
import { type Visit } from '../../../local-heroku/index.ts'
import { type RanMigration } from '../../../mastodon/index.ts'
import { CancelledError, duration, errorText, numberText, UserError } from '../../../runtime/index.ts'
import { endingOf, type Ending, type Story } from '../../../verdict/index.ts'
import { tellSlug } from '../results.ts'

/**
 * What a rehearsal has seen, for its verdict. The apps are gone when it ends, so nothing of them is told as if they
 * served: no release, no address, no command to type.
 */
export class Seen implements DeployProgress {
  readonly title = 'Rehearsal'
  readonly #story: Story
  readonly #results: JobResults
  readonly #passed: string[] = []
  readonly #notSeen: string[] = []
  readonly #failed: UserError[] = []
  readonly #visits: Visit[] = []
  #ran: readonly RanMigration[] = []
  readonly #printLogs: () => void
  /** `with ffmpeg`, as the report has it; empty until a slug is there. */
  variant = ''

  /** @param printLogs prints what the dynos said: when something fails, and never later */
  constructor(story: Story, results: JobResults, printLogs: () => void) {
    this.#story = story
    this.#results = results
    this.#printLogs = printLogs
  }

  target: DeployProgress['target'] = () => {}
  deploying: DeployProgress['deploying'] = () => Promise.resolve()
  released: DeployProgress['released'] = () => {}
  rolledBack: DeployProgress['rolledBack'] = () => {}

  shipping: DeployProgress['shipping'] = slug => {
    this.variant = slug.variant
    tellSlug(this.#results, slug)
  }

  healthy = (): void => {
    this.#results.output('healthy', true)
    this.passed('boots')
  }

  migrated: DeployProgress['migrated'] = (versions, ran) => {
    this.#results.output('migrations-run', versions.length)
    this.#ran = ran
  }

  /** Each migration that ran with its time, slowest first. */
  async tellMigrations(): Promise<void> {
    if (this.#ran.length === 0) return
    await this.#story.step('Migrations', () => {
      for (const { version, name, seconds } of [...this.#ran].sort((one, other) => other.seconds - one.seconds))
        this.#story.note(`${version} ${name}: ${duration(seconds * 1000)}`)
      return Promise.resolve()
    })
    const whole = this.#ran.reduce((sum, { seconds }) => sum + seconds, 0)
    this.passed(`migrates in ${duration(whole * 1000)}`)
  }

  visit(visit: Visit): void {
    this.#visits.push(visit)
  }

  /** @param what a clause, such as `a GIF became a video` */
  passed(what: string): void {
    this.#passed.push(what)
  }

  /** What was not looked at, and why: told, so that nobody takes it for seen. */
  notSeen(what: string, why: string): void {
    this.#story.note(`Not seen: ${what}, for ${why}`)
    this.#notSeen.push(`${what} (${why})`)
  }

  /** Does a step of the story. If it fails, that is kept, and the steps go on that do not need it: undefined then. */
  async attempt<Answer>(step: string, work: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await this.#story.step(step, work)
    } catch (error) {
      if (error instanceof CancelledError || !(error instanceof UserError)) throw error
      this.#story.log.info(`Failed: ${error.message}`)
      this.#printLogs()
      this.#failed.push(error)
      return undefined
    }
  }

  /** Throws if a step failed. */
  judge(): void {
    const [first, ...more] = this.#failed
    if (!first) return
    const others = more.map(error => `And ${errorText(error)}`)
    throw new UserError([first.message, ...others].join('\n'), first.nextStep)
  }

  ending(): Ending {
    const requests = this.#visits.reduce((sum, visit) => sum + visit.requests, 0)
    const failed = this.#visits.reduce((sum, visit) => sum + visit.failed, 0)
    const visited = requests === 0 ? [] : [`${numberText(failed)} of ${numberText(requests)} requests failed`]
    const missing = this.#notSeen.length === 0 ? '' : `; not seen: ${this.#notSeen.join(', ')}`
    const headline = `Rehearsal passed: ${[...this.#passed, ...visited].join(', ')}${missing}`
    this.#story.log.info(headline)
    return { headline }
  }

  endingOf(error: unknown): Ending {
    const ending = endingOf(error, this.#story.begun)
    if (error instanceof CancelledError) return { ...ending, headline: error.message, error }
    if (this.#failed.length === 0) this.#printLogs()
    if (ending.outcome === 'refused' || !(error instanceof UserError)) return { ...ending, error }
    const next = /\bheroku [a-z]+|`command: /.test(error.nextStep) ? LOOK_ABOVE : error.nextStep
    const told = new UserError(`Rehearsal did not pass: ${error.message}`, next)
    return { ...endingOf(told, ['']), outcome: 'failed', error: told }
  }

  finish(): Promise<void> {
    return Promise.resolve()
  }
}

/** In place of commands for an app that is gone. */
const LOOK_ABOVE = 'Mend what the lines above name: they are what the dynos and the release phase printed.'
