/**
 * Renews README's pictures from a build: `npm run pictures -- FOLDER`, its output-dir. Needs Chromium (Debian's, or
 * the program that CHROMIUM names). The comment is `report.md`, looking about as GitHub shows it.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { marked } from 'marked'
import { chromium } from 'playwright-core'

const STYLE = `
  body { margin: 24px; font: 14px/1.5 system-ui, sans-serif; color: #1f2328 }
  article { border: 1px solid #d1d9e0; border-radius: 6px }
  header { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0 }
  main { padding: 0 16px 16px }
  h2 { padding-bottom: 8px; border-bottom: 1px solid #d1d9e0 }
  code { padding: 2px 5px; border-radius: 6px; background: #eff1f3; font-size: 85% }
  table { border-collapse: collapse; margin: 12px 0 }
  th, td { padding: 5px 12px; border: 1px solid #d1d9e0 }
  tr:nth-child(even) td { background: #f6f8fa }
  blockquote { margin: 12px 0; padding: 0 16px; border-left: 3px solid #9a6700 }`

/** Markdown as a comment of GitHub's, its alerts included. */
export function commentPage(markdown: string): string {
  const alerts = markdown.replace(
    /^> \[!(\w+)\]$/gm,
    (_, kind: string) => `> **${kind.charAt(0)}${kind.slice(1).toLowerCase()}**<br>`
  )
  const body = marked.parse(alerts, { async: false, gfm: true })
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><article><header><b>github-actions</b> bot commented</header><main>${body}</main></article>`
}

if (process.argv[1] === import.meta.filename) {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) throw new Error('npm run pictures -- FOLDER: the output-dir of a build')
  const images = path.join(import.meta.dirname, '..', 'docs', 'images')
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu']
  })
  try {
    const page = await browser.newPage({ viewport: { width: 908, height: 1110 } })
    await page.setContent(commentPage(readFileSync(path.join(folder, 'report.md'), 'utf8')))
    await page.screenshot({ path: path.join(images, 'comment.png') })
    await page.setViewportSize({ width: 1200, height: 1046 })
    await page.goto(pathToFileURL(path.resolve(folder, 'report.html')).href)
    await page.screenshot({ path: path.join(images, 'page.png') })
  } finally {
    await browser.close()
  }
}
