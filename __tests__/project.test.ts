import { describe, expect, it } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { FILES } from '../scripts/inputs.mts'
import { schemaText } from '../scripts/schema.mts'
import { VERSION } from '../src/runtime/index.ts'

const project = path.join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(project, file), 'utf8')

describe('the project', () => {
  it('has one version', () => {
    expect((JSON.parse(read('package.json')) as { version: string }).version).toBe(VERSION)
  })

  it('installs on the lowest Node that it names, without a warning about engines', () => {
    const { minVersion, satisfies } = createRequire(import.meta.url)('semver') as {
      minVersion(this: void, range: string): string
      satisfies(this: void, version: string, range: string): boolean
    }
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { engines?: { node?: string } }>
    }
    const lowest = packages['']!.engines!.node!.split('||').map(range => minVersion(range))
    const refused = Object.entries(packages).flatMap(([name, { engines }]) =>
      lowest.filter(version => engines?.node && !satisfies(version, engines.node)).map(version => `${name}: ${version}`)
    )
    expect(refused).toEqual([])
  })

  it.each(Object.entries(FILES))('says in %s what the tables of src/inputs say', (file, write) => {
    expect(write(read(file))).toBe(read(file))
  })

  it('publishes the schema that reads reports', () => {
    expect(read('docs/report.schema.json')).toBe(schemaText())
  })

  it('names the host of no package registry', () => {
    // In parts, so that this file does not name them either.
    const hosts = [
      'rubygems',
      'registry.npmjs',
      'registry.yarnpkg',
      'npm.pkg.github',
      'pypi',
      'crates',
      'proxy.golang'
    ].flatMap(name => ['org', 'com', 'io'].flatMap(end => ['-e', `${name}.${end}`]))
    const found = spawnSync('git', ['grep', '-la', '--fixed-strings', ...hosts], { cwd: project, encoding: 'utf8' })
    expect(found.stdout).toBe('')
    expect(read('package-lock.json')).not.toContain('"resolved"')
    expect(read('.npmrc')).toContain('omit-lockfile-registry-resolved = true')
  })

  it('runs one test by its name, green', () => {
    const jest = path.join(project, 'node_modules/.bin/jest')
    const args = ['-t', 'has one version', '__tests__/project.test.ts']
    const { NODE_OPTIONS, ...env } = process.env // eslint-disable-line @typescript-eslint/no-unused-vars
    const said = execFileSync(process.execPath, [jest, ...args], { cwd: project, env, encoding: 'utf8', stdio: 'pipe' })
    expect(said).toContain('1 passed, 0 failed')
  })
})
