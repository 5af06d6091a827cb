import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { findCommand } from '../../src/commands/index.ts'
import { loadConfig, mergeInputs, readInputs, type Inputs, type Outputs } from '../../src/config/index.ts'
import { UserError } from '../../src/runtime/index.ts'

interface Typed {
  readonly type: 'string' | 'boolean' | 'integer' | 'float' | 'enum'
  readonly 'allowed-values'?: readonly string[]
}
type File<Entry> = Record<'inputs' | 'outputs', Record<string, Entry>>

const read = <Entry>(file: string): File<Entry> =>
  parse(readFileSync(path.join(import.meta.dirname, '..', '..', file), 'utf8')) as File<Entry>
const types = read<Typed>('action-types.yml')
const action = read<{ default?: string }>('action.yml')

/** The inputs with this one, as a command sees them. */
function accepted(name: string, value: string): Inputs {
  const inputs = readInputs(input => (input === name ? value : input === 'max-growth' ? '1%' : ''), {})
  mergeInputs(loadConfig(undefined, 'x'), inputs)
  if (name === 'command') findCommand(value)
  return inputs
}

function refusal(name: string, value: string): string {
  try {
    accepted(name, value)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return `${(error as UserError).message} ${(error as UserError).nextStep}`
  }
}

describe('action-types.yml', () => {
  it.each(['inputs', 'outputs'] as const)('has the %s of action.yml, in their order', part => {
    expect(Object.keys(types[part])).toEqual(Object.keys(action[part]))
  })

  it.each(Object.entries(types.inputs))('%s is what is accepted', (name, { type, 'allowed-values': values = [] }) => {
    const otherwise = action.inputs[name]!.default
    if (type === 'enum') {
      for (const value of values) expect(refusal(name, value)).toBe('')
      // What is refused names all that is not.
      for (const value of name === 'command' ? [] : values) expect(refusal(name, 'none-of-them')).toContain(value)
      expect(refusal(name, 'none-of-them')).not.toBe('')
      if (otherwise !== undefined) expect(values).toContain(otherwise)
    } else if (type === 'boolean') {
      for (const value of ['true', 'false']) expect(refusal(name, value)).toBe('')
      expect(refusal(name, 'yes')).toMatch(/true, false/)
      expect(otherwise).toBe('false')
    } else if (type === 'float') {
      expect(refusal(name, '0.5')).toBe('')
      expect(refusal(name, 'soon')).toMatch(/not a number/)
    } else expect(type).toBe('string')
  })

  it('has the commands that there are', () => {
    const known = /Commands of this version: (.*)\./.exec(refusal('command', 'none'))![1]!.split(', ')
    expect(types.inputs['command']!['allowed-values']).toEqual(expect.arrayContaining(known))
  })

  it('has the types that outputs are set with', () => {
    // The compiler compares the first list with `Outputs`; the second is the file's.
    const numbers = [
      'slug-size',
      'slug-limit',
      'slug-size-streaming',
      'release-version',
      'previous-release-version',
      'migrations-run',
      'checks-failed'
    ] satisfies NamesOf<number>[]
    const booleans = ['within-limit', 'healthy', 'rolled-back'] satisfies NamesOf<boolean>[]
    const ofType = (type: string): string[] =>
      Object.keys(types.outputs).filter(name => types.outputs[name]!.type === type)
    expect(ofType('integer').sort()).toEqual([...numbers, 'slug-size-with-ffmpeg', 'slug-size-without-ffmpeg'].sort())
    expect(ofType('boolean').sort()).toEqual([...booleans].sort())
  })
})

type NamesOf<Type> = { [Name in keyof Outputs]: Outputs[Name] extends Type ? Name : never }[keyof Outputs]
