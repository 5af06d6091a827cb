import { shellWord } from '../runtime/index.ts'
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
/** The branch of the pull request. */
const SETUP = 'heroku-setup'

/** What is left to do by hand, in the order in which it can be done: Markdown, with commands to copy. */
export function adviceFor({ workflows, branch }: Fork, { ours, repository, app }: AdviceFacts): string {
  // In a checkout with a second remote gh asks for, or takes, the upstream repository.
  const repo = repository ?? 'OWNER/NAME'
  const steps = [
    secrets(ours, repo, branch, app),
    inherited(workflows, ours, repo),
    pullRequest(repo),
    afterMerge(ours, repo, branch)
  ]
  return [
    '## What is left to do',
    'The commands need GitHub’s program, once `gh auth login` is done, and Heroku’s, once `heroku login` is. All of it can be done on the web, too.',
    ...(repository === undefined
      ? ['Put your fork in place of `OWNER/NAME`: the checkout has no remote `origin` on GitHub.']
      : []),
    ...steps.map((step, i) => `### ${i + 1}. ${step}`)
  ].join('\n\n')
}

function block(...lines: string[]): string {
  return ['```', ...lines, '```'].join('\n')
}

/**
 * An authorization of its own can be ended by itself, and ends by itself; the account's key can do neither. It goes from
 * one program to the other, and is shown nowhere.
 */
function secrets(ours: ReadonlyMap<string, Workflow>, repo: string, branch: string, app: string | undefined): string {
  const wanted = new Map(
    [...ours.values()].flatMap(({ secrets }) => secrets).map(secret => [`${secret.name} ${secret.environment}`, secret])
  )
  const set = (optional: boolean): string[] =>
    [...wanted.values()]
      .filter(secret => secret.optional === optional)
      .map(({ name, environment }) => `${makes(name, app)}gh secret set ${name}${of(environment)} --repo ${repo}`)
  const environments = (optional: boolean): string[] => [
    ...new Set(
      [...wanted.values()]
        .filter(secret => secret.optional === optional)
        .flatMap(({ environment }) => environment ?? [])
    )
  ]
  const places = (names: readonly string[]): string[] =>
    names.map(name => {
      const tags = byTag(ours, name)
      return `The environment \`${name}\`, for the branch \`${branch}\`${tags ? ' and the tags `heroku-*`' : ''} alone:\n\n${environment(name, repo, branch, tags)}`
    })
  const now = environments(false)
  const later = places(environments(true).filter(name => !now.includes(name)))
  return [
    'A key, where only the deploy reads it',
    ...places(now),
    'The key is for this alone and ends in a year (it is not the account’s own):',
    block(...set(false)),
    'Where others can push to the fork add a reviewer to it, in Settings → Environments.',
    ...(set(true).length > 0
      ? ['Only for what the comments in the workflows say, later:', ...later, block(...set(true))]
      : [])
  ].join('\n\n')
}

function of(environment: string | undefined): string {
  return environment === undefined ? '' : ` --env ${environment}`
}

/** What prints the secret, where a program can make it. */
function makes(secret: string, app: string | undefined): string {
  if (secret !== 'HEROKU_API_KEY') return ''
  const description = `GitHub deploy${app === undefined ? '' : ` of ${app}`}`
  return `heroku authorizations:create --description "${description}" --scope global --expires-in ${KEY_LASTS} --short | `
}

/** docs.github.com: REST API, deployment environments; deployment branch policies (`type`: branch or tag). */
function environment(name: string, repo: string, branch: string, tags: boolean): string {
  const place = `repos/${repo}/environments/${name}`
  const policies = 'deployment_branch_policy'
  return block(
    `gh api --silent --method PUT ${place} --field '${policies}[protected_branches]=false' --field '${policies}[custom_branch_policies]=true'`,
    `gh api --silent ${place}/deployment-branch-policies --raw-field ${shellWord(`name=${branch}`)}`,
    ...(tags
      ? [`gh api --silent ${place}/deployment-branch-policies --raw-field 'name=heroku-*' --raw-field type=tag`]
      : [])
  )
}

/** A tag brings the workflow file of its own commit, so it gets into no environment that has no need of it. */
function byTag(ours: ReadonlyMap<string, Workflow>, environment: string): boolean {
  return [...ours.values()].some(
    ({ startsOn, secrets }) => startsOn(DEPLOY_TAG) && secrets.some(secret => secret.environment === environment)
  )
}

/** docs.github.com: "Disabling and enabling a workflow"; that a new fork knows no workflow before, is undocumented. */
function inherited(theirs: ReadonlyMap<string, Workflow>, ours: ReadonlyMap<string, Workflow>, repo: string): string {
  const firing = [...theirs]
    .filter(([file, { startsOn }]) => !ours.has(file) && startsOn(DEPLOY_TAG))
    .map(([file]) => file)
  const names = firing.map(file => `\`${file}\``).join(', ')
  // mastodon/mastodon: .github/workflows/build-releases.yml has no condition of the repository.
  const images = firing.includes('build-releases.yml')
    ? ` ${firing.length === 1 ? 'It' : '`build-releases.yml`'} tries to push upstream’s container images, and fails in a fork.`
    : ''
  return [
    'The fork’s workflows\n\nIn a new fork turn them on first: its tab Actions asks for it.',
    ...(firing.length > 0
      ? [
          `A deploy’s tag also starts ${names}.${images} Switch off what you do not want:`,
          block(...firing.map(file => `gh workflow disable ${file} --repo ${repo}`))
        ]
      : [])
  ].join('\n\n')
}

function pullRequest(repo: string): string {
  return [
    'The pull request\n\nIts comment tells what the slug weighs, and its deploy is rehearsed; neither needs the key.',
    block(
      `git switch -c ${SETUP} && git add .github && git commit -m "Deploy to Heroku"`,
      `git push -u origin ${SETUP}`,
      `gh pr create --repo ${repo} --head ${SETUP} --fill`
    ),
    'On the web choose your fork as its base: GitHub proposes the repository that was forked.'
  ].join('\n\n')
}

/** docs.github.com: "Disabling and enabling a workflow"; events that trigger workflows, `schedule`. */
function afterMerge(ours: ReadonlyMap<string, Workflow>, repo: string, branch: string): string {
  const scheduled = [...ours].filter(([, { scheduled }]) => scheduled).map(([file]) => file)
  const schedules = [
    'GitHub leaves scheduled workflows of a fork off until they are enabled, and switches them off again after 60 days without a commit:',
    block(...scheduled.map(file => `gh workflow enable ${file} --repo ${repo}`))
  ]
  return [
    'When it is merged',
    ...(scheduled.length > 0 ? schedules : []),
    'Look what a deploy would meet: the page of the run, under Actions → Heroku deploy, tells it. It changes nothing.',
    block(`gh workflow run heroku-deploy.yml --repo ${repo} --raw-field plan=true`),
    'And deploy: a tag, on what was merged.',
    block(`git switch ${shellWord(branch)} && git pull`, 'git tag heroku-1 && git push origin heroku-1')
  ].join('\n\n')
}
