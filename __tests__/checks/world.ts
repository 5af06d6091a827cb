import {
  runChecks,
  type AppFacts,
  type Check,
  type DynoFacts,
  type Finding,
  type JobFacts,
  type Surroundings
} from '../../src/checks/index.ts'
import { type InsidePart, type InsideValue } from '../../src/mastodon/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { NO_SIGNAL } from '../helpers/local-heroku.ts'

/** What Heroku would say of an app; what is left out cannot be asked for. */
export type Said = { readonly [Fact in keyof Omit<AppFacts, 'name'>]?: Awaited<ReturnType<AppFacts[Fact]>> }

const FACTS: Record<keyof Said, true> = {
  info: true,
  formation: true,
  dynos: true,
  addons: true,
  domains: true,
  releases: true,
  release: true,
  slug: true,
  slugs: true,
  platformLog: true,
  log: true,
  postgres: true,
  redisPolicy: true
}

export function factsOf(said: Said = {}, name = 'main'): AppFacts {
  const fact = (key: keyof Said) => (): Promise<never> =>
    key in said ? Promise.resolve(said[key] as never) : Promise.reject(new Error(`nobody answers for ${key}`))
  const keys = Object.keys(FACTS) as (keyof Said)[]
  return { name, ...(Object.fromEntries(keys.map(key => [key, fact(key)])) as unknown as Omit<AppFacts, 'name'>) }
}

/** What a one-off dyno would say; what is left out it does not. */
export function dynoOf(said: { readonly [Name in InsidePart]?: InsideValue<Name> } = {}): DynoFacts {
  return {
    part: name => {
      const value = said[name]
      return value === undefined ? Promise.reject(new Error('the dyno says nothing of it')) : Promise.resolve(value)
    }
  }
}

/** What the command would hand in; what is left out could not be had. */
export function givenOf(
  said: { readonly [Fact in keyof JobFacts]?: Awaited<ReturnType<JobFacts[Fact]>> } = {}
): JobFacts {
  const fact = (key: keyof JobFacts) => (): Promise<never> =>
    key in said ? Promise.resolve(said[key] as never) : Promise.reject(new Error(`nobody hands in ${key}`))
  return {
    key: fact('key'),
    repository: fact('repository'),
    build: fact('build'),
    tasks: fact('tasks'),
    ruby: fact('ruby'),
    node: fact('node'),
    upgrade: fact('upgrade')
  }
}

/** Surroundings in which there is nothing, but for what is given. */
export function surroundings(given: Partial<Surroundings> = {}): Surroundings {
  const quiet = (): void => {}
  return {
    configVars: {},
    mastodonToken: undefined,
    instance: undefined,
    streaming: undefined,
    app: factsOf(),
    streamingApp: undefined,
    dyno: dynoOf(),
    job: givenOf(),
    wants: { ffmpeg: 'auto', slugLimit: 300e6 },
    deployed: () => Promise.resolve({ commit: undefined, version: undefined }),
    thresholds: { certificateDays: 21, keyDays: 30, queueLatency: 120 },
    network: {
      dial: host => Promise.reject(new Error(`nothing leads to ${host}`)),
      names: { resolve: name => Promise.reject(new Error(`nobody knows ${name}`)) },
      answerWithin: 30_000
    },
    clock: new TestClock(),
    signal: NO_SIGNAL,
    longest: 600_000,
    waited: 0,
    log: {
      info: quiet,
      warning: quiet,
      error: quiet,
      group: (_, work) => work(),
      progress: quiet,
      fence: () => ({ write: quiet, close: quiet })
    },
    ...given
  }
}

/** What one check says, as the runner runs it. */
export async function look(check: Check, given: Partial<Surroundings> = {}): Promise<readonly Finding[]> {
  const [result] = await runChecks([check], surroundings(given))
  return result!.findings
}

/** Findings on a line each: `fail dead-set (12): sentence`, for tables of what is expected. */
export function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ level, about, figure, text }) =>
    [level, about, figure && `(${figure})`].filter(Boolean).join(' ').concat(`: ${text}`)
  )
}
