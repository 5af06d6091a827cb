export { compareReports } from './compare/index.ts'
export {
  judgedBy,
  judgedSizes,
  LARGEST_REPORT,
  parseReport,
  reportSchema,
  SCHEMA_VERSION,
  type HistoryPoint,
  type Report
} from './data.ts'
export { grownTooMuch, reaches } from './growth.ts'
export { mergeHistories } from './history.ts'
export { makeReport, reportJson } from './make.ts'
export { pageParts } from './page/parts.ts'
export { pageData } from './page/from-report.ts'
export { renderPage } from './page/render.ts'
export { headline, renderMarkdown, type Baseline, type LiveSlug, type Told } from './markdown/index.ts'
export { makeUpgrade, type Upgrade } from './upgrade.ts'
export { upgradeMarkdown } from './markdown/upgrade.ts'
