import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describeOrSkip } from '../helpers/skip.ts'

const project = path.join(import.meta.dirname, '..', '..')
const { scripts } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
const started = readdirSync(path.join(project, 'scripts')).filter(name => name.endsWith('.ts'))

/** A Node of the system that is too old. */
const OLD = '/usr/bin/node'
const version = existsSync(OLD) ? spawnSync(OLD, ['--version'], { encoding: 'utf8' }).stdout.trim() : 'none'
const isOld = Number.parseInt(version.slice(1)) < 24

describe('a script', () => {
  it.each(started)('%s has a name for npm', name => {
    expect(scripts[path.parse(name).name]).toBe(`node scripts/${name}`)
  })
})

describeOrSkip('under a Node that is too old', isOld ? undefined : `${OLD} is ${version}`, () => {
  it.each(started)('%s says what it needs', name => {
    const { stderr, status } = spawnSync(OLD, [path.join('scripts', name)], { cwd: project, encoding: 'utf8' })
    expect({ stderr, status }).toEqual({
      stderr: `This needs Node 24, and here is ${version}. Run \`npm run ${path.parse(name).name}\`: it brings its own.\n`,
      status: 1
    })
  })
})
