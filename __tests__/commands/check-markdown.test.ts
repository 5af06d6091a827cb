import { expect, it } from '@jest/globals'
import { type Finding, type Result } from '../../src/checks/index.ts'
import { resultLine, summaryMarkdown } from '../../src/commands/steps/check-markdown.ts'

const resultOf = (...findings: Finding[]): Result => ({
  check: { name: 'queues', title: 'Sidekiq queues' },
  findings,
  level: findings[0]?.level,
  took: 1
})

it('a line of the log is one line, and moves no terminal', () => {
  const text = 'a\r\n::error::b\u001b[2J\u0007\u2028c'
  expect(resultLine(resultOf({ level: 'fail', text }))).toEqual(['fail     queues: a ::error::b [2J c'])
  expect(resultLine(resultOf())).toEqual(['-        queues: nothing to look at'])
})

it('each column of the summary has a name, and what is not well stands first', () => {
  const markdown = summaryMarkdown(
    [
      resultOf(
        { level: 'ok', text: 'Good', figure: '1' },
        { level: 'unknown', text: 'Dark' },
        { level: 'warn', text: 'Bad' }
      )
    ],
    { app: 'main' }
  )
  expect(markdown).toMatch(/\| Level \| Check \| Figure \| What \|\n[^]*\| warn [^]*\| unknown [^]*<details>[^]*\| ok /)
  expect(markdown).not.toMatch(/^\|\s+\|/m)
})
