/** What a git that fetches needs of the runner. */
export interface FetchTools {
  /** The PATH to find git in. */
  readonly searchPath: string
  /** The runner's proxy variables. */
  readonly proxyEnvironment: Readonly<Record<string, string>>
}

/**
 * The whole environment of a git that fetches: of the runner's variables only those of its proxy, no configuration but the
 * repository's own, no login (curl reads a .netrc in `HOME`), no questions, no Git LFS.
 * @param protocols the only allowed ones, also after a redirect: `https`, or several with `:` between them
 */
export function fetchEnvironment(
  protocols: string,
  { searchPath, proxyEnvironment }: FetchTools
): Record<string, string> {
  return {
    ...proxyEnvironment,
    PATH: searchPath,
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: protocols,
    GIT_LFS_SKIP_SMUDGE: '1'
  }
}
