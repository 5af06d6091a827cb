import { afterEach, beforeEach, expect } from '@jest/globals'
import { Github } from '../../src/github/index.ts'
import { Secrets, type Log } from '../../src/runtime/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { FakeGithub, SIGNATURE } from '../helpers/fake-github.ts'

export const TOKEN = 'ghs_top-secret'
export const ALL = { contents: 'read', actions: 'read', 'pull-requests': 'write' } as const

/** `a` as a commit. */
export function sha(digit: string): string {
  return digit.repeat(40)
}

/** As the command of a step has it. */
export function redactor(...secrets: string[]): (text: string) => string {
  const { add, redact } = new Secrets()
  secrets.forEach(add)
  return redact
}

/** The fake GitHub of a test, with a log of its own. Call it at the top of a test file. */
export function useGithub() {
  const world = {
    lines: [] as string[],
    fake: undefined as unknown as FakeGithub,
    connect,
    log: undefined as unknown as Log
  }
  beforeEach(async () => {
    world.fake = await FakeGithub.start()
    world.fake.allow(TOKEN, ALL)
    world.lines = []
    world.log = {
      info: line => void world.lines.push(line),
      warning: line => void world.lines.push(line),
      error: line => void world.lines.push(line),
      group: (_, work) => work(),
      progress: () => {},
      fence: () => ({ write: () => {}, close: () => {} })
    }
  })
  afterEach(async () => {
    await world.fake.close()
    // Each request of each test names the version that ours is written for.
    for (const version of world.fake.versions) expect(version).toBe('2022-11-28')
  })

  function connect(token = TOKEN): Github {
    return new Github({
      apiUrl: world.fake.url,
      token,
      repository: 'owner/fork',
      log: world.log,
      redact: redactor(token),
      clock: new TestClock(),
      signal: new AbortController().signal
    })
  }
  return world
}

/** Nothing that anybody may read holds one of these. */
export const SECRETS = [TOKEN, SIGNATURE]
