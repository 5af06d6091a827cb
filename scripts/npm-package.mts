/**
 * Makes the npm package's folder: `npm run npm-package -- FOLDER`, then `npm pack ./FOLDER` or `npm publish ./FOLDER`.
 * It is not the repository itself: everything is bundled, so nothing is to be installed beside it; and `init` has to know
 * the release's commit, which only a package.json made for the release can hold.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const project = path.join(import.meta.dirname, '..')

/** What the program of the terminal reads, and what a person wants to read of it. */
const FILES = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'dist/cli',
  'dist/pack-worker',
  'dist/page',
  'dist/program',
  'docs/config.schema.json'
]

export interface Release {
  /** `owner/name` on GitHub. */
  readonly repository: string
  /** The commit of the release: what `init` has workflows use. */
  readonly commit: string
}

export function makeNpmPackage(into: string, { repository, commit }: Release): void {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || !/^[0-9a-f]{40}$/.test(commit)) {
    throw new Error(`"${repository}" and "${commit}" are no repository and commit`)
  }
  rmSync(into, { recursive: true, force: true })
  const examples = readdirSync(path.join(project, 'examples')).filter(file => file.endsWith('.yml'))
  for (const file of [...FILES, ...examples.map(name => `examples/${name}`)]) {
    mkdirSync(path.dirname(path.join(into, file)), { recursive: true })
    cpSync(path.join(project, file), path.join(into, file), { recursive: true })
  }
  const { name, version, description, license, type, engines, bin } = JSON.parse(
    readFileSync(path.join(project, 'package.json'), 'utf8')
  ) as Record<string, unknown>
  const manifest = {
    name,
    version,
    description,
    keywords: ['mastodon', 'heroku', 'slug', 'buildpack', 'deploy', 'ffmpeg'],
    license,
    repository: { type: 'git', url: `git+https://github.com/${repository}.git` },
    type,
    engines,
    bin: { [String(name)]: bin },
    publishConfig: { access: 'public', provenance: true },
    gitHead: commit
  }
  writeFileSync(path.join(into, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
}

if (process.argv[1] === import.meta.filename) {
  const { GITHUB_REPOSITORY, GITHUB_SHA } = process.env
  const head = (): string => execFileSync('git', ['rev-parse', 'HEAD'], { cwd: project, encoding: 'utf8' }).trim()
  makeNpmPackage(path.resolve(process.argv[2] ?? 'npm-package'), {
    repository: GITHUB_REPOSITORY ?? 'OWNER/mastodon-on-heroku',
    commit: GITHUB_SHA ?? head()
  })
}
