/**
 * What Heroku's schema requires of its answers: names alone (heroku/platform-api:schema.json, 2026-02-19: `required`, or
 * each of `properties` if the thing is `strictProperties`). `a{b c}` is an object with b and c, or null if a `?` follows.
 * Each `id`, at any depth, is a UUID.
 */
const REQUIRED_FIELDS = {
  account:
    'allow_tracking beta created_at email federated id identity_provider last_login name sms_number suspended_at delinquent_at ' +
    'two_factor_authentication updated_at verified country_of_residence default_organization default_team',
  addon:
    'actions addon_service{id name} billing_entity{id name type} app{id name} billed_price config_vars created_at id name ' +
    'plan{id name} provider_id state updated_at web_url',
  app:
    'acm archived_at buildpack_provided_description build_stack{id name} created_at generation{id name} git_url id ' +
    'internal_routing maintenance name owner{id email} organization team region{id name} released_at repo_size slug_size space ' +
    'stack{id name} updated_at web_url',
  attachment: 'addon{id name app{id name}} app{id name} created_at id name namespace updated_at web_url log_input_url',
  authorization:
    'access_token{id token expires_in} client created_at description grant id refresh_token scope session updated_at ' +
    'user{id email full_name}',
  build: 'created_at id source_blob{url version checksum version_description} status updated_at user{id email}',
  collaborator: 'app{id name} created_at id updated_at user{id email federated}',
  coupling: 'app{id} created_at id pipeline{id} stage updated_at',
  domain: 'acm_status acm_status_reason app{id name} cname created_at hostname id kind updated_at status sni_endpoint',
  dyno: 'attach_url command created_at id name release{id version} app{id name} size state type updated_at',
  feature: 'created_at description doc_url enabled id name state updated_at display_name feedback_email',
  formation: 'app{id name} command created_at dyno_size{id name} id quantity size type updated_at',
  logSession: 'created_at id logplex_url updated_at',
  pipeline: 'created_at id name owner{id type} updated_at generation{id name}',
  promotion: 'created_at id pipeline{id} source{app{id} release{id}} status updated_at',
  promotionTarget: 'app{id} error_message id pipeline_promotion{id} release{id}? status',
  rateLimit: 'remaining',
  release:
    'addon_plan_names artifacts app{id name} created_at description id updated_at slug{id}? status user{id email} version ' +
    'current output_stream_url eligible_for_rollback',
  slug:
    'blob{method url} buildpack_provided_description checksum commit commit_description created_at id process_types size ' +
    'stack{id name} updated_at deleted_at',
  source: 'source_blob{get_url put_url}',
  user: 'id email'
} as const

export type Kind = keyof typeof REQUIRED_FIELDS

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** What an answer lacks: `release.user.email`; or `release.slug.id is no UUID`. */
export function lackingIn(kind: Kind, answer: unknown): string[] {
  const words = REQUIRED_FIELDS[kind].match(/[{}?]|\w+/g) ?? []
  return [...lacking(parse(words), answer, kind), ...wrongIds(answer, kind)]
}

interface Field {
  readonly name: string
  readonly inner: Field[]
  isNullable: boolean
}

function parse(words: string[]): Field[] {
  const fields: Field[] = []
  for (let word = words.shift(); word !== undefined && word !== '}'; word = words.shift()) {
    const last = fields.at(-1)!
    if (word === '{') last.inner.push(...parse(words))
    else if (word === '?') last.isNullable = true
    else fields.push({ name: word, inner: [], isNullable: false })
  }
  return fields
}

function lacking(fields: readonly Field[], answer: unknown, at: string): string[] {
  if (typeof answer !== 'object' || answer === null) return [at]
  const has = answer as Readonly<Record<string, unknown>>
  return fields.flatMap(({ name, inner, isNullable }) => {
    if (!(name in has)) return [`${at}.${name}`]
    if (inner.length === 0 || (isNullable && has[name] === null)) return []
    return lacking(inner, has[name], `${at}.${name}`)
  })
}

function wrongIds(answer: unknown, at: string): string[] {
  if (typeof answer !== 'object' || answer === null) return []
  return Object.entries(answer).flatMap(([name, value]) =>
    name === 'id' && !(typeof value === 'string' && UUID.test(value))
      ? [`${at}.id is no UUID: ${String(value)}`]
      : wrongIds(value, `${at}.${name}`)
  )
}
