/** Whether a value that was read from JSON or YAML is a mapping: an object, and not a list. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
