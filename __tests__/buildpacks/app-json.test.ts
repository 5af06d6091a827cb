import { describe, expect, it } from '@jest/globals'
import { AppJsonFile } from '../../src/buildpacks/app-json.ts'
import { chooseBuildpacks, stackOf } from '../../src/buildpacks/choose.ts'
import { JsonFault, parseJson } from '../../src/buildpacks/json.ts'
import { UserError } from '../../src/runtime/index.ts'

const urls = (text: string): string[] => new AppJsonFile(text).buildpacks().map(({ url }) => url)
const NODE_AND_RUBY = '{ "stack": "heroku-24", "buildpacks": [{ "url": "heroku/nodejs" }, { "url": "heroku/ruby" }] }'

function errorOf(work: () => unknown): UserError {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return error as UserError
  }
  throw new Error('it was taken')
}

describe('app.json', () => {
  it.each([
    ['as it should be', NODE_AND_RUBY],
    ['with a byte-order mark', `\ufeff${NODE_AND_RUBY}`],
    ['with Windows line ends', NODE_AND_RUBY.replaceAll(' ', '\r\n')],
    ['with texts in place of objects', NODE_AND_RUBY.replace(/\{ "url": ("heroku.nodejs") \}/, '$1')]
  ])('is read %s', (_, text) => {
    expect(urls(text)).toEqual(['heroku/nodejs', 'heroku/ruby'])
    expect(stackOf(text)).toBe('heroku-24')
  })

  it('names nothing only if it does not', () => {
    expect([urls('{}'), urls('{ "buildpacks": [] }')]).toEqual([[], []])
    expect([stackOf(undefined), stackOf('{}')]).toEqual([undefined, undefined])
  })

  it('with texts for buildpacks is used, with a warning that names the first', () => {
    const { warnings } = chooseBuildpacks(undefined, '{\n  "buildpacks": [\n    "heroku/ruby"\n  ]\n}')
    expect(warnings).toEqual([expect.stringMatching(/^app\.json:3:5: .*Heroku itself refuses that: write \{ "url"/)])
    expect(chooseBuildpacks(undefined, NODE_AND_RUBY).warnings).toEqual([])
  })

  it.each([
    [
      'a trailing comma',
      '{\n  "buildpacks": [\n    { "url": "a/b" },\n  ]\n}',
      '3:21',
      /there must be no comma before "\]"/
    ],
    ['a trailing comma in an object', '{ "stack": "heroku-24", }', '1:23', /there must be no comma before "\}"/],
    ['a comment', '{\n  // why\n  "stack": "heroku-24" }', '2:3', /JSON has no comments/],
    ['a comment behind a value', '{ "stack": "heroku-24" /* why */ }', '1:24', /JSON has no comments/],
    ['a comment of YAML', '{ # why\n}', '1:3', /JSON has no comments/],
    ['a missing comma', '{ "a": 1\n  "b": 2 }', '2:3', /a comma is missing before this/],
    ['a missing colon', '{ "a" 1 }', '1:7', /":" is missing before this/],
    ['a missing value', '{ "a": , "b": 1 }', '1:8', /a value is missing before this comma/],
    ['a key that is there twice', '{\n "stack": "a",\n "stack": "b" }', '3:2', /this key is there twice/],
    ['a url that is there twice', '{ "buildpacks": [{ "url": "a/b",\n "url": "c/d" }] }', '2:2', /key is there twice/],
    ['an object that is not closed', '{\n "buildpacks": [\n', '2:16', /this "\[" is never closed/],
    ['something behind its end', '{}\n}', '2:1', /nothing may follow the last bracket/],
    ['single quotes', "{ 'a': 1 }", '1:3', /plain double quotes/],
    ['curly quotes', '{ “a”: 1 }', '1:3', /plain double quotes/],
    ['a key without quotes', '{ stack: "x" }', '1:3', /not a number, and a text needs double quotes/],
    ['a value without quotes', '{ "stack": heroku-24 }', '1:12', /not a number, and a text needs double quotes/],
    ['a number that is none', '{ "a": 01 }', '1:8', /not a number, and a text needs double quotes/],
    ['an open text', '{ "a": "b\n}', '1:8', /does not end in this line/],
    ['a backslash', '{ "a": "C:\\d" }', '1:11', /does not know this \\/],
    ['a tab in a text', '{ "a": "b\tc" }', '1:10', /a control character/],
    ['a merge conflict', '{\n<<<<<<< HEAD\n "a": 1 }', '2:1', /a merge conflict was committed/],
    ['nothing', ' \n', '2:1', /it is empty/],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le').toString('utf8'), '1:1', /is not written in UTF-8/],
    ['null', 'null', '1:1', /an object in \{ \} is expected here/],
    ['a list at its top', '[]', '1:1', /an object in \{ \} is expected here/],
    ['buildpacks: null', '{\n "buildpacks": null }', '2:16', /`buildpacks` must be a list/],
    ['buildpacks: text', '{ "buildpacks": "heroku/ruby" }', '1:17', /`buildpacks` must be a list/],
    ['buildpacks: object', '{ "buildpacks": { "url": "heroku/ruby" } }', '1:17', /`buildpacks` must be a list/],
    [
      'a buildpack without url',
      '{ "buildpacks": [{ "url": "a/b" },\n { "name": "x" }] }',
      '2:2',
      /buildpack 2 has no "url"/
    ],
    ['a buildpack with a url that is none', '{ "buildpacks": [{ "url": 7 }] }', '1:27', /buildpack 1 has no "url"/],
    ['a buildpack of null', '{ "buildpacks": [null] }', '1:18', /buildpack 1 has no "url"/],
    ['deep nesting', `{ "a": ${'['.repeat(100_000)}`, '1:107', /more than 100 brackets/]
  ])('with %s is an error that says where', (_, text, place, says) => {
    const { message, nextStep } = errorOf(() => chooseBuildpacks(undefined, text))
    expect(message).toMatch(new RegExp(`^app\\.json:${place}: `))
    expect(message).toMatch(says)
    expect(message.length).toBeLessThan(600)
    expect(nextStep).not.toBe('')
  })

  it.each(['24', '""', 'null', '["heroku-24"]'])('with the stack %s is an error that says where', stack => {
    expect(errorOf(() => stackOf(`{\n  "stack": ${stack}\n}`)).message).toMatch(
      /^app\.json:2:12: `stack` must be a text/
    )
  })

  it('shows the line, briefly, and so that it forges none', () => {
    const { message } = errorOf(() => urls(`{\n  "a": "\x1b[31m::error::\u202e" ${'x'.repeat(100_000)}`))
    // eslint-disable-next-line no-control-regex
    expect(message).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/)
    expect(message.split('\n')).toHaveLength(2)
    expect(message.length).toBeLessThan(500)
  })

  it('is no larger than 200 kB', () => {
    expect(errorOf(() => urls(`{"a":"${'x'.repeat(200_000)}"}`)).message).toMatch(/larger than 200 kB/)
    expect(urls(`{"a":"${'x'.repeat(199_000)}"}`)).toEqual([])
    expect(errorOf(() => urls(`{"a":"${'x'.repeat(199_000)}`)).message).toMatch(/does not end in this line/)
  })
})

