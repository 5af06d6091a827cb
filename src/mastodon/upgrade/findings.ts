import { BUILDPACK_RULES } from './buildpacks.ts'
import { CONFIG_RULES } from './config.ts'
import { DOMAIN_RULES } from './domains.ts'
import { MIGRATION_RULES } from './migrations.ts'
import { PROCESS_RULES } from './processes.ts'
import { RUNTIME_RULES } from './runtime.ts'
import { SERVICE_RULES } from './services.ts'
import { STATE_RULES } from './state.ts'
import { STREAMING_RULES } from './streaming.ts'
import { VERSION_RULES } from './versions.ts'

/** All rules, by subject, in the order of the plan. docs/upgrading.md has them as a table. */
export const FINDINGS = [
  ...STATE_RULES,
  ...VERSION_RULES,
  ...MIGRATION_RULES,
  ...CONFIG_RULES,
  ...DOMAIN_RULES,
  ...SERVICE_RULES,
  ...RUNTIME_RULES,
  ...BUILDPACK_RULES,
  ...PROCESS_RULES,
  ...STREAMING_RULES
]

export type FindingName = (typeof FINDINGS)[number]['name']
