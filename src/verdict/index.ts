/** What a command found out, as data, and the parts that every surface shares. */
export { code, details, escape, linked, oneLine, prose, snippet, table } from './markdown.ts'
export { judgeSize, overLimitText, roomText, sizeOfLimit, type JudgedSize } from './size.ts'
export { Story } from './story.ts'
export { verdictMarkdown } from './verdict-markdown.ts'
export { endingOf, isGreen, OUR_FAULT, verdictOf, type Ending, type Outcome, type Verdict } from './verdict.ts'
