import { makeKeyCommand, shellWord } from '../runtime/index.ts'
import { docsLink, type Action } from './fit.ts'
import { type Workflow } from './workflow.ts'

/** A tag that starts the deploy. */
export const DEPLOY_TAG = 'heroku-2026-01-31'

/** What the steps about keys depend on. */
interface KeyFacts {
  /** Our workflows in the fork, by file name. */
  readonly ours: ReadonlyMap<string, Workflow>
  /** `owner/name` of the fork. */
  readonly repo: string
  readonly branch: string
  readonly app: string | undefined
  readonly action: Action
}

type Secret = Workflow['secrets'][number]

/** What an optional secret is for, and how to get it. */
interface Extra {
  readonly about: string
  /** The page of `docs/` with the steps. */
  readonly page: string
  /** A file with its value, if that has more than one line: `gh` asks only for one. */
  readonly file?: string
  /** A variable that belongs to it, with a placeholder for its value. */
  readonly variable?: readonly [name: string, value: string]
}

const EXTRAS: Readonly<Record<string, Extra>> = {
  HEROKU_UPGRADE_KEY: {
    about:
      'A newer Mastodon comes as a pull request, and not as an issue, if a GitHub App of yours makes it. `NAME.private-key.pem` is the file with its key, which GitHub lets you download; in place of `CLIENT_ID` put its client id.',
    page: 'upgrading.md#a-pull-request-for-each-new-version',
    file: 'NAME.private-key.pem',
    variable: ['HEROKU_UPGRADE_CLIENT_ID', 'CLIENT_ID']
  },
  MASTODON_TOKEN: {
    about:
      'The nightly checks `streaming` and `gif-upload` look closer with the access token of a bot account on your instance; `gh` asks for it.',
    page: 'nightly-checks.md#what-it-costs-and-what-it-may-see'
  }
}

/**
 * The step for the Heroku key. It is an authorization of its own: it ends in a year and can be revoked alone, which the
 * account's key cannot. One command gives it to the next, so it is never shown.
 */
export function keyStep(keys: KeyFacts): string {
  const wanted = secretsOf(keys).filter(({ optional }) => !optional)
  return [
    'A key in its place',
    ...placesOf(wanted).map(name => place(name, keys)),
    'The key is only for this, and ends in a year; it is not the account’s own:',
    block(...wanted.map(secret => set(secret, keys))),
    ...placesOf(wanted).map(name => reviewer(name, keys))
  ].join('\n\n')
}

/** The step for optional secrets, each with what it is for; undefined if there are none. */
export function extraStep(keys: KeyFacts): string | undefined {
  const all = secretsOf(keys)
  const there = placesOf(all.filter(({ optional }) => !optional))
  const extras = all.flatMap(secret => {
    const extra = secret.optional ? EXTRAS[secret.name] : undefined
    if (!extra) return []
    const { about, page, file, variable } = extra
    return [
      `${about} Step by step: ${docsLink(keys.action, page)}`,
      ...placesOf([secret]).flatMap(name => (there.includes(name) ? [] : [place(name, keys)])),
      block(set(secret, keys, file), ...(variable ? [setVariable(variable, keys)] : []))
    ]
  })
  return extras.length === 0 ? undefined : ['Later, if you want it', ...extras].join('\n\n')
}

/** Lines as a block of code. */
export function block(...lines: string[]): string {
  return ['```', ...lines, '```'].join('\n')
}

/** The secrets of all workflows, each once for each environment. */
function secretsOf({ ours }: Pick<KeyFacts, 'ours'>): Secret[] {
  const all = [...ours.values()].flatMap(({ secrets }) => secrets)
  return [...new Map(all.map(secret => [`${secret.name} ${secret.environment}`, secret])).values()]
}

function placesOf(secrets: readonly Secret[]): string[] {
  return [...new Set(secrets.flatMap(({ environment }) => environment ?? []))]
}

function set({ name, environment }: Secret, { repo, app }: KeyFacts, file?: string): string {
  const of = environment === undefined ? '' : ` --env ${environment}`
  const from = file === undefined ? '' : ` < ${file}`
  return `${makes(name, app)}gh secret set ${name}${of} --repo ${repo}${from}`
}

/** docs.github.com: REST API, variables. Not `gh variable`: it came with gh 2.31, and Debian 12 has an older one. */
function setVariable([name, value]: NonNullable<Extra['variable']>, { repo }: Pick<KeyFacts, 'repo'>): string {
  return `gh api --silent repos/${repo}/actions/variables --raw-field name=${name} --raw-field value=${value}`
}

/** The command that makes the secret, for a pipe; empty if only a person can. */
function makes(secret: string, app: string | undefined): string {
  return secret === 'HEROKU_API_KEY' ? `${makeKeyCommand(app)} | ` : ''
}

/** docs.github.com: REST API, deployment environments; deployment branch policies (`type`: branch or tag). */
function place(name: string, { ours, repo, branch }: KeyFacts): string {
  const tags = byTag(ours, name)
  const at = `repos/${repo}/environments/${name}`
  const policies = 'deployment_branch_policy'
  return [
    `The environment \`${name}\`, for the branch \`${branch}\`${tags ? ' and the tags `heroku-*`' : ''} alone:`,
    block(
      `gh api --silent --method PUT ${at} --field '${policies}[protected_branches]=false' --field '${policies}[custom_branch_policies]=true'`,
      `gh api --silent ${at}/deployment-branch-policies --raw-field ${shellWord(`name=${branch}`)}`,
      ...(tags
        ? [`gh api --silent ${at}/deployment-branch-policies --raw-field 'name=heroku-*' --raw-field type=tag`]
        : [])
    )
  ].join('\n\n')
}

/** Whether a tag needs the environment. A tag runs the workflow of its own commit, so no other environment takes tags. */
function byTag(ours: KeyFacts['ours'], environment: string): boolean {
  return [...ours.values()].some(({ startsOn, secrets }) => startsOn(DEPLOY_TAG) && uses(secrets, environment))
}

function uses(secrets: readonly Secret[], environment: string): boolean {
  return secrets.some(secret => secret.environment === environment)
}

/** docs.github.com: every job in an environment with required reviewers waits for one, whatever it does. */
function reviewer(environment: string, { ours }: Pick<KeyFacts, 'ours'>): string {
  const waiting = [...ours].filter(([, { scheduled, secrets }]) => scheduled && uses(secrets, environment))
  const files = waiting.map(([file]) => `\`${file}\``).join(' and ')
  const [use, them, their] = waiting.length > 1 ? ['use', 'them', 'their lines'] : ['uses', 'it', 'its line']
  const others =
    waiting.length === 0
      ? ''
      : ` Before that: ${files} ${use} it, too, and would wait for the reviewer each time. Give ${them} an environment for the branch alone, such as \`${environment}-checks\`, with a key of its own, and name it in ${their} \`environment:\`.`
  return `If others can push to the fork, add a reviewer to \`${environment}\`, in Settings → Environments.${others}`
}
