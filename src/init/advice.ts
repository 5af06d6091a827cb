import { shellWord } from '../runtime/index.ts'
import { type Action } from './fit.ts'
import { type Fork } from './fork.ts'
import { block, DEPLOY_TAG, extraStep, keyStep } from './keys.ts'
import { type Workflow } from './workflow.ts'

interface AdviceFacts {
  /** Our workflows in the fork, by file name. */
  readonly ours: ReadonlyMap<string, Workflow>
  /** `owner/name` of the fork on GitHub. */
  readonly repository: string | undefined
  readonly app: string | undefined
  readonly action: Action
}

/** The pull request's branch. */
const SETUP = 'heroku-setup'
/** `origin` in a clone of Mastodon itself, which the admin cannot set up. */
const UPSTREAM = ['mastodon/mastodon', 'glitch-soc/mastodon']

/** What is left to do by hand, in order: Markdown, with commands to copy. */
export function adviceFor({ workflows, branch }: Fork, { ours, repository, app, action }: AdviceFacts): string {
  const isUpstream = repository !== undefined && UPSTREAM.includes(repository.toLowerCase())
  // `--repo` always: with a second remote gh asks, or takes upstream.
  const repo = repository === undefined || isUpstream ? 'OWNER/NAME' : repository
  const keys = { ours, repo, branch, app, action }
  const steps = [
    keyStep(keys),
    leftOff(workflows, ours, repo),
    pullRequest(repo),
    afterMerge(ours, repo, branch),
    extraStep(keys)
  ].filter(step => step !== undefined)
  return [
    '## What is left to do',
    'The commands need GitHub’s program, once `gh auth login` is done, and Heroku’s, once `heroku login` is. All of it can be done on the web, too.',
    ...(isUpstream
      ? [
          `The checkout’s remote \`origin\` is ${repository}, and no fork of yours. Make one first: \`gh repo fork --remote\` calls it \`origin\`. Then run this again, or put its name in place of \`OWNER/NAME\`.`
        ]
      : []),
    ...(repository === undefined
      ? ['Put your fork in place of `OWNER/NAME`: the checkout has no remote `origin` on GitHub.']
      : []),
    ...steps.map((step, i) => `### ${i + 1}. ${step}`)
  ].join('\n\n')
}

/** docs.github.com: "Disabling and enabling a workflow". That a new fork first has no workflows is undocumented. */
function leftOff(theirs: ReadonlyMap<string, Workflow>, ours: ReadonlyMap<string, Workflow>, repo: string): string {
  const firing = [...theirs]
    .filter(([file, { startsOn }]) => !ours.has(file) && startsOn(DEPLOY_TAG))
    .map(([file]) => file)
  const names = firing.map(file => `\`${file}\``).join(', ')
  // mastodon/mastodon: .github/workflows/build-releases.yml does not ask in which repository it runs.
  const images = firing.includes('build-releases.yml')
    ? ` ${firing.length === 1 ? 'It' : '`build-releases.yml`'} tries to push upstream’s container images, and fails in a fork.`
    : ''
  return [
    'The fork’s workflows and issues\n\nIn a new fork both are off. Turn workflows on first: its tab Actions asks for it. Then issues: the nightly checks report there.',
    block(`gh repo edit ${repo} --enable-issues`),
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
  const scheduled = [...ours].filter(([, workflow]) => workflow.scheduled).map(([file]) => file)
  const schedules = [
    'GitHub leaves scheduled workflows of a fork off until they are enabled, and switches them off again after 60 days without a commit:',
    block(...scheduled.map(file => `gh workflow enable ${file} --repo ${repo}`))
  ]
  return [
    'When it is merged',
    ...(scheduled.length > 0 ? schedules : []),
    'See what a deploy would do: the page of the run, under Actions → Heroku deploy, says it. This changes nothing.',
    block(`gh workflow run heroku-deploy.yml --repo ${repo} --raw-field plan=true`),
    'Then deploy: put a tag on what was merged.',
    block(`git switch ${shellWord(branch)} && git pull`, 'git tag heroku-1 && git push origin heroku-1')
  ].join('\n\n')
}
