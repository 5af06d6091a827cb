import { describe, expect, it } from '@jest/globals'
import { loadConfig, type Config } from '../../src/config/index.ts'
import { UserError } from '../../src/runtime/index.ts'

const NAME = '.github/mastodon-on-heroku.yml'
const SHA = 'ab01'.repeat(16)

const DEFAULTS: Config = {
  ffmpeg: 'auto',
  slug: { limit: 300_000_000, env: {}, trim: { safe: true, globs: [] } },
  migrations: 'zero-downtime',
  checks: { skip: [], thresholds: { certificateDays: 21, keyDays: 30, queueLatency: 120, dynoStart: 24 } },
  redisTls: 'verify'
}

const load = (text: string | undefined): Config => loadConfig(text, NAME)

function errorOf(text: string): UserError {
  try {
    load(text)
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return error as UserError
  }
  throw new Error('the config was taken')
}

/** The messages without the file's name: `line: text`. */
const problemsOf = (text: string): string[] =>
  errorOf(text)
    .message.split('\n')
    .map(line => {
      expect(line.startsWith(`${NAME}:`)).toBe(true)
      return line.slice(NAME.length + 1)
    })

describe('loadConfig', () => {
  it.each([undefined, '', '\n', '# nothing\n', '---\n', '{}', 'app:\nslug:\nchecks:\nschedule:\n'])(
    'has defaults where nothing is written: %j',
    text => {
      expect(load(text)).toEqual(DEFAULTS)
    }
  )

  it('reads every key', () => {
    const text = `
app: my-mastodon
streaming-app: my-mastodon-live
staging-app: my-mastodon-staging
stack: heroku-24
ffmpeg: with
slug:
  limit: 286MiB
  buildpacks:
    - heroku/nodejs
    - https://github.com/heroku/heroku-buildpack-ruby#v353
    - buildpack: ./buildpacks/mine
      sha256: ${SHA.toUpperCase()}
  env: { SECRET_KEY_BASE_DUMMY: "1", NODE_OPTIONS: --max-old-space-size=2048, ZERO: 0, VERSION: 1.10, YES: true, NO_: "" }
  trim: [safe, spec/, "**/*.map"]
migrations: maintenance
schedule:
  with: github-actions
  tasks:
    - command: bin/tootctl media remove --prune-profiles --days 30
      every: day
      at: 03:30
      size: performance-l-ram
      timeout: 120
    - { command: "true", every: 10 minutes }
    - { command: "true", every: hour, at: ":20" }
    - { command: bin/tootctl cache clear, cron: "30 3 * * 1-5" }
  state: branch:tasks/last-runs
checks:
  skip: [dead-set, media-host]
  thresholds: { certificate-days: 7, key-days: 14, queue-latency: 0.5, dyno-start: 40 }
redis-tls: no-verify
`
    expect(load(text)).toEqual({
      app: 'my-mastodon',
      streamingApp: 'my-mastodon-live',
      stagingApp: 'my-mastodon-staging',
      stack: 'heroku-24',
      ffmpeg: 'with',
      slug: {
        limit: 299_892_736,
        buildpacks: [
          { buildpack: 'heroku/nodejs' },
          { buildpack: 'https://github.com/heroku/heroku-buildpack-ruby#v353' },
          { buildpack: './buildpacks/mine', sha256: SHA }
        ],
        env: {
          SECRET_KEY_BASE_DUMMY: '1',
          NODE_OPTIONS: '--max-old-space-size=2048',
          ZERO: '0',
          VERSION: '1.10',
          YES: 'true',
          NO_: ''
        },
        trim: { safe: true, globs: ['spec/', '**/*.map'] }
      },
      migrations: 'maintenance',
      schedule: {
        with: 'github-actions',
        tasks: [
          {
            command: 'bin/tootctl media remove --prune-profiles --days 30',
            every: 'day',
            at: '03:30',
            size: 'Performance-L-RAM',
            timeout: 120,
            line: 20
          },
          { command: 'true', every: '10 minutes', line: 25 },
          { command: 'true', every: 'hour', at: ':20', line: 26 },
          { command: 'bin/tootctl cache clear', cron: '30 3 * * 1-5', line: 27 }
        ],
        state: 'tasks/last-runs'
      },
      checks: {
        skip: ['dead-set', 'media-host'],
        thresholds: { certificateDays: 7, keyDays: 14, queueLatency: 0.5, dynoStart: 40 }
      },
      redisTls: 'no-verify'
    })
  })

  it.each([
    ['off', { safe: false, globs: [] }],
    ['false', { safe: false, globs: [] }],
    ['safe', { safe: true, globs: [] }],
    ['[]', { safe: false, globs: [] }],
    ['["*.md"]', { safe: false, globs: ['*.md'] }],
    ['["*.md", safe]', { safe: true, globs: ['*.md'] }]
  ])('reads slug.trim: %s', (text, trim) => {
    expect(load(`slug: { trim: ${text} }`).slug.trim).toEqual(trim)
  })

  it.each(['off', 'false'])('reads migrations: %s', text => {
    expect(load(`migrations: ${text}`).migrations).toBe('off')
  })

  it('reads a limit in bytes, and a file with a byte-order mark and Windows line ends', () => {
    expect(load('slug: { limit: 314572800 }').slug.limit).toBe(314_572_800)
    expect(load('\ufeffapp: my-app\r\nffmpeg: with\r\n')).toEqual({ ...DEFAULTS, app: 'my-app', ffmpeg: 'with' })
  })

  it('tells a list of tasks that is empty from none', () => {
    expect(load('schedule: { tasks: [] }').schedule).toEqual({ with: 'heroku-scheduler', tasks: [] })
    expect(load('').schedule).toBeUndefined()
  })

  it('keeps odd variable names from touching prototypes', () => {
    const { env } = load('slug: { env: { __proto__: x, constructor: y } }').slug
    expect(Object.entries(env)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y']
    ])
    expect(Object.getPrototypeOf(env)).toBe(Object.prototype)
  })
})

