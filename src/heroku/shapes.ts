/** The parts of Heroku's answers that are used (Schema: heroku/platform-api:schema.json). An answer may have more. */
import * as v from 'valibot'

const named = v.looseObject({ name: v.string() })
const identified = v.looseObject({ id: v.string() })

export const anything = v.unknown()

export const account = v.looseObject({ email: v.string() })

export const authorizations = v.array(
  v.looseObject({
    access_token: v.nullish(v.looseObject({ token: v.nullish(v.string()), expires_in: v.nullish(v.number()) }))
  })
)

export const app = v.looseObject({
  id: v.string(),
  name: v.string(),
  web_url: v.nullish(v.string()),
  maintenance: v.optional(v.boolean(), false),
  created_at: v.nullish(v.string()),
  /** The Private or Shield Space that it is in. */
  space: v.nullish(named),
  /** Whether Heroku manages the certificates of its domains. */
  acm: v.nullish(v.boolean()),
  stack: named,
  build_stack: v.nullish(named),
  /** Only with `version=3.sdk`. */
  generation: v.nullish(v.union([v.string(), named]))
})
export type App = v.InferOutput<typeof app>

/** An app that has none answers `{}`. To valibot a list is a record, too. */
export const configVars = v.pipe(
  v.unknown(),
  v.check(vars => !Array.isArray(vars)),
  v.record(v.string(), v.nullable(v.string()))
)

export const slug = v.looseObject({
  id: v.string(),
  blob: v.looseObject({ method: v.string(), url: v.string() }),
  checksum: v.nullish(v.string()),
  commit: v.nullish(v.string()),
  commit_description: v.nullish(v.string()),
  process_types: v.nullish(v.record(v.string(), v.string())),
  size: v.nullish(v.number()),
  deleted_at: v.nullish(v.string()),
  stack: v.nullish(named)
})
export type Slug = v.InferOutput<typeof slug>

export const release = v.looseObject({
  id: v.string(),
  version: v.number(),
  /** `pending`, `succeeded`, `failed`, `expired`; another word may come any day. */
  status: v.string(),
  current: v.optional(v.boolean(), false),
  description: v.optional(v.string(), ''),
  output_stream_url: v.nullish(v.string()),
  eligible_for_rollback: v.optional(v.boolean(), true),
  slug: v.nullish(identified),
  user: v.nullish(v.looseObject({ email: v.optional(v.string()) })),
  created_at: v.optional(v.string(), '')
})
export type Release = v.InferOutput<typeof release>

export const dyno = v.looseObject({
  id: v.string(),
  name: v.string(),
  type: v.string(),
  state: v.string(),
  command: v.optional(v.string(), ''),
  attach_url: v.nullish(v.string()),
  release: v.nullish(v.looseObject({ version: v.number() })),
  /** When its state changed last (Schema: dyno.updated_at, "when process last changed state"). */
  updated_at: v.optional(v.string(), '')
})
export type Dyno = v.InferOutput<typeof dyno>

export const formation = v.looseObject({
  type: v.string(),
  quantity: v.number(),
  size: v.nullish(v.string()),
  /** The command of each dyno. */
  command: v.nullish(v.string())
})
export type Formation = v.InferOutput<typeof formation>

export const addon = v.looseObject({
  id: v.string(),
  name: v.string(),
  addon_service: named,
  plan: v.nullish(named),
  state: v.optional(v.string(), 'provisioned'),
  config_vars: v.optional(v.array(v.string()), [])
})
export type Addon = v.InferOutput<typeof addon>

export const attachment = v.looseObject({ name: v.string(), addon: named, app: v.nullish(named) })
export type Attachment = v.InferOutput<typeof attachment>

/** Schema: domain; `acm_status` with its reason as heroku/cli reads them (certs:auto; the words are Heroku's own). */
export const domain = v.looseObject({
  hostname: v.string(),
  kind: v.optional(v.string(), 'custom'),
  /** Target for the name's CNAME, ALIAS or ANAME. */
  cname: v.nullish(v.string()),
  status: v.nullish(v.string()),
  /** A certificate that it has. */
  sni_endpoint: v.nullish(v.unknown()),
  /** `cert issued`, `failing`, `failed` …; null if Heroku does not manage the certificate. */
  acm_status: v.nullish(v.string()),
  acm_status_reason: v.nullish(v.string())
})
export type Domain = v.InferOutput<typeof domain>

export const feature = v.looseObject({ name: v.string(), enabled: v.boolean() })

export const logSession = v.looseObject({ logplex_url: v.string() })

export const sources = v.looseObject({ source_blob: v.looseObject({ get_url: v.string(), put_url: v.string() }) })

export const build = v.looseObject({
  id: v.string(),
  /** `pending`, `succeeded`, `failed`; another word may come any day. */
  status: v.string(),
  output_stream_url: v.nullish(v.string()),
  slug: v.nullish(identified),
  release: v.nullish(identified),
  source_blob: v.nullish(v.looseObject({ version_description: v.nullish(v.string()) })),
  user: v.nullish(v.looseObject({ email: v.optional(v.string()) })),
  created_at: v.optional(v.string(), '')
})
export type Build = v.InferOutput<typeof build>
