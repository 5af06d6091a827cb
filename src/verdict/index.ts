/** What a command found out, and the parts that every surface shares. */
export { cell, code, details, escape, linked, oneLine, prose, snippet, table } from './markdown.ts'
export { judgeSize, overLimitText, roomText, sizeOfLimit, type JudgedSize } from './size.ts'
export { storyMarkdown } from './story-markdown.ts'
export { Story, type StepRecord } from './story.ts'
