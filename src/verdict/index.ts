/** What a command found out, and the parts that every surface shares: Markdown, figures. */
export { number, percent, signed, signedPercent, size } from './figures.ts'
export { cell, code, details, escape, linked, oneLine, prose, snippet, table } from './markdown.ts'
export { storyMarkdown } from './story-markdown.ts'
export { Story, type StepRecord } from './story.ts'
