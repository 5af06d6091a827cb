import { describe, expect, it } from '@jest/globals'
import { Story, verdictMarkdown, verdictOf } from '../../src/verdict/index.ts'
import { TestClock } from '../helpers/clock.ts'

const log = {
  info: () => {},
  warning: () => {},
  error: () => {},
  group: <T>(_: string, work: () => Promise<T>) => work(),
  progress: () => {},
  fence: () => ({ write: () => {}, close: () => {} })
}

describe('the summary', () => {
  it('tells each step with its times and what came of it, and holds no markup and no mention', async () => {
    const story = new Story(log, new TestClock())
    await story.step('Preflight', () => Promise.resolve(story.note('all is well')))
    const failing = story.step('Release', () => {
      story.note('connecting to postgres://u:top_secret@db')
      return Promise.reject(new Error('<img src=x> @everybody | `top_secret`'))
    })
    await expect(failing).rejects.toThrow()
    const verdict = verdictOf({ outcome: 'failed', headline: 'top_secret', next: ['Mend `top_secret`'] }, story, {})
    const text = verdictMarkdown(verdict, {
      title: 'Deploy of *one*',
      links: { Job: 'https://example.com/1' }
    })
    expect(text).toMatch(/\| done \| Preflight \| 0\.0 s \| 0\.0 s \| all is well \|/)
    expect(text).toMatch(/\| failed \| Release \|.*<br>/)
    expect(text).not.toMatch(/<img|@every|\*one/)
    expect(text).toContain('[Job](https://example.com/1)')
  })
})
