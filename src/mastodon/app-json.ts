import * as v from 'valibot'
import { AppJsonFile } from '../buildpacks/index.ts'

/** What app.json says that an app needs (Dev Center: app-json-schema). */
export interface AppJson {
  readonly addons: readonly WantedAddon[]
  readonly env: readonly WantedVar[]
  readonly formation: readonly WantedDynos[]
}

export interface WantedAddon {
  /** `heroku-postgresql:essential-0`, or the service alone. */
  readonly plan: string
  /** Name of its attachment. */
  readonly as?: string
  readonly options?: Readonly<Record<string, string>>
}

interface WantedVar {
  readonly name: string
  readonly value?: string
  /** Whether Heroku would set it to a random text (`"generator": "secret"`). */
  readonly generated: boolean
  /** Whether the app needs it; true if app.json does not say. */
  readonly required: boolean
}

interface WantedDynos {
  readonly type: string
  readonly quantity: number
  readonly size?: string
}

const short = v.pipe(v.string(), v.maxLength(1_000))
/** Characters of an add-on plan: it is put into a request and a table. */
const plan = v.pipe(short, v.regex(/^[a-z\d][a-z\d-]*(?::[a-z\d][\w.-]*)?$/i, 'a plan like heroku-redis:mini'))
const text = v.pipe(v.union([short, v.number(), v.boolean()]), v.transform(String))

const schema = v.object({
  addons: v.optional(
    v.array(v.union([plan, v.object({ plan, as: v.optional(short), options: v.optional(v.record(short, text)) })])),
    []
  ),
  env: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[A-Za-z_]\w{0,199}$/, 'a name of letters, digits and _')),
      v.union([
        text,
        v.object({
          value: v.optional(v.nullable(text)),
          generator: v.optional(v.string()),
          required: v.optional(v.boolean(), true)
        })
      ])
    ),
    {}
  ),
  formation: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[-\w]{1,128}$/)),
      v.object({
        quantity: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1),
        size: v.optional(v.pipe(short, v.regex(/^[A-Za-z\d-]+$/, 'a dyno size')))
      })
    ),
    {}
  )
})

/** Reads app.json; a tree without one wants nothing. Throws a `UserError` that names the line of what is wrong. */
export function readAppJson(json: string | undefined): AppJson {
  const file = new AppJsonFile(json ?? '{}')
  const { success, output, issues } = v.safeParse(schema, file.value)
  if (!success) {
    const [issue] = issues
    const at = (issue.path ?? [])
      .map(({ key }) => key)
      .filter(key => typeof key === 'string' || typeof key === 'number')
    const where = at.length === 0 ? 'its top' : at.join('.')
    throw file.wrong(at, `not as Heroku wants it at ${where.slice(0, 200)}: ${issue.message.slice(0, 300)}`)
  }
  return {
    addons: output.addons.map(addon => (typeof addon === 'string' ? { plan: addon } : addon)),
    env: Object.entries(output.env).map(([name, entry]) =>
      typeof entry === 'string'
        ? { name, value: entry, generated: false, required: true }
        : {
            name,
            value: entry.value ?? undefined,
            generated: entry.generator === 'secret',
            required: entry.required
          }
    ),
    formation: Object.entries(output.formation).map(([type, dynos]) => ({ type, ...dynos }))
  }
}
