import { beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { git } from '../rig/sample-fork.ts'
import { describeOrSkip, isRoot } from '../helpers/skip.ts'
import { noSmallDisk, SmallDisk } from '../helpers/small-disk.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { addBuildpack, configWith, Fork } from './fork.ts'

interface Case {
  readonly name: string
  readonly change?: (folder: string) => void
  /** Done to the checkout after the commit. */
  readonly after?: (fork: Fork) => void
  readonly inputs?: Record<string, string>
  readonly config?: string
  readonly says: RegExp
  /** It is known before the first buildpack runs. */
  readonly early?: true
}

const write = (file: string, text: string) => (folder: string) => writeFileSync(path.join(folder, file), text)
const failing = (compile: string, detect?: string) => (folder: string) =>
  addBuildpack(folder, 'failing', compile, detect)
const FAILING = configWith(['failing'])

const CASES: Case[] = [
  { name: 'a ref that is not there', inputs: { ref: 'v9' }, says: /"?v9"?.*(not|no )/ },
  {
    name: 'a ref that looks like an option',
    inputs: { ref: '--upload-pack=x' },
    says: /--upload-pack=x.*not the name of a commit/
  },
  {
    name: 'a folder that is no checkout',
    after: fork => rmSync(path.join(fork.path, '.git'), { recursive: true }),
    says: /not a git checkout/
  },
  {
    name: 'a commit that is not in a shallow clone',
    after: shallow,
    inputs: { ref: '1'.repeat(40) },
    says: /shallow.*fetch-depth: 0/s
  },
  { name: 'an unknown command', inputs: { command: 'biuld' }, says: /There is no command "biuld"/ },
  { name: 'nightly checks of no app', inputs: { command: 'check' }, says: /No app is named.*`app:`/s },
  {
    name: 'a check that does not exist',
    config: 'checks:\n  skip: [certificats]\n',
    inputs: { command: 'check', app: 'my-mastodon' },
    says: /certificats.*certificates/s
  },
  {
    name: 'a deploy without a key',
    inputs: { command: 'deploy' },
    says: /needs a Heroku key.*authorizations:create .*--expires-in \d+/s
  },
  {
    name: 'a typo in the config',
    config: 'stack: heroku-24\nffmepg: with\n',
    says: /other\.yml:2: .*ffmepg.*did you mean "?ffmpeg/
  },
  {
    name: 'an Aptfile with Windows line ends, before any buildpack runs',
    change: write('Aptfile', '# for idn-ruby\r\nlibidn12\r\n'),
    config: configWith(['apt', 'nodejs']),
    says: /^(?![^]*Buildpack 1 of)[^]*::error::Aptfile:2: .*CRLF[^]*sed -i/
  },
  {
    name: 'a comment behind a package in the Aptfile',
    change: write('Aptfile', 'libidn12 # for idn-ruby\n'),
    config: configWith(['apt', 'nodejs']),
    says: /^(?![^]*Buildpack 1 of)[^]*::error::Aptfile:1: .*comment/
  },
  { name: 'a size that is none', inputs: { 'slug-limit': 'huge' }, says: /slug-limit.*huge/ },
  { name: 'an ambiguous size', config: 'slug:\n  limit: 300M\n', says: /300M.*300MB.*300MiB/s },
  {
    name: 'a stack that has no slugs',
    config: 'stack: container\n',
    says: /other\.yml:1: stack: expected a stack that runs slugs/
  },
  {
    name: 'no stack at all',
    change: write('app.json', '{"buildpacks":[{"url":"./buildpacks/ruby"}]}'),
    config: 'ffmpeg: auto\n',
    says: /Nothing says which stack/
  },
  {
    name: 'no buildpacks at all',
    change: write('app.json', '{}'),
    config: 'stack: heroku-24\n',
    says: /Nothing names the buildpacks/
  },
  {
    name: 'an app.json that is no JSON',
    change: write('app.json', '{\n  "buildpacks": [\n    { "url": "heroku/ruby" },\n  ]\n}\n'),
    config: 'stack: heroku-24\n',
    says: /app\.json:3:29: this is not JSON: there must be no comma before "\]".*\{ "url": "heroku\/ruby" \},.*Correct that line/s
  },
  {
    name: 'a plan of a tree whose app.json is no JSON',
    change: write('app.json', '{ "buildpacks": ["heroku/ruby" "heroku/nodejs"] }'),
    config: 'stack: heroku-24\n',
    inputs: { command: 'plan' },
    says: /app\.json:1:32: this is not JSON: a comma is missing before this/
  },
  {
    name: 'a .slugignore that takes what a buildpack looks for, before any is fetched',
    change: folder => {
      writeFileSync(path.join(folder, 'Gemfile'), '')
      writeFileSync(path.join(folder, '.slugignore'), 'docs/\nGem*\n')
    },
    config: 'stack: heroku-24\nslug: { buildpacks: [heroku/nodejs, heroku/ruby] }\n',
    inputs: { 'buildpack-registry-url': 'https://registry.invalid' },
    says: /\.slugignore:2: "Gem\*" takes Gemfile out, and the buildpack heroku\/ruby needs Gemfile.*Take that line out/s
  },
  {
    name: 'a .slugignore that takes what an unknown buildpack could have made',
    change: folder => {
      writeFileSync(path.join(folder, '.slugignore'), 'package.json\n')
      addBuildpack(folder, 'heroku-made', 'true')
    },
    config: configWith(['heroku-made', 'nodejs']),
    says: /not compatible with buildpack \.\/buildpacks\/nodejs: .*no package\.json.*Take the buildpack out/s
  },
  {
    name: 'a .slugignore that takes the program of web',
    change: write('.slugignore', 'bin\n'),
    says: /\.slugignore:1: "bin" takes bin out, and web: of the Procfile needs bin\/heroku-web/
  },
  {
    name: 'a .slugignore that takes the streaming server',
    change: write('.slugignore', '/streaming\n'),
    inputs: { 'streaming-app': 'my-live' },
    says: /\.slugignore:1: "\/streaming" takes streaming out, and the streaming app needs streaming\/index\.js/
  },
  {
    name: 'a .slugignore that takes app.json',
    change: write('.slugignore', '*.json\n'),
    config: 'stack: heroku-24\n',
    says: /\.slugignore:1: "\*\.json" takes app\.json out, and the list of buildpacks needs app\.json/
  },
  {
    name: 'a buildpack folder that is not there',
    config: configWith(['nowhere']),
    says: /There is no folder for the buildpack \.\/buildpacks\/nowhere/
  },
  {
    name: 'a folder that is no buildpack',
    config: 'stack: heroku-24\nslug: { buildpacks: [./app] }\n',
    says: /\.\/app is not a buildpack: it has no bin\/detect/
  },
  {
    name: 'a buildpack by http',
    config: 'stack: heroku-24\nslug: { buildpacks: ["http://example.com/b.tgz"] }\n',
    says: /only https/
  },
  {
    name: 'a folder out of the commit',
    config: 'stack: heroku-24\nslug: { buildpacks: [../elsewhere] }\n',
    says: /leads out of the commit/
  },
  {
    name: 'another sha256 than pinned',
    config: `stack: heroku-24\nslug:\n  buildpacks:\n    - buildpack: ./buildpacks/ruby\n      sha256: "${'0'.repeat(64)}"\n`,
    says: /not the one that the config pins: its sha256 is [0-9a-f]{64}, expected 0{64}/
  },
  {
    name: 'a detect step that fails',
    change: failing('true', 'echo nothing here; exit 1'),
    config: FAILING,
    says: /not compatible with buildpack \.\/buildpacks\/failing: .*exit code 1.*nothing here/s
  },
  {
    name: 'a compile step that fails',
    change: failing('echo first; echo last words; exit 7'),
    config: FAILING,
    says: /failing failed: its compile step ended with exit code 7.*last words/s
  },
  {
    name: 'a compile step that fills the disk',
    change: failing('set -e; head -c 100000 /dev/zero > /dev/full'),
    config: FAILING,
    says: /No space left on device.*The disk is full/s
  },
  {
    name: 'a compile step that hangs',
    change: failing('echo waiting; sleep 1000 & setsid sleep 1001 & wait'),
    config: FAILING,
    inputs: { 'build-timeout': '0.01' },
    says: /failing was ended: the build took longer/
  },
  {
    name: 'a release step that is no YAML',
    change: folder => {
      addBuildpack(folder, 'failing', 'true')
      writeFileSync(
        path.join(folder, 'buildpacks/failing/bin/release'),
        '#!/bin/sh\necho "default_process_types: [a: }"\n'
      )
    },
    config: FAILING,
    says: /release step of buildpack .*failing did not print YAML/
  },
  {
    name: 'a Procfile of nonsense',
    change: write('Procfile', 'web: ok\nthis is nonsense\n'),
    says: /Procfile:2: .*is not a process type/,
    early: true
  },
  {
    name: 'a process type without a command',
    change: write('Procfile', 'web: bin/heroku-web\r\nworker:\t\r\n'),
    says: /Procfile:2: the process type "worker" has no command/,
    early: true
  },
  {
    name: 'a Procfile in UTF-16',
    change: folder => writeFileSync(path.join(folder, 'Procfile'), '\ufeffweb: bin/heroku-web\n', 'utf16le'),
    says: /Procfile is not text in UTF-8\nSave it as UTF-8/,
    early: true
  },
  {
    name: 'a Procfile that a buildpack breaks',
    change: folder => addBuildpack(folder, 'failing', 'echo nonsense > "$1/Procfile"'),
    config: FAILING,
    says: /Procfile:1: "nonsense" is not a process type/
  },
  {
    name: 'a list of buildpacks with which the assets cannot be compiled',
    config: configWith(['ruby', 'nodejs']),
    says: /heroku\/nodejs comes after heroku\/ruby: .*Vite.*\(nodejs-before-ruby\)/,
    early: true
  },
  {
    name: 'more buildpacks than can be meant',
    config: configWith(Array<string>(31).fill('ruby')),
    says: /31 buildpacks are too many/,
    early: true
  },
  {
    name: 'build variables that a build must not get',
    config: 'stack: heroku-24\nslug: { env: { HEROKU_API_KEY: x } }\n',
    says: /other\.yml:2: .*HEROKU_API_KEY/
  },
  {
    name: 'an input that is not known',
    inputs: { 'build-in': 'cloud' },
    says: /Input build-in: expected container or host, not "cloud"/
  },
  {
    name: 'a config file that is named and not there',
    inputs: { config: 'nowhere.yml' },
    says: /There is no config file nowhere\.yml/
  },
  {
    name: 'a network for a build on the host',
    inputs: { 'build-network': 'none' },
    says: /build-network: none has no effect on the host/
  },
  {
    name: 'a build time that is no number',
    inputs: { 'build-timeout': 'soon' },
    says: /Input build-timeout: expected a number of minutes, .*not "soon"/
  },
  {
    name: 'no Docker engine',
    inputs: { 'build-in': 'container' },
    says: /Docker (is not installed|does not answer).*build-in: host/s
  }
]

function shallow(fork: Fork): void {
  git(fork.path, 'commit', '-q', '--allow-empty', '-m', 'two')
  git(fork.path, 'clone', '-q', '--depth', '1', `file://${fork.path}`, `${fork.path}.shallow`)
  Object.assign(fork, { path: `${fork.path}.shallow` })
}

/** For all cases that leave it as it is. */
let untouched: Fork

beforeAll(() => {
  untouched = new Fork(undefined, lastingTemp())
})

describe('bad input ends in a clear error, exit code 1, and nothing half-written', () => {
  it.each(CASES)('$name', async ({ change, after, inputs, config, says, early }) => {
    const fork = change || after ? new Fork(change) : untouched
    after?.(fork)
    const { code, output, outputs } = await fork.build(inputs, config, {
      env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    })
    const error = output.split('\n').find(line => line.startsWith('::error')) ?? ''
    expect(decodeURIComponent(error)).toMatch(says)
    expect(output).not.toContain('fault of mastodon-on-heroku itself')
    expect(/Buildpack 1 of/.test(output) && early).toBeFalsy()
    expect(code).toBe(1)
    // A plan tells what it has found; a build has nothing to say.
    const { 'comment-body': plan, ...others } = outputs
    expect(plan !== undefined).toBe(inputs?.['command'] === 'plan')
    expect(Object.keys(others)).toEqual(['outcome'])
    expect(outputs['outcome']).toMatch(inputs?.['command'] === 'plan' ? /^found$/ : /^(refused|failed)$/)
    expect(fork.has('slug.tgz') || fork.has('report.json')).toBe(false)
    expect(fork.leftovers()).toEqual([])
  })
})

describe('what the machine refuses is an error that names it, and no fault of ours', () => {
  const LONG = path.join('/tmp', ...Array<string>(50).fill('x'.repeat(100)))
  const PLACES: [string, (folder: string) => string, RegExp][] = [
    ['a path over 4,096 bytes', () => LONG, /xxxx/],
    ['a name that is too long', folder => path.join(folder, 'y'.repeat(300)), /yyyy/],
    ['below a file', folder => path.join(folder, 'file', 'below'), /file.below/],
    ['a file', folder => path.join(folder, 'file'), /file/],
    ['links in a circle', folder => path.join(folder, 'circle'), /circle/],
    ['a folder', folder => path.join(folder, 'folder'), /folder/]
  ]
  // `plan` writes nothing there. A cache that cannot be used is in no build's way.
  const INPUTS: [input: string, command: string][] = [
    ['path', 'plan'],
    ['config', 'plan'],
    ['output-dir', 'build']
  ]
  let folder: string
  beforeAll(() => {
    folder = lastingTemp()
    writeFileSync(path.join(folder, 'file'), '')
    symlinkSync('circle', path.join(folder, 'circle'))
    mkdirSync(path.join(folder, 'folder'))
  })

  it.each(
    INPUTS.flatMap(([input, command]) =>
      PLACES.filter(([name]) => input !== 'output-dir' || name !== 'a folder').map(
        place => [input, command, ...place] as const
      )
    )
  )('%s of %s: %s', async (input, command, _, placeOf, names) => {
    const place = placeOf(folder)
    const { code, output } = await untouched.build({ command, [input]: place })
    expect(output).not.toContain('fault of mastodon-on-heroku itself')
    expect(output).not.toMatch(/\n +at .*\(/)
    const error = output.split('\n').find(line => line.startsWith('::error')) ?? ''
    expect(decodeURIComponent(error)).toMatch(names)
    expect(code).toBe(1)
  })

  it.each([
    ['is not there', () => path.join(folder, 'nowhere')],
    ['is a folder', () => folder],
    ['is on a full disk', () => '/dev/full'],
    ['has a path that is too long', () => LONG]
  ])('GITHUB_OUTPUT and the summary: the file %s', async (_, placeOf) => {
    const place = placeOf()
    const { code, output } = await untouched.build({ command: 'plan' }, undefined, { env: { GITHUB_OUTPUT: place } })
    expect(code).toBe(1)
    const error = output.split('\n').find(line => line.startsWith('::error')) ?? ''
    expect(decodeURIComponent(error)).toMatch(
      /The output \S+ could not be written to .* \(GITHUB_OUTPUT\): .*What the step did is done/s
    )
    expect(output).not.toContain('fault of mastodon-on-heroku itself')
    const summary = await untouched.build({ command: 'plan' }, undefined, { env: { GITHUB_STEP_SUMMARY: place } })
    expect(summary.output).toMatch(/::warning::The summary could not be written/)
    expect(summary.output).not.toContain('fault of mastodon-on-heroku itself')
  })
})

describeOrSkip(
  'a build whose cache is on a disk that is full',
  noSmallDisk ?? (isRoot ? undefined : 'needs root'),
  () => {
    it('is green, with a warning, and builds the same slug as without', async () => {
      const disk = new SmallDisk(40_000)
      try {
        const fork = new Fork(made => addBuildpack(made, 'keeping', 'head -c 200000 /dev/zero > "$2/kept"'))
        const config = configWith(['keeping'])
        const plain = await fork.build({}, config)
        expect(plain.code).toBe(0)
        for (const readOnly of [false, true]) {
          disk.readOnly(readOnly)
          const full = await fork.build({ cache: path.join(disk.folder, 'cache') }, config)
          expect(full.code).toBe(0)
          expect(full.output).toMatch(/::warning::The build is good, but its CACHE_DIR could not be kept/)
          expect(full.outputs['slug-sha256']).toBe(plain.outputs['slug-sha256'])
        }
      } finally {
        disk.remove()
      }
    })
  }
)

describe('a run that was killed', () => {
  it('leaves a folder that the next run removes', async () => {
    const fork = new Fork(made => addBuildpack(made, 'slow', 'echo "started $$."; exec sleep 86404'))
    let pid = 0
    const { code, output: before } = await fork.build({}, configWith(['slow']), {
      onStart: started => (pid = started),
      onOutput: chunk => void (/started \d+\./.test(chunk.toString()) && process.kill(pid, 'SIGKILL'))
    })
    expect(code).toBe(137)
    process.kill(Number(/started (\d+)\./.exec(before)![1]), 'SIGKILL')
    expect(fork.leftovers()).toHaveLength(1)
    const { output } = await fork.build({ command: 'plan' })
    expect(output).toMatch(/^Removed what 1 run that was killed had left in /m)
    expect(fork.leftovers()).toEqual([])
  })
})
