import { type RunCommand } from '../runtime/index.ts'

/**
 * `owner/name` of the GitHub repository that a checkout belongs to: its remote `origin`, else its only one. Undefined
 * if there is none on `host`.
 */
export async function githubRepository(
  folder: string,
  host: string,
  run: RunCommand,
  env: Record<string, string>
): Promise<string | undefined> {
  const { code, stdout } = await run('git', ['-C', folder, 'config', '--get-regexp', '^remote\\..*\\.url$'], { env })
  if (code !== 0) return undefined
  const remotes = stdout
    .toString('utf8')
    .split('\n')
    .flatMap(line => {
      const [, name, url] = /^remote\.(.+)\.url (\S+)$/.exec(line) ?? []
      return name !== undefined && url !== undefined ? [{ name, url }] : []
    })
  const { url } = remotes.find(({ name }) => name === 'origin') ?? (remotes.length === 1 ? remotes[0]! : { url: '' })
  return repositoryOf(url, host)
}

const ADDRESS = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?(?<at>[^/:]+)(?::\d+)?\/(?<path>.*)$/
/** As scp writes it. */
const SHORT = /^(?:[^@/:]+@)?(?<at>[^/:]+):(?<path>.*)$/

/** Of `https://github.com/owner/name.git`, `git@github.com:owner/name`, `ssh://git@github.com/owner/name`. */
export function repositoryOf(url: string, host: string): string | undefined {
  const { at, path } = (ADDRESS.exec(url) ?? SHORT.exec(url))?.groups ?? {}
  const [, name] = /^\/?([\w.-]{1,100}\/[\w.-]{1,100}?)(?:\.git)?\/?$/.exec(path ?? '') ?? []
  return at?.toLowerCase() === host ? name : undefined
}
