export { buildVariables, readMastodon, type MastodonTree } from './tree.ts'
