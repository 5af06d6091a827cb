import { describe, expect, it } from '@jest/globals'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { followPath, readAdvice, readReadme, Stumble, type Step } from '../rig/five-minutes/path.ts'
import { openScene, type Scene } from '../rig/five-minutes/scene.ts'
import { git, makeSampleFork } from '../rig/sample-fork.ts'
import { hasGithubCli } from '../helpers/github-cli.ts'
import { noRedis } from '../helpers/redis.ts'
import { describeOrSkip, isRoot } from '../helpers/skip.ts'
import { temp } from '../helpers/temp.ts'

const BUILDPACKS = path.join(import.meta.dirname, '..', 'rig', 'sample-fork', 'buildpacks')

function whyNot(): string | undefined {
  if (!isRoot) return 'builds on the host beside a token need root'
  return hasGithubCli ? noRedis() : 'GitHub’s CLI gh is not installed'
}

describeOrSkip('README’s five minutes', whyNot(), () => {
  it('are gone to the letter on a fork that has nothing of ours yet, and end with what was merged live', async () => {
    const folder = temp()
    const clone = path.join(folder, 'clone')
    makeSampleFork(clone, fork => rmSync(path.join(fork, '.github'), { recursive: true }))
    mkdirSync(path.join(folder, 'scene'))
    // The sample's own: its tree is not one that the stand-ins of a real fork are for.
    const buildpacks = Object.fromEntries(
      ['nodejs', 'ruby'].map(name => [`heroku/${name}`, path.join(BUILDPACKS, name)])
    )
    const scene = await openScene({ clone, folder: path.join(folder, 'scene'), app: 'my-app', buildpacks })
    const steps: Step[] = []
    try {
      await followPath({ scene, app: 'my-app', onStep: step => void steps.push(step) })
    } finally {
      await scene.close()
    }
    const names = steps.map(({ name }) => name)
    expect(names[0]).toBe('npx mastodon-on-heroku init --app my-app')
    expect(names.filter(name => name.endsWith('.yml'))).toEqual([
      'heroku-slug-size.yml',
      'heroku-slug-size.yml',
      'heroku-deploy.yml',
      'heroku-deploy.yml',
      'heroku-nightly.yml'
    ])
    const shown = (file: string): string => steps.findLast(({ name }) => name === file)!.shown
    expect(shown('heroku-deploy.yml')).toMatch(
      /my-app runs commit [0-9a-f]{8} as v\d+: released, its dynos up, healthy/
    )
    expect(steps.find(({ name }) => name === 'heroku-deploy.yml')!.shown).toMatch(/^## Upgrade plan: nothing stops it/m)
    const { jobs } = steps.findLast(({ name }) => name === 'heroku-nightly.yml')!.played!
    expect(jobs['build']!.result).toBe('success')
    expect(jobs['checks']!.used).toEqual(['actions: read', 'issues: read', 'issues: write'])
    expect(jobs['checks']!.steps.at(-1)!.output).toMatch(/^ *ok +worker: /m)
    expect(scene.stage.github.issues.all).toMatchObject([{ title: expect.stringContaining('my-app') }])
    expect(shown('heroku-nightly.yml')).toContain('## Nightly checks of my-app')
    expect(steps.find(({ name }) => name === 'heroku-slug-size.yml')!.shown).toMatch(/^## Rehearsal$/m)
    // What an admin cannot mend is no part of the first minutes.
    for (const { shown: text } of steps) expect(text).not.toMatch(/fetch-depth|could not be asked|my-\*\*\*/)
    const { settings, repository } = scene.stage.github
    expect(repository.hasIssues).toBe(true)
    expect(settings.environments.get('heroku-upgrade')).toMatchObject({ policies: ['branch main'] })
    expect(settings.environments.get('production')).toMatchObject({ policies: ['branch main', 'tag heroku-*'] })
    const refs = ['heads/main', 'tags/heroku-1', 'tags/v4.7.0', 'heads/heroku-setup', 'heads/heroku-1', 'pull/1/merge']
    expect(refs.filter(ref => settings.mayDeploy('production', `refs/${ref}`))).toEqual(['heads/main', 'tags/heroku-1'])
    expect(git(clone, 'status', '--porcelain')).toBe('')
    expect(readdirSync(clone)).not.toContain('.github')
  })
})

describe('the way there', () => {
  it('is read from README and from what init prints', () => {
    expect(readReadme()).toEqual([
      'npx mastodon-on-heroku init --app my-mastodon',
      expect.stringMatching(/^heroku authorizations:create /),
      'git switch main && git pull',
      'git tag heroku-1 && git push origin heroku-1'
    ])
    const advice = [
      'What is left',
      '',
      '1. One',
      '',
      '  gh one',
      '',
      '  nothing to type',
      '',
      '2. Two',
      '',
      '  git two'
    ]
    expect([...readAdvice(advice.join('\n'))]).toEqual([
      ['One', ['gh one']],
      ['Two', ['git two']]
    ])
  })

  it('ends where a command fails, with what it said', async () => {
    const scene = { type: () => Promise.resolve({ code: 2, output: 'no such app' }) } as unknown as Scene
    const along = followPath({
      scene: { ...scene, stage: { branch: 'main' } } as Scene,
      app: 'my-app',
      onStep: () => {}
    })
    await expect(along).rejects.toThrow(Stumble)
    await expect(along).rejects.toThrow('`npx mastodon-on-heroku init --app my-app` ended with 2:\nno such app')
  })
})
