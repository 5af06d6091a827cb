import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { readCommand, readInputs, type InputSource } from '../../src/inputs/index.ts'
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

function refusal(name: string, value: string): string {
  const given: Record<string, string> = { 'max-growth': '1%', [name]: value }
  const text = (input: string): string => given[input] ?? ''
  const source: InputSource = { text, called: input => input }
  try {
    readInputs(readCommand(source), source)
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
      for (const value of values) expect(refusal(name, 'none-of-them')).toContain(value)
      if (otherwise !== undefined) expect(values).toContain(otherwise)
    } else if (type === 'boolean') {
      for (const value of ['true', 'false']) expect(refusal(name, value)).toBe('')
      expect(refusal(name, 'yes')).toMatch(/true, false/)
      expect(otherwise).toBe('false')
    } else if (type === 'float') {
      expect(refusal(name, '0.5')).toBe('')
      expect(refusal(name, 'soon')).toMatch(/expected a number/)
    } else expect(type).toBe('string')
  })
})
