import { describe, expect, it } from '@jest/globals'
import { inputsReadBy, type InputsOf, type ReaderName } from '../../src/inputs/index.ts'
import { COMMAND_NAMES } from '../../src/inputs/commands.ts'
import { Source } from './readers.ts'

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
const sourceOf = new Source(['src/commands/index.ts', 'src/cli/init.ts'])

/** The types let a command read no input that the table does not give it; these tests are for the other way. */
describe('the table says who reads what', () => {
  const tableOf = (reader: ReaderName): string[] => inputsReadBy(reader).map(camel).sort()

  it.each(COMMAND_NAMES)('%s reads its inputs, and no others', command => {
    const { inputs, hidden } = sourceOf.readsOf(`src/commands/${command}.ts`, command, 'src/commands/')
    expect(hidden).toEqual([])
    expect([...inputs].sort()).toEqual(tableOf(command))
  })

  it('init reads its inputs, and no others', () => {
    const { inputs, hidden } = sourceOf.readsOf('src/cli/init.ts', 'runInit', 'src/cli/init.ts')
    expect(hidden).toEqual([])
    expect([...inputs].sort()).toEqual(tableOf('init'))
  })

  it('a command is given only its own', () => {
    const ofMigrate: InputsOf<'migrate'>['phase'] = 'pre'
    // @ts-expect-error: `run` has no phase.
    const ofRun: InputsOf<'run'>['phase'] = 'pre'
    expect([ofMigrate, ofRun]).toEqual(['pre', 'pre'])
  })
})
