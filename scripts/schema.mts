/** Writes docs/report.schema.json from the schema that reads reports. */
import { toJsonSchema } from '@valibot/to-json-schema'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { reportSchema, SCHEMA_VERSION } from '../src/report/index.ts'

/** The JSON Schema of `report.json`, as text. */
export function schemaText(): string {
  const schema = toJsonSchema(reportSchema, { errorMode: 'ignore' })
  return `${JSON.stringify({ ...schema, title: `mastodon-on-heroku report.json, version ${SCHEMA_VERSION}` }, undefined, 2)}\n`
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'report.schema.json'), schemaText())
