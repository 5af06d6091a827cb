import { describe, expect, it } from '@jest/globals'
import { TerminalResults } from '../../src/cli/results.ts'
import { terminalLog } from '../../src/cli/terminal/log.ts'
import { renderMarkdown } from '../../src/cli/terminal/markdown.ts'
import { Screen } from '../../src/cli/terminal/screen.ts'
import { painter } from '../../src/cli/terminal/style.ts'
import { systemClock } from '../../src/runtime/real.ts'

function terminal(lively: boolean, secrets: string[] = []) {
  let written = ''
  const results = new TerminalResults()
  secrets.forEach(results.mask)
  const screen = new Screen({ write: text => (written += text), columns: 80 }, { lively, redact: results.redact })
  return { log: terminalLog(screen, systemClock), screen, results, written: () => written }
}

describe('the log', () => {
  it('is plain lines where nobody looks on', async () => {
    const { log, written } = terminal(false)
    await log.group('Upload', () => {
      log.progress(500_000, 1_000_000)
      log.warning('slow\x1b[2K')
      return Promise.resolve()
    })
    await log.group('Bad', () => Promise.reject(new Error('x'))).catch(() => undefined)
    log.info('end')
    expect(written().replace(/\d+\.\d s/g, 'N s')).toBe(
      'Upload\n  0.5 MB of 1.0 MB\n  Warning: slow\n  ✔ N s\nBad\n  ✖ N s\nend\n'
    )
  })

  it('marks each line of others, and none can act as a sequence or show a secret, however it comes', () => {
    const { log, written } = terminal(false, ['s3cret-key\nsecond line'])
    const fence = log.fence()
    for (const piece of ['one s3cret', '-key\nsecond', ' line \x1b', ']0;x\x07\n']) fence.write(Buffer.from(piece))
    const ü = Buffer.from('ü')
    fence.write(ü.subarray(0, 1))
    fence.write(ü.subarray(1))
    fence.write(Buffer.from('\rover'))
    fence.close()
    expect(written()).toBe('│ one ***\n│ *** \n│ ü\n│ over\n')
  })

  it('shows a bar and a line that moves on a terminal, and clears them away', async () => {
    const { log, written } = terminal(true)
    await log.group('Upload', () => {
      log.progress(250_000_000, 1_000_000_000)
      return Promise.resolve()
    })
    expect(written()).toContain('25 % of 1000.0 MB')
    expect(written().split('\x1b[?25l').length).toBe(written().split('\x1b[?25h').length)
    expect(written().lastIndexOf('\x1b[?25h')).toBeGreaterThan(written().lastIndexOf('\x1b[?25l'))
  })
})

describe('a summary on a terminal', () => {
  const render = (markdown: string, full = false, width = 80) =>
    renderMarkdown(markdown, { paint: painter(false), full, width })
  const lines = (markdown: string, full = false, width = 80) => render(markdown, full, width).lines.join('\n').trimEnd()

  it('has tables in columns, and their last one broken between words', () => {
    const table =
      '| what | size | |\n| --- | --: | --- |\n| 🐘 `x` | 1.0 MB | one two three four five six seven eight |\n| y | 10.0 MB | a<br>b |\n'
    expect(lines(table, false, 50)).toBe(
      [
        'what     size',
        '🐘 x   1.0 MB  one two three four five six seven',
        '               eight',
        'y     10.0 MB  a',
        '               b'
      ].join('\n')
    )
  })

  it('leaves out what a page would fold, and names it', () => {
    const markdown =
      '## Title\n\nText.\n\n<details><summary>Layers <code>x</code></summary>\n\n| a |\n| --- |\n| b |\n\n</details>\n\n<details open><summary>Open</summary>\n\nshown\n\n</details>\n\nEnd.'
    expect(lines(markdown)).toBe('Title\n\nText.\n\nOpen\n\nshown\n\nEnd.')
    expect(render(markdown).folded).toEqual(['Layers x'])
    expect(lines(markdown, true)).toContain('Layers x\n\na\nb\n')
    expect(render(markdown, true).folded).toEqual([])
  })

  it('shows what was escaped as it was, and nothing in it acts', () => {
    expect(lines('- <code>a&#95;b&#124;c</code> **d** [e](https://x.example) &#27;[2Jf &lt;g&gt; @&#8203;h')).toBe(
      '- a_b|c d e (https://x.example) f <g> @h'
    )
    expect(lines('> [!WARNING]\n> careful\n> - one')).toBe('Warning\n│ careful\n│ \n│ - one')
    expect(lines('10<sup>6</sup>')).toBe('10^6')
  })
})

describe('results', () => {
  it('are told without secrets, the longer one first', () => {
    const { results, screen, written } = terminal(false, ['abcdefgh', 'abcdefghij'])
    results.output('release-url', 'https://x.example/abcdefghij')
    results.output('comment-body', 'long')
    results.show(screen, { full: false, outputs: true })
    expect(written()).toBe('Outputs\n  release-url  https://x.example/***\n')
  })
})