describe('parseJson', () => {
  const parse = (text: string): unknown => {
    try {
      return { value: parseJson(text).value }
    } catch (error) {
      expect(error).toBeInstanceOf(JsonFault)
      expect((error as JsonFault).offset).toBeLessThanOrEqual(text.length)
      return (error as JsonFault).message.includes('twice') ? 'twice' : 'fault'
    }
  }
  const reference = (text: string): unknown => {
    try {
      return { value: JSON.parse(text) as unknown }
    } catch {
      return 'fault'
    }
  }

  it('takes what JSON.parse takes and nothing else: every text that differs by one change', () => {
    const text = '{"__proto__":[1,-0.5e+3,0],"b":{"c":"\\u00e9\\n\\"x"},"d":[true,false,null,{},[]] ,"é":""}'
    expect(parse(text)).toEqual(reference(text))
    let taken = 0
    for (let at = 0; at <= text.length; at++) {
      const changes = [...'{}[],:"\\0-+.eEtn/#\' \n\t\x01é'].flatMap(character => [
        text.slice(0, at) + character + text.slice(at),
        text.slice(0, at) + character + text.slice(at + 1)
      ])
      for (const changed of [...changes, text.slice(0, at), text.slice(0, at) + text.slice(at + 1)]) {
        const [mine, theirs] = [parse(changed), reference(changed)]
        if (mine === 'twice') continue
        if (theirs !== 'fault') taken++
        if (JSON.stringify(mine) !== JSON.stringify(theirs)) throw new Error(`${changed}: ${JSON.stringify(mine)}`)
      }
    }
    expect(taken).toBeGreaterThan(500)
  })
})
