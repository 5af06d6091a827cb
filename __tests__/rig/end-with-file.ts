/**
 * Has something ended after a test file that failed before it could do so itself (scripts/test-environment.mjs). It may
 * be ended already. Outside of Jest nothing happens.
 */
export function endWithFile(end: () => Promise<void>): void {
  const { endsOfFile } = globalThis as { endsOfFile?: (() => Promise<void>)[] }
  endsOfFile?.push(end)
}
