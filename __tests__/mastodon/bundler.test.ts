import { beforeEach, expect, it } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { lockedRuby } from '../../src/buildpacks/index.ts'
import { readRuby } from '../../src/mastodon/index.ts'
import { isTaken } from '../../src/mastodon/ruby.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { temp } from '../helpers/temp.ts'

const { status: bundlerStatus } = spawnSync('bundle', ['--version'])

/** Whether Bundler runs with each of the Gemfiles 0, 1, 2 … (bundler: lib/bundler/definition.rb). */
const VALIDATE = `
  ARGV[0].to_i.times do |i|
    Bundler::Definition.build(Pathname.new(i.to_s).expand_path, Pathname.new("#{i}.lock").expand_path, nil).validate_runtime!
    puts 'runs'
  rescue Bundler::RubyVersionMismatch
    puts 'stops'
  end
`

/** What our advice rests on, by Bundler's own hand. */
describeOrSkip('Bundler', bundlerStatus === 0 ? undefined : 'needs bundler', () => {
  const present = bundlerStatus === 0 ? execFileSync('ruby', ['-e', 'print RUBY_VERSION'], { encoding: 'utf8' }) : ''
  const OTHER = '4.0.10'
  const ANY = "ruby '>= 2.0', '< 9'"
  let folder: string

  const file = (name: string): string => path.join(folder, name)
  const lock = (): string => readFileSync(file('Gemfile.lock'), 'utf8')
  const gemfile = (ruby: string): void => writeFileSync(file('Gemfile'), `${ruby}\n`)
  const bundle = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('bundle', args, {
      cwd: folder,
      encoding: 'utf8',
      // As heroku/ruby runs it.
      env: {
        ...process.env,
        HOME: folder,
        BUNDLE_PATH: 'vendor/bundle',
        ...(args[0] === 'install' && { BUNDLE_DEPLOYMENT: '1' })
      }
    })
    return status === 0 ? '' : stdout + stderr
  }

  beforeEach(() => {
    folder = temp()
    gemfile(ANY)
  })

  it('names the Ruby that runs it, in a form that we read', () => {
    expect(bundle('lock')).toBe('')
    expect(lock()).toContain('RUBY VERSION')
    expect(lockedRuby(lock())).toEqual({ version: present })
  })

  it('keeps one that was written by hand, takes it for a deployment, and changes it with `update --ruby` alone', () => {
    bundle('lock')
    writeFileSync(file('Gemfile.lock'), lock().replace(/(RUBY VERSION\n +)ruby .*/, `$1ruby ${OTHER}`))
    expect(bundle('install')).toBe('')
    expect(bundle('lock')).toBe('')
    expect(lockedRuby(lock())).toEqual({ version: OTHER })
    expect(bundle('update', '--ruby')).toBe('')
    expect(lockedRuby(lock())).toEqual({ version: present })
  })

  it('names none if the Gemfile has no line for it, and takes it away', () => {
    bundle('lock')
    gemfile('')
    expect(bundle('lock')).toBe('')
    expect(lockedRuby(lock())).toBeUndefined()
    gemfile(ANY)
    expect(bundle('lock')).toBe('')
    expect(lockedRuby(lock())).toEqual({ version: present })
  })

  it('stops by the `ruby` line of a Gemfile if we say so, and else not', () => {
    const [major = 0, minor = 0] = present.split('.').map(Number)
    const stops = [
      `ruby '${major}.${minor}'`,
      `ruby '> ${present}'`,
      `ruby '!= ${present}'`,
      `ruby '~> ${major}.${minor + 1}.0'`,
      `ruby '>= 2.0',\n  '< ${major}.${minor}'`
    ]
    const runs = [
      `ruby '${present}'`,
      `ruby '= ${present}'`,
      `ruby '~> ${major}.${minor}.0'`,
      `ruby '~> ${major}.0'`,
      `ruby ['>= 2.0', '<= ${present}']`
    ]
    const lines = [...stops, ...runs]
    lines.forEach((line, i) => writeFileSync(file(`${i}`), `${line}\n`))
    const said = execFileSync('ruby', ['-r', 'bundler', '-e', VALIDATE, `${lines.length}`], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe'
    })
    const ours = lines.map(line =>
      isTaken(present, readRuby({ gemfileLock: '', gemfile: line, rubyVersion: '' }).takes)
    )
    expect(said.trim().split('\n')).toEqual(ours.map(taken => (taken ? 'runs' : 'stops')))
    expect(ours).toEqual([...stops.map(() => false), ...runs.map(() => true)])
  })
})
