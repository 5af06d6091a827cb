import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { bundlePage } from '../../scripts/build.mts'
import {
  compareReports,
  pageData,
  pageParts,
  renderPage,
  type HistoryPoint,
  type Report
} from '../../src/report/index.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { sampleReport, type SampleFile } from '../report/sample.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const reason = existsSync(CHROMIUM) ? undefined : 'chromium is not installed'

describeOrSkip('the page in a browser', reason, () => {
  const folder = lastingTemp()
  let browser: Browser
  let page: Page
  let parts: { script: string; style: string }
  /** What the page asked for beside its own file, and what it complained of. */
  let noise: string[]

  beforeAll(async () => {
    bundlePage(folder)
    parts = await pageParts(new URL(`file://${folder}/`))
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  })
  afterAll(() => browser.close())
  beforeEach(() => void (noise = []))
  afterEach(async () => {
    await page.context().close()
    expect(noise).toEqual([])
  })

  interface Opened {
    base?: Report
    history?: HistoryPoint[]
    hash?: string
    options?: BrowserContextOptions
  }

  async function open(report: Report, { base, history = [], hash = '', options = {} }: Opened = {}): Promise<void> {
    const baseline = base && { report: base, branch: 'main', behind: 0 }
    const told = { report, history, baseline, comparison: base && compareReports(report, base), app: 'my-mastodon' }
    const file = path.join(folder, 'report.html')
    writeFileSync(file, renderPage(pageData(told), parts))
    page = await (await browser.newContext({ viewport: { width: 1_100, height: 900 }, ...options })).newPage()
    page.on('request', request => request.url().startsWith(`file://${file}`) || noise.push(request.url()))
    page.on('console', message => noise.push(message.text()))
    page.on('pageerror', error => noise.push(error.message))
    await page.goto(`file://${file}${hash}`)
    await page.locator('.tile').first().waitFor()
  }

  const tile = (name: string) => page.locator('.tile').filter({ hasText: name }).first()
  const way = async (): Promise<string[]> => page.locator('#way li').allTextContents()
  const rows = async (): Promise<string[]> => page.locator('#table tbody th').allTextContents()
  const files = (...list: SampleFile[]): Report => sampleReport(() => {}, list)

  const TREE: SampleFile[] = [
    ['node_modules/react/index.js', 'heroku/nodejs', 40_000_000],
    ['node_modules/react/umd/react.js', 'heroku/nodejs', 10_000_000],
    ['node_modules/vite/vite.js', 'heroku/nodejs', 30_000_000],
    ['app/models/account.rb', 'source', 20_000_000],
    ['bin/ffmpeg', 'heroku/ruby', 50_000_000, null]
  ]

  it('walks in by mouse, and out by the way above the map', async () => {
    await open(files(...TREE), { hash: '#by=directory' })
    expect(await way()).toEqual(['slug'])
    await tile('node_modules').click({ position: { x: 20, y: 8 } })
    await page.locator('#way li', { hasText: 'node_modules' }).waitFor()
    expect(await rows()).toEqual(['react/', 'vite/'])
    expect(await page.locator('#told').textContent()).toBe('node_modules/: 80.0 MB, 53.3 % of the slug, 3 files')
    await page.locator('#way button', { hasText: 'slug' }).click()
    await page.locator('#table tbody th', { hasText: 'app' }).waitFor()
    expect(await way()).toEqual(['slug'])
  })

  it('is walked through by keyboard alone', async () => {
    await open(files(...TREE), { hash: '#by=directory' })
    await tile('node_modules').focus()
    await page.keyboard.press('Enter')
    await page.locator('#way li', { hasText: 'node_modules' }).waitFor()
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')
    expect(await focused()).toMatch(/^react, 50\.0 MB, 33\.3 % of the slug/)
    const first = await focused()
    await page.keyboard.press('End')
    expect(await focused()).not.toBe(first)
    await page.keyboard.press('Home')
    expect(await focused()).toBe(first)
    await page.keyboard.press('ArrowRight')
    expect(await focused()).not.toBe(first)
    await page.keyboard.press('Escape')
    await page.locator('#table tbody th', { hasText: 'app' }).waitFor()
    expect(await way()).toEqual(['slug'])
    expect(await focused()).toMatch(/^node_modules/)
  })

  it('switches between the slug with and without ffmpeg', async () => {
    await open(files(...TREE))
    expect(await page.locator('.verdict:visible .words').textContent()).toMatch(/^Within the limit: 150\.0 MB/)
    await page.getByLabel('without').check()
    await page.locator('.verdict[data-variant=without]').waitFor({ state: 'visible' })
    expect(await page.locator('.verdict:visible .words').textContent()).toMatch(/^Within the limit: 100\.0 MB/)
    expect(await page.locator('.tile', { hasText: 'heroku/ruby' }).count()).toBe(0)
  })

  it('shows what is in folders of folders where there is room, and walks there at once', async () => {
    await open(files(...TREE))
    const inner = page.locator('.tile.level-3').filter({ hasText: 'vite' })
    await inner.click()
    await page.locator('#way li', { hasText: 'vite' }).waitFor()
    expect(await way()).toEqual(['slug', 'heroku/nodejs', 'node_modules', 'vite'])
  })

  it('orders by layer or by directory', async () => {
    await open(files(...TREE))
    expect((await rows()).sort()).toEqual(['heroku/nodejs', 'heroku/ruby', 'source'])
    await page.getByLabel('by directory').check()
    await page.locator('#table tbody th', { hasText: 'node_modules' }).waitFor()
    expect((await rows()).sort()).toEqual(['app/', 'bin/', 'node_modules/'])
  })

  it('shows what has grown and shrunk by colour, pattern and sign, and names what is gone', async () => {
    const base = files(
      ['grown/a', 'source', 10_000_000],
      ['shrunk/a', 'source', 30_000_000],
      ['same/a', 'source', 20_000_000],
      ['gone/a', 'source', 5_000_000, 5_000_000, 77]
    )
    const head = files(
      ['grown/a', 'source', 20_000_000],
      ['shrunk/a', 'source', 15_000_000],
      ['same/a', 'source', 20_000_100],
      ['fresh/b', 'source', 9_000_000]
    )
    await open(head, { base, hash: '#by=directory' })
    await page.getByLabel('Compare with base').check()
    await page.locator('.tile.grown').first().waitFor()
    const look = (name: string) =>
      tile(name).evaluate(element => {
        const { backgroundColor, backgroundImage } = getComputedStyle(element)
        return { color: backgroundColor, pattern: backgroundImage, label: element.getAttribute('aria-label') ?? '' }
      })
    const [grown, shrunk, same, fresh] = [
      await look('grown'),
      await look('shrunk'),
      await look('same'),
      await look('fresh')
    ]
    expect(new Set([grown.color, shrunk.color, same.color]).size).toBe(3)
    expect(new Set([grown.pattern, shrunk.pattern, same.pattern]).size).toBe(3)
    expect(same.pattern).toBe('none')
    expect(grown.label).toContain('grown by 10.0 MB')
    expect(shrunk.label).toContain('shrunk by 15.0 MB')
    expect(same.label).toContain('unchanged')
    expect(fresh.label).toContain('new')
    expect(await tile('grown').textContent()).toContain('+10.0 MB')
    expect(await tile('shrunk').textContent()).toContain('−15.0 MB')
    expect(await page.locator('#gone').textContent()).toContain('gone/ −5.0 MB')
    expect(await page.locator('#legend').textContent()).toContain('+ grown')
  })

  it('finds, sorts, and shows more', async () => {
    const many = Array.from({ length: 450 }, (_, i): SampleFile => [`lib/File${i}.rb`, 'source', 100_000 + i * 1_000])
    await open(files(...many, ['other.txt', 'source', 5]), { hash: '#by=directory' })
    await page.getByLabel('Search all files').fill('FILE')
    await page.locator('#found', { hasText: '450 in the whole slug' }).waitFor()
    expect(await rows()).toHaveLength(200)
    expect((await rows())[0]).toBe('lib/File449.rb')
    await page.locator('#more').click()
    await page.locator('#more').click()
    expect(await rows()).toHaveLength(450)
    expect(await page.locator('#more').isVisible()).toBe(false)
    await page.locator('#table button', { hasText: 'Compressed' }).click()
    expect((await rows())[0]).toBe('lib/File0.rb')
    expect(await page.locator('th[aria-sort=ascending]').textContent()).toBe('Compressed')
    await page.locator('#table button', { hasText: 'Name' }).click()
    expect((await rows())[1]).toBe('lib/File1.rb')
  })

  it('shows the history as a chart and as a table', async () => {
    const history = Array.from({ length: 5 }, (_, i): HistoryPoint => ({
      commit: `${i}`.repeat(40),
      at: `2026-11-1${i}T00:00:00.000Z`,
      mastodonVersion: '4.6.0',
      with: 250_000_000 + i * 1_000_000,
      without: i === 2 ? undefined : 190_000_000,
      chosen: 'with'
    }))
    await open(sampleReport(), { history })
    expect(await page.locator('#chart .dot.with').count()).toBe(6)
    expect(await page.locator('#chart .axis').allTextContents()).toEqual(
      expect.arrayContaining(['200.0 MB', '300.0 MB'])
    )
    expect(await page.locator('#chart .dot.without').count()).toBe(5)
    expect(await page.locator('#chart .dot.with').nth(1).getAttribute('aria-label')).toBe(
      'with ffmpeg: 251.0 MB, 1111111, 2026-11-11'
    )
    const dashes = (name: string) =>
      page.locator(`#chart path.${name}`).evaluate(element => getComputedStyle(element).strokeDasharray)
    expect(await dashes('with')).not.toBe(await dashes('without'))
    await page.locator('#history summary').click()
    expect(await page.locator('#history tbody tr').first().textContent()).toContain('+17.4 MB')
  })

  const EVIL = ['</script><script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><b>bold</b>', "';alert(1)//"]

  it('shows hostile names as text, and runs none of them', async () => {
    const report = sampleReport(
      evil => {
        evil.source.ref = EVIL[0]!
        evil.source.mastodonVersion = EVIL[1]!
      },
      EVIL.map((name, i): SampleFile => [`${name}/${name}`, name, 20_000_000 + i])
    )
    const history = [
      { commit: 'a'.repeat(40), at: '2026-11-10', with: 1, mastodonVersion: EVIL[1]!, chosen: 'with' as const }
    ]
    await open(report, { history, base: report })
    page.on('dialog', dialog => noise.push(dialog.message()))
    for (const name of EVIL)
      await page
        .locator('.tile')
        .filter({ hasText: name.slice(0, 6) })
        .first()
        .hover({ position: { x: 8, y: 8 } })
    await page.getByLabel('by directory').check()
    await page.getByLabel('Search all files').fill('<')
    await page.locator('#found', { hasText: 'in the whole slug' }).waitFor()
    expect(await page.locator('img, b, script').count()).toBe(2)
    // Even a script that ran could load nothing and send nothing.
    const refused = await page.evaluate(
      () =>
        new Promise(resolve => {
          const seen: string[] = []
          document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
            if (seen.push(effectiveDirective) === 2) resolve(seen.sort())
          })
          fetch('https://evil.test/').catch(() => {})
          new Image().src = 'https://evil.test/x.png'
        })
    )
    expect(refused).toEqual(['connect-src', 'img-src'])
    noise = []
    expect((await rows()).some(row => row.includes('<img src=x onerror=alert(1)>'))).toBe(true)
  })

  it.each([
    '#by=x&variant=y&path=../../etc',
    '#%E0%A4%A',
    '#path=__proto__&layer=constructor',
    `#path=${'x'.repeat(5_000)}`
  ])('does not mind the address %j', async hash => {
    await open(files(...TREE), { hash })
    expect(await way()).toEqual(['slug'])
  })

  it('leads to a folder by its address, and back by the browser', async () => {
    await open(files(...TREE), { hash: '#variant=without&by=directory&path=node_modules' })
    expect(await way()).toEqual(['slug', 'node_modules'])
    expect(await page.getByLabel('without').isChecked()).toBe(true)
    await page.locator('#table tbody button', { hasText: 'vite' }).click()
    await page.locator('#way li', { hasText: 'vite' }).waitFor()
    await page.goBack()
    await page.locator('#table tbody th', { hasText: 'react' }).waitFor()
    expect(await way()).toEqual(['slug', 'node_modules'])
  })

  it('is dark where that is wished, with enough contrast in both', async () => {
    const grounds: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      if (grounds.length > 0) await page.context().close()
      await open(files(...TREE), { options: { colorScheme } })
      const colors = await page.evaluate(() => {
        const of = (element: Element, what: 'color' | 'backgroundColor'): string => getComputedStyle(element)[what]
        const tiles = [...document.querySelectorAll('.tile')].map(box => [of(box, 'color'), of(box, 'backgroundColor')])
        const card = of(document.querySelector('section')!, 'backgroundColor')
        const soft = [...document.querySelectorAll('.help, thead th, #found')].map(text => [of(text, 'color'), card])
        return { ground: of(document.documentElement, 'backgroundColor'), pairs: [...tiles, ...soft] }
      })
      grounds.push(colors.ground)
      for (const [text, ground] of colors.pairs) expect(contrast(text!, ground!)).toBeGreaterThanOrEqual(4.5)
    }
    expect(grounds[0]).not.toBe(grounds[1])
  })

  it('fits a narrow window', async () => {
    await open(files(...TREE), { options: { viewport: { width: 360, height: 700 } } })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  })

  it('makes few elements of 60,000 files', async () => {
    const many = Array.from({ length: 60_000 }, (_, i): SampleFile => [
      `node_modules/package-${i % 900}/lib/${i % 37}/file-${i}.js`,
      'heroku/nodejs',
      1_000 + (i % 977)
    ])
    await open(files(...many), { hash: '#by=directory&path=node_modules' })
    const elements = () => page.evaluate(() => document.querySelectorAll('*').length)
    expect(await elements()).toBeLessThan(3_000)
    await page.getByLabel('Search all files').fill('file')
    await page.locator('#found', { hasText: '60,000' }).waitFor()
    expect(await elements()).toBeLessThan(3_500)
  })
})

/** Contrast of two colours (WCAG 2.2, "contrast ratio"). */
function contrast(one: string, other: string): number {
  const light = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number).map(part => {
      const value = part / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [a, b] = [light(one), light(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}