describe('loadConfig: errors', () => {
  it('names the line and the nearest key', () => {
    expect(errorOf('# a\n\napp: my-app\n\n\n\nffmepg: with\n').message).toBe(
      `${NAME}:7: unknown key "ffmepg" — did you mean "ffmpeg"?`
    )
  })

  it('lists all that is wrong, in order', () => {
    expect(problemsOf('redis-tls: of\nslug:\n  limit: 300M\n  tirm: safe\napp: X\n')).toEqual([
      '1: redis-tls: expected verify or no-verify, not "of"',
      '3: slug.limit: "300M" could be 300MB or 300MiB. Write 300MB or 300MiB.',
      '4: slug: unknown key "tirm" — did you mean "trim"?',
      '5: app: expected the name of a Heroku app (3 to 30 lower-case letters, digits and dashes), not "X"'
    ])
    expect(errorOf('x: 1').nextStep).toBe(`Correct ${NAME}.`)
  })

  const refusedEnv = [
    ['HEROKU_API_KEY', 'never gets a key'],
    ['GITHUB_TOKEN', 'never gets a key'],
    ['INPUT_APP', 'GitHub Actions'],
    ['GITHUB_ENV', 'GitHub Actions'],
    ['ACTIONS_RUNTIME_TOKEN', 'GitHub Actions'],
    ['RUNNER_TEMP', 'GitHub Actions'],
    ['STACK', 'sets it itself'],
    ['BUILD_DIR', 'sets it itself'],
    ['PATH', 'programs that buildpacks run'],
    ['GIT_DIR', 'programs that buildpacks run'],
    ['LD_PRELOAD', 'programs that buildpacks run'],
    ['LD_LIBRARY_PATH', 'programs that buildpacks run']
  ]
  it.each(refusedEnv)('does not hand %s to a build', (name, why) => {
    expect(problemsOf(`slug:\n  env:\n    A: b\n    ${name}: x`)).toEqual([
      expect.stringMatching(new RegExp(`^4: slug\\.env\\.${name}: this variable cannot be set: .*${why}`))
    ])
  })

  it.each([
    ['ffmpeg: wiht', '1: ffmpeg: expected with, without or auto, not "wiht" — did you mean "with"?'],
    ['ffmpeg: true', '1: ffmpeg: expected with, without or auto, not "true"'],
    ['ffmpeg: [with]', '1: ffmpeg: expected with, without or auto, not a list'],
    [
      'migrations: zero_downtime',
      '1: migrations: expected zero-downtime, maintenance or off, not "zero_downtime" — did you mean "zero-downtime"?'
    ],
    ['App: my-app', '1: unknown key "App" — did you mean "app"?'],
    ['streamingApp: my-app', '1: unknown key "streamingApp" — did you mean "streaming-app"?'],
    ['zzz: 1', /^1: unknown key "zzz" \(known: app, streaming-app, /],
    ['1: x', /^1: unknown key "1" \(known: /],
    ['? [a]\n: x', '1: expected a name before the ":"'],
    ['app: 123', /^1: app: expected the name of a Heroku app .* not "123"/],
    ['app: ""', /^1: app: expected .* not an empty text/],
    ['app: {a: b}', /^1: app: expected .* not a mapping/],
    ['app: a-1\nffmpeg: with\napp: a-2', '3: the key "app" is there twice, first in line 1'],
    ['slug:\n  env:\n    A: x\n    A: y', '4: slug.env: the key "A" is there twice, first in line 3'],
    ['stack: container', /^1: stack: expected a stack that runs slugs, like heroku-24, not "container"/],
    ['slug: 300MB', '1: slug: expected a mapping with limit, buildpacks, env or trim, not "300MB"'],
    ['slug:\n  limit: [1]', '2: slug.limit: expected a size like 300MB, not a list'],
    ['slug: { limit: big }', /^1: slug\.limit: "big" is not a size\. Write it like 300MB/],
    ['slug: { buildpacks: heroku/ruby }', '1: slug.buildpacks: expected a list of buildpacks, not "heroku/ruby"'],
    ['slug: { buildpacks: [] }', /^1: slug\.buildpacks: the list is empty/],
    ['slug:\n  buildpacks:\n    - a/b\n    -', '4: slug.buildpacks[1]: the item is empty'],
    ['slug:\n  buildpacks:\n    - 12', '3: slug.buildpacks[0]: expected a buildpack (name, URL or folder), not "12"'],
    ['slug:\n  buildpacks:\n    - "a\\nb"', /^3: slug\.buildpacks\[0\]: expected a buildpack .* not "a\\x0ab"/],
    [
      'slug:\n  buildpacks:\n    - sha256: ' + SHA,
      '3: slug.buildpacks[0].buildpack: expected a buildpack (name, URL or folder), nothing is there'
    ],
    [
      'slug:\n  buildpacks:\n    - buildpack: a/b\n      sha256: abc',
      '4: slug.buildpacks[0].sha256: expected 64 hexadecimal digits in quotes, not "abc"'
    ],
    [
      'slug:\n  buildpacks:\n    - buildpack: a/b\n      sha265: abc',
      '4: slug.buildpacks[0]: unknown key "sha265" — did you mean "sha256"?'
    ],
    ['slug: { env: [A] }', '1: slug.env: expected a mapping (name: value), not a list'],
    ['slug: { env: { A-B: x } }', '1: slug.env.A-B: a variable’s name has letters, digits and _ only'],
    ['slug: { env: { A: } }', '1: slug.env.A: expected a value; write "" for an empty one'],
    ['slug: { env: { A: [x] } }', '1: slug.env.A: expected a text, a number or a boolean, not a list'],
    ['slug: { trim: save }', '1: slug.trim: expected safe, off or a list of globs, not "save" — did you mean "safe"?'],
    ['slug: { trim: [off] }', '1: slug.trim[0]: "off" cannot be in a list; write `trim: off`'],
    ['slug: { trim: ["!x"] }', '1: slug.trim[0]: a glob cannot be negated with "!"'],
    ['slug: { trim: [a/../../b] }', '1: slug.trim[0]: a glob cannot leave the app with ".."'],
    ...['*a*a*a*a*b', '**/a/**/b/**/c/**/d', '+(a|aa)b', '*(a)b', '(a+)+b', '(a|a)*b', '@(a)+', 'x'.repeat(301)].map(
      (glob): [string, string] => [
        `slug: { trim: ["${glob}"] }`,
        '1: slug.trim[0]: this glob may take hours: it can have 300 characters, `**` three times, and `*` four times between two slashes, and no `*(…)`, `+(…)`, `(…)*` or `(…)+`'
      ]
    ),
    ['slug: { trim: [safe, ./] }', '1: slug.trim[1]: this would take away the whole app'],
    ['slug:\n  trim:\n    -', '3: slug.trim[0]: the item is empty'],
    [
      'schedule: { with: cron-togo, tasks: [] }',
      '1: schedule.with: expected heroku-scheduler, cron-to-go, advanced-scheduler or github-actions, not "cron-togo" — did you mean "cron-to-go"?'
    ],
    ['schedule: { with: cron-to-go }', '1: schedule.tasks: expected a list of tasks; write [] to want none'],
    ['schedule: { tasks: [], state: "branch:x" }', '1: schedule.state: has no effect with heroku-scheduler'],
    ...[
      'x',
      'branch:',
      'branch:a b',
      'branch:-x',
      'branch:refs/heads/x',
      'branch:a..b',
      'branch:a/',
      'branch:a.lock'
    ].map(
      state =>
        [
          `schedule: { with: github-actions, tasks: [], state: "${state}" }`,
          `1: schedule.state: expected a branch to keep last runs on, like branch:scheduled-tasks, not "${state}"`
        ] as const
    ),
    [
      'schedule: { tasks: [{ command: x, every: day, size: Standrad-1X }] }',
      '1: schedule.tasks[0].size: expected a dyno size, like Basic or Standard-1X, not "Standrad-1X" — did you mean "Standard-1X"?'
    ],
    ...[0, 0.5, 1441].map(
      timeout =>
        [
          `schedule: { tasks: [{ command: x, every: day, timeout: ${timeout} }] }`,
          `1: schedule.tasks[0].timeout: expected a number of minutes, 1 to 1440, not "${timeout}"`
        ] as const
    ),
    ...(
      [
        ['60 * * * *', 'Invalid value for minute: 60'],
        ['0 0 30 2 *', 'they never come'],
        ['0 0 L * *', '"L" is neither a month nor a day'],
        [
          '5/15 * * * *',
          "Syntax error, stepping with numeric prefix ('5/15') is not allowed. Use wildcard (*/step) or range (min-max/step) instead."
        ]
      ] as const
    ).map(
      ([cron, problem]) =>
        [
          `schedule: { tasks: [{ command: x, cron: "${cron}" }] }`,
          `1: schedule.tasks[0].cron: "${cron}" is not a time for cron: ${problem}`
        ] as const
    ),
    ['schedule:\n  tasks:\n    - true', '3: schedule.tasks[0]: expected a task (command: …, every: …), not "true"'],
    ['schedule:\n  tasks:\n    - every: day', '3: schedule.tasks[0]: expected a command'],
    ['schedule:\n  tasks:\n    - command: x', '3: schedule.tasks[0]: expected either every or cron'],
    [
      'schedule: { tasks: [{ command: x, every: day, cron: "* * * * *" }] }',
      '1: schedule.tasks[0]: expected either every or cron'
    ],
    [
      'schedule: { tasks: [{ command: x, every: days }] }',
      '1: schedule.tasks[0].every: expected 10 minutes, hour or day, not "days" — did you mean "day"?'
    ],
    [
      'schedule: { tasks: [{ command: x, cron: daily }] }',
      /^1: schedule\.tasks\[0\]\.cron: expected five fields of cron/
    ],
    [
      'schedule: { tasks: [{ command: x, every: day, at: "24:00" }] }',
      /^1: schedule\.tasks\[0\]\.at: expected a time of day/
    ],
    [
      'schedule: { tasks: [{ command: x, every: hour, at: "03:30" }] }',
      /^1: schedule\.tasks\[0\]\.at: expected a minute of the hour/
    ],
    [
      'schedule: { tasks: [{ command: x, every: 10 minutes, at: "03:30" }] }',
      '1: schedule.tasks[0].at: goes with `every: day` or `every: hour` only'
    ],
    [
      'schedule: { tasks: [{ command: "a\\nb", every: day }] }',
      /^1: schedule\.tasks\[0\]\.command: expected a command on one line/
    ],
    ['checks: { skip: dead-set }', '1: checks.skip: expected a list of names of checks, not "dead-set"'],
    ['checks: { skip: [Dead Set] }', '1: checks.skip[0]: expected the name of a check, not "Dead Set"'],
    [
      'checks: { thresholds: { key-days: 0 } }',
      '1: checks.thresholds.key-days: expected a number of days above 0, not "0"'
    ],
    [
      'checks: { thresholds: { key-days: "7" } }',
      '1: checks.thresholds.key-days: expected a number of days above 0, not "7"'
    ],
    [
      'checks: { thresholds: { queue-latency: .inf } }',
      /^1: checks\.thresholds\.queue-latency: expected a number of seconds/
    ],
    [
      'checks: { thresholds: { certificate-day: 1 } }',
      '1: checks.thresholds: unknown key "certificate-day" — did you mean "certificate-days"?'
    ]
  ])('%j', (text, problem) => {
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    if (typeof problem === 'string') expect(problems[0]).toBe(problem)
    else expect(problems[0]).toMatch(problem)
  })
})

describe('loadConfig: what was most likely meant', () => {
  it.each([
    ['limit: 300MB', '1: unknown key "limit" — did you mean "slug.limit"? It belongs under "slug:", indented'],
    ['slug:\nlimit: 300MB', /^2: unknown key "limit" — did you mean "slug\.limit"\?/],
    ['buildpacks: [a/b]', /^1: .* did you mean "slug\.buildpacks"\?/],
    ['env: { A: b }', /^1: .* did you mean "slug\.env"\?/],
    ['trim: safe', /^1: .* did you mean "slug\.trim"\?/],
    [
      'slug.limit: 300MB',
      /^1: unknown key "slug\.limit" — did you mean "slug\.limit"\? It belongs under "slug:", indented$/
    ],
    ['slug-limit: 300MB', /^1: .* did you mean "slug\.limit"\?/],
    ['tasks: []', /^1: .* did you mean "schedule\.tasks"\? It belongs under "schedule:", indented$/],
    ['schedule: { tasks: [], every: day }', /^1: schedule: .* did you mean "schedule\.tasks\[\]\.every"\?/],
    ['thresholds: { key-days: 7 }', /^1: .* did you mean "checks\.thresholds"\?/],
    ['checks: { key-days: 7 }', /^1: checks: .* did you mean "checks\.thresholds\.key-days"\?/],
    [
      'slug:\n  ffmpeg: with',
      '2: slug: unknown key "ffmpeg" — did you mean "ffmpeg"? It belongs at the top, not indented'
    ],
    ['slug: { size: 300MB }', '1: slug: unknown key "size" (known: limit, buildpacks, env, trim)'],
    [
      'slug: { limit: 300 }',
      '1: slug.limit: 300 is 300 bytes, less than any slug — did you mean 300MB? Write the unit, or all bytes.'
    ],
    [
      'app: my-app\n---\napp: other\n',
      '2: a second document begins here, and a config is one: take out the line `---` that parts them'
    ],
    ['# one\n---\napp: my-app\n\n--- # two\n', /^5: a second document begins here/],
    [
      'slug:\n  buildpacks:\n    - heroku/ruby #v1\n    - https://github.com/x/y #v1\n',
      '4: slug.buildpacks[1]: "#v1" is a comment, because of the space before it. Without the space it says which branch, tag or commit is meant; write "# …" for a comment'
    ],
    ['slug:\r\n  buildpacks:\r\n    - "https://github.com/x/y"  #v1\r\n', /^3: .*"#v1" is a comment/],
    ['slug:\n  buildpacks: [a/b,\n    https://github.com/x/y #main\n  ]\n', /^3: .*"#main" is a comment/],
    ['slug:\n  buildpacks:\n    - buildpack: https://github.com/x/y #v1\n', /^3: .*\.buildpack: "#v1" is a comment/],
    [
      'slug:\n  buildpacks: [a/b, https://github.com/x/y #v1]\nffmpeg: with\n',
      '2: a space and "#" begin a comment, and it hides the closing bracket: take out the space, or put the bracket before it'
    ],
    ['slug: { buildpacks: [https://github.com/x/y #v1] }\n', /^1: a space and "#" begin a comment/]
  ])('%j', (text, problem) => {
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    if (typeof problem === 'string') expect(problems[0]).toBe(problem)
    else expect(problems[0]).toMatch(problem)
  })

  it.each([
    'slug:\n  buildpacks:\n    - https://github.com/x/y#v1 #ours\n',
    'slug:\n  buildpacks:\n    - https://github.com/x/y#v1 # ours\n    # - https://github.com/x/z\n    #a/b\n',
    'slug:\n  buildpacks:\n    - https://example.com/x.tgz #ours\n',
    'slug:\n  buildpacks: [https://github.com/x/y#v1] #ours\n',
    '---\nslug:\n  buildpacks: [https://github.com/x/y#v1]\n...\n'
  ])('a comment is no ref, and no second document: %j', text => {
    expect(load(text).slug.buildpacks).toHaveLength(1)
  })

  it('takes bytes for bytes if a slug can have as many', () => {
    expect(load('slug: { limit: 1000000 }').slug.limit).toBe(1_000_000)
    expect(load('slug: { limit: 1KB }').slug.limit).toBe(1000)
  })
})

describe('loadConfig: hostile files', () => {
  it.each([
    ['a list', '- a\n- b', /^1: expected a mapping with app, .* not a list/],
    ['a text', 'just text', /^1: expected a mapping with app, .* not "just text"/],
    ['a tab', 'slug:\n\tlimit: 1GB', /^2: .*tab/i],
    ['an open quote', 'app: my-app\nffmpeg: "with\n', /^\d: .*quote/i],
    ['a broken list', 'app: [a\nffmpeg: with', /^2: /]
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)[0]).toMatch(problem)
  })

  it.each([
    ['binary', 'app: \0\x01'],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff]).toString('utf8')],
    ['10 MB', `app: my-app\n${'# x\n'.repeat(2_500_000)}`],
    ['deep nesting', 'app: ' + '['.repeat(100_000)]
  ])('%s', (_, text) => {
    const { message } = errorOf(text)
    expect(message.startsWith(NAME)).toBe(true)
    expect(message.length).toBeLessThan(5000)
  })

  it('expands no alias', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `  l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`)
    const problems = problemsOf(`slug:\n  env:\n    A: &l0 x\n${levels.join('\n')}\nffmpeg: *l0\nschedule: *l9\n`)
    expect(problems).toHaveLength(11)
    expect(problems.at(-1)).toMatch(/^14: schedule: expected a mapping .* not an alias \(write the value out\)/)
    expect(problems.at(-2)).toMatch(/^13: ffmpeg: expected .* not an alias/)
  })

  it('merges nothing', () => {
    expect(problemsOf('<<: { app: my-app }')[0]).toMatch(/^1: unknown key "<<"/)
  })

  it('quotes what it found so that it forges no line, and briefly', () => {
    const { message } = errorOf(`"a\\n::set-output name=x::\\e[31m\\u202e": 1\napp: "${'y'.repeat(10_000)}"\n`)
    expect(message.split('\n')).toHaveLength(2)
    // eslint-disable-next-line no-control-regex
    expect(message).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/)
    expect(message).toContain('\\x0a::set-output')
    expect(message.length).toBeLessThan(800)
  })

  it('stops listing after twenty errors', () => {
    const { message } = errorOf(Array.from({ length: 50 }, (_, i) => `key${i}: x`).join('\n'))
    expect(message.split('\n')).toHaveLength(21)
    expect(message).toContain('… and 30 more')
  })
})
