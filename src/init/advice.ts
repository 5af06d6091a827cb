import { type Fork } from './fork.ts'
import { type Workflow } from './workflow.ts'

export interface AdviceFacts {
  /** Workflows of ours, by file name. */
  readonly ours: ReadonlyMap<string, Workflow>
  /** `owner/name` of the fork on GitHub. */
  readonly repository: string | undefined
  readonly app: string | undefined
}

/** A tag that the deploy listens to. */
const DEPLOY_TAG = 'heroku-2026-01-31'
/** A year, in seconds. */
const KEY_LASTS = 31_536_000

/** What is left to do by hand: Markdown, with commands to copy. */
export function adviceFor({ workflows }: Fork, { ours, repository, app }: AdviceFacts): string {
  // In a checkout with a second remote gh asks for, or takes, the upstream repository.
  const repo = repository ?? 'OWNER/NAME'
  const steps = [secrets(ours, repo, app), tags(workflows, ours, repo), schedules(ours, repo)].filter(Boolean)
  const last = [
    'Commit the files on a branch and open a pull request: its comment tells the slug’s size, and its deploy is rehearsed.',
    block(
      'git switch -c heroku-setup && git add .github && git commit -m "Deploy to Heroku"',
      'git push -u origin heroku-setup',
      `gh pr create --repo ${repo} --head heroku-setup --fill`
    ),
    'On the web choose your fork as its base: GitHub proposes the repository that was forked.',
    'A deploy is a tag, once that is merged:',
    block('git tag heroku-1 && git push origin heroku-1')
  ].join('\n\n')
  return ['## What is left to do', ...[...steps, last].map((step, i) => `### ${i + 1}. ${step}`)].join('\n\n')
}

function block(...lines: string[]): string {
  return ['```', ...lines, '```'].join('\n')
}

/** An authorization of its own can be ended by itself, and ends by itself; the account's key can do neither. */
function secrets(ours: ReadonlyMap<string, Workflow>, repo: string, app: string | undefined): string {
  const wanted = new Map(
    [...ours.values()].flatMap(({ secrets }) => secrets).map(secret => [`${secret.name} ${secret.environment}`, secret])
  )
  const set = (optional: boolean): string[] =>
    [...wanted.values()]
      .filter(secret => secret.optional === optional)
      .map(
        ({ name, environment }) =>
          `gh secret set ${name}${environment === undefined ? '' : ` --env ${environment}`} --repo ${repo}`
      )
  const environments = [...new Set([...wanted.values()].flatMap(({ environment }) => environment ?? []))]
  return [
    'Secrets\n\nMake a key for this alone, which ends in a year (not the account’s own), and store it where only the deploy’s environment reads it:',
    block(
      `heroku authorizations:create --description "GitHub deploy${app === undefined ? '' : ` of ${app}`}" --scope global --expires-in ${KEY_LASTS} --short`,
      ...environments.map(name => `gh api --method PUT repos/${repo}/environments/${name}`),
      ...set(false)
    ),
    ...(set(true).length > 0 ? ['Only for what the comments in the workflows say:', block(...set(true))] : []),
    ...(environments.length > 0
      ? [
          'In Settings → Environments let only these deploy to each, and add a reviewer where others can push:',
          environments.map(name => mayUse(ours, name)).join('\n')
        ]
      : [])
  ].join('\n\n')
}

/** A tag brings the workflow file of its own commit, so it gets into no environment that has no need of it. */
function mayUse(ours: ReadonlyMap<string, Workflow>, environment: string): string {
  const byTag = [...ours.values()].some(
    ({ startsOn, secrets }) => startsOn(DEPLOY_TAG) && secrets.some(secret => secret.environment === environment)
  )
  return `- \`${environment}\`: your default branch${byTag ? ' and the tags `heroku-*`' : ''}`
}

function tags(theirs: ReadonlyMap<string, Workflow>, ours: ReadonlyMap<string, Workflow>, repo: string): string {
  const firing = [...theirs]
    .filter(([file, { startsOn }]) => !ours.has(file) && startsOn(DEPLOY_TAG))
    .map(([file]) => file)
  if (firing.length === 0) return ''
  const names = firing.map(file => `\`${file}\``).join(', ')
  // mastodon/mastodon: .github/workflows/build-releases.yml has no condition of the repository.
  const images = firing.includes('build-releases.yml')
    ? ` ${firing.length === 1 ? 'It' : '`build-releases.yml`'} tries to push upstream’s container images, and fails in a fork.`
    : ''
  return [
    `Upstream’s own workflows\n\nA deploy’s tag also starts ${names}.${images} Switch off what you do not want:`,
    block(...firing.map(file => `gh workflow disable ${file} --repo ${repo}`))
  ].join('\n\n')
}

/** docs.github.com: "Disabling and enabling a workflow"; events that trigger workflows, `schedule`. */
function schedules(ours: ReadonlyMap<string, Workflow>, repo: string): string {
  const files = [...ours].filter(([, { scheduled }]) => scheduled).map(([file]) => file)
  if (files.length === 0) return ''
  return [
    'Schedules\n\nGitHub leaves scheduled workflows of a fork off until they are enabled, and switches them off again after 60 days without a commit. After the push, in the Actions tab (which a new fork asks to enable as a whole) or with:',
    block(...files.map(file => `gh workflow enable ${file} --repo ${repo}`))
  ].join('\n\n')
}
