/** A copy of plain data with each text in it changed, but for the names of fields. */
export function everyText<Data>(data: Data, change: (text: string) => string): Data {
  if (typeof data === 'string') return change(data) as Data
  if (Array.isArray(data)) return data.map((item: unknown) => everyText(item, change)) as Data
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, everyText(value as unknown, change)])
  ) as Data
}

/** Whether a value that was read from JSON or YAML is a mapping: an object, and not a list. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
