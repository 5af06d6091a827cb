import { describe, expect, it } from '@jest/globals'
import { readProcfile, type Procfile } from '../../../src/buildpacks/index.ts'
import { explainLost, planUpgrade } from '../../../src/mastodon/index.ts'
import { makeTree } from '../../slug/helpers.ts'
import { factsOf } from './fork.ts'

const SCALE = 'If `worker` is no longer wanted: `heroku ps:scale worker=0 --app my-mastodon`.'
const worker = { type: 'worker', quantity: 1, size: 'Basic', command: 'bundle exec sidekiq' }

const said = (files: Record<string, string>, more: Partial<Procfile> = {}, lost: Partial<typeof worker> = {}) => {
  const procfile = { ...readProcfile(makeTree({ '.keep': '', ...files })), ...more }
  return explainLost(
    'my-mastodon',
    { ...worker, ...lost },
    { what: 'the slug', has: ['web', 'release', 'rake'], procfile }
  )
}

describe('a process type that a slug lacks', () => {
  it('says what runs, what the slug has, and the line to add', () => {
    expect(said({ Procfile: 'web: bin/heroku-web\n' })).toEqual({
      reason:
        'my-mastodon runs 1 worker dyno (Basic), and the slug has no process type `worker`: with the release Heroku would take it out of the formation and end it. It has rake, web',
      remedy: `Add the line \`worker: bundle exec sidekiq\` to the Procfile. ${SCALE}`
    })
    expect(said({ Procfile: 'web: x\n' }, {}, { quantity: 3, command: 'a `b`\nc' })).toMatchObject({
      reason: expect.stringMatching(/runs 3 worker dynos \(Basic\).* and end them\./),
      remedy: expect.stringContaining('Add the line `worker: …`')
    })
  })

  it.each([
    [
      { Procfile: 'web: x\n\n  #  # worker:\tbundle exec sidekiq -c 5\r\n' },
      {},
      'Procfile:3 is a comment: "#  # worker: bundle exec sidekiq -c 5"',
      'Take the # away from that line.'
    ],
    [
      { procfile: 'worker: x\n' },
      {},
      'The commit has no `Procfile`, but a file `procfile`: the name is case-sensitive',
      '`git mv procfile Procfile`, and have the line `worker: bundle exec sidekiq` in it.'
    ],
    [
      {},
      {},
      'The commit has no `Procfile` in its top folder',
      'Add a file `Procfile` with the line `worker: bundle exec sidekiq`.'
    ],
    [
      {},
      { ignoredAt: 7 },
      '.slugignore:7 takes `Procfile` out of the build',
      'Take that line out of .slugignore, and have the line `worker: bundle exec sidekiq` in the Procfile.'
    ],
    [
      { Procfile: 'Worker: bundle exec sidekiq\n' },
      {},
      "The commit's Procfile has `Worker`: names are case-sensitive",
      'Write `worker` in the Procfile.'
    ],
    [
      { Procfile: 'worker: bundle exec sidekiq\n' },
      {},
      "The commit's Procfile has it, and the build took it away",
      'Look which buildpack does.'
    ]
  ])('of %j says how that comes', (files, more, evidence, remedy) => {
    const { reason, remedy: next } = said(files, more)
    expect(reason.endsWith(`. ${evidence}`)).toBe(true)
    expect(next).toBe(`${remedy} ${SCALE}`)
  })

  it('may be one that is to run first: nobody can scale it away', () => {
    const formation = [{ type: 'worker', quantity: 1, planned: true }]
    const change = { files: { Procfile: 'web: bin/heroku-web\n' }, live: { formation } }
    expect(planUpgrade(factsOf(change)).findings.find(({ name }) => name === 'lost-process-type')).toEqual({
      name: 'lost-process-type',
      level: 'block',
      reason:
        'my-mastodon is to run 1 worker dyno, and the Procfile of this commit has no process type `worker`: Heroku could not start it. It has web',
      remedy: 'Add the line `worker: …` to the Procfile.'
    })
  })

  it('is no matter of the Procfile on the streaming app', () => {
    const { live } = factsOf()
    const streaming = { ...live!.streaming!, lost: [{ type: 'worker', quantity: 2, size: 'Eco' }] }
    expect(planUpgrade(factsOf({ live: { streaming } })).findings.find(({ level }) => level === 'block')).toMatchObject(
      {
        reason: expect.stringMatching(
          /^my-live runs 2 worker dynos \(Eco\), and the slug of the streaming server has no/
        ),
        remedy: 'If `worker` is no longer wanted: `heroku ps:scale worker=0 --app my-live`.'
      }
    )
  })
})
