/**
 * Writes docs/config.schema.json, the JSON Schema of the config file for editors, from the schema that reads it. What a
 * JSON Schema cannot say (a cron that never comes, a size beyond all bounds) the action says.
 */
import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { CONFIG } from '../src/config/schema.ts'

/** The JSON Schema of the config file. */
export const configSchema: Readonly<Record<string, unknown>> = {
  ...toJsonSchema(CONFIG, {
    // What it has no words for stands beside the rules as metadata.
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema: { type }, jsonSchema: { required: _, ...schema } }) => {
      if (type === 'object') return { ...schema, additionalProperties: false }
      if (type === 'nullish') return optional(schema)
      // YAML 1.1 reads `off` as false.
      if (schema.enum?.includes('off')) return { enum: [...schema.enum, false] }
      return undefined
    }
  })
}

/** What editors show of a key stands beside its shapes. */
function optional({ anyOf, default: otherwise }: JsonSchema): JsonSchema {
  const { title, description, ...shape } = anyOf![0] as JsonSchema
  const isOne = typeof otherwise !== 'object'
  return { title, description, ...(isOne && { default: otherwise }), anyOf: [shape, { type: 'null' }] }
}

export function configSchemaText(): string {
  return `${JSON.stringify(configSchema, undefined, 2)}\n`
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'config.schema.json'), configSchemaText())
