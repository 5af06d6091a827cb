import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'

/** Whether GitHub's own CLI is installed, as it is on GitHub's runners. */
export const hasGithubCli = spawnSync('gh', ['--version']).status === 0

/**
 * Leads GitHub's CLI to a server of this machine: it knows https alone, but for a Unix socket (cli/cli: `http_unix_socket`).
 * Returns the environment for it. Close it.
 */
export async function leadGithubCli(
  folder: string,
  url: string
): Promise<{ env: Record<string, string>; close: () => Promise<void> }> {
  const socket = path.join(folder, 'github.sock')
  const server = http.createServer((request, response) => {
    const target = new URL(request.url ?? '', url)
    const { method, headers } = request
    const onward = http.request(target, { method, headers: { ...headers, host: target.host } }, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(socket, resolve))
  const config = path.join(folder, 'gh')
  mkdirSync(config)
  writeFileSync(path.join(config, 'config.yml'), `http_unix_socket: ${socket}\n`)
  return {
    env: { GH_CONFIG_DIR: config },
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}
