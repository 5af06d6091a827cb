export { parseReport, reportSchema, SCHEMA_VERSION, type Report, type ReportVariant } from './data.ts'
export { makeReport, reportJson, type BuildFacts } from './make.ts'
export { headline, renderMarkdown, WITHOUT_FFMPEG } from './markdown.ts'
