export interface FetchTools {
  /** Where git is looked for. */
  readonly searchPath: string
  /** The runner's proxy variables. */
  readonly proxyEnvironment: Readonly<Record<string, string>>
}

/**
 * The whole environment of a git that fetches from elsewhere: no variable of the runner but its proxy's, no configuration
 * but the repository's own, no login (`HOME`: curl reads a .netrc there), no question, no filter of Git LFS.
 * @param protocols the only ones that may be used, also after a redirect: `https`, or several with `:` between
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
