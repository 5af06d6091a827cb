import { beforeEach, describe, expect, it } from '@jest/globals'
import { BranchFile } from '../../src/github/index.ts'
import { UserError } from '../../src/runtime/index.ts'
import { TOKEN, useGithub } from './world.ts'

const world = useGithub()
let file: BranchFile
beforeEach(() => {
  world.fake.allow(TOKEN, { contents: 'write' })
  file = new BranchFile(world.connect(), { branch: 'state', path: 'app.json', message: 'Tasks' })
})

const add = (letter: string) => (text: string | undefined) => (text?.includes(letter) ? text : `${text ?? ''}${letter}`)
const now = (): string | undefined => world.fake.branches.file('state', 'app.json')
const puts = (): number => world.fake.calls.filter(call => call.startsWith('PUT ')).length

describe('a file on a branch', () => {
  it('begins with its branch, without a parent, and is changed by commits', async () => {
    expect(await file.read()).toBeUndefined()
    await file.update(add('ä'), '')
    expect([now(), world.fake.branches.commits('state')]).toEqual(['ä', 1])
    await file.update(add('b'), '')
    expect([now(), await file.read(), world.fake.branches.commits('state')]).toEqual(['äb', 'äb', 2])
  })

  it('is not written where nothing changes', async () => {
    await file.update(add('a'), '')
    await file.update(add('a'), '')
    expect([now(), world.fake.branches.commits('state')]).toEqual(['a', 1])
  })

  it('keeps what others write at the same time', async () => {
    world.fake.branches.push('state', 'other.json', 'x')
    await Promise.all(['a', 'b', 'c', 'd'].map(letter => file.update(add(letter), '')))
    expect([...now()!].sort().join('')).toBe('abcd')
    expect(world.fake.branches.file('state', 'other.json')).toBe('x')
  })

  it('has one beginning, also where two jobs begin it', async () => {
    await Promise.all(['a', 'b'].map(letter => file.update(add(letter), '')))
    expect([...now()!].sort().join('')).toBe('ab')
    expect(world.fake.branches.commits('state')).toBe(2)
  })

  it('is made anew from what is there where another was first', async () => {
    await file.update(add('a'), '')
    let times = 0
    await file.update(text => {
      if (times++ === 0) world.fake.branches.push('state', 'app.json', 'other')
      return add('b')(text)
    }, '')
    expect([now(), times]).toEqual(['otherb', 2])
  })

  it.each(['lost', 'cut off'] as const)('is known to be written though the answer is %s', async fault => {
    await file.update(add('a'), '')
    world.fake.break('PUT', /contents/, fault)
    await file.update(add('b'), '')
    expect([now(), puts()]).toEqual(['ab', 2])
  })

  it('is written again where the first write never came', async () => {
    await file.update(add('a'), '')
    world.fake.break('PUT', /contents/, 'reset')
    await file.update(add('b'), '')
    expect(now()).toBe('ab')
  })

  it('says what the job lacks', async () => {
    world.fake.allow(TOKEN, { contents: 'read' })
    world.fake.branches.push('state', 'app.json', 'x')
    const error = (await file.update(add('a'), 'Nothing was run.').catch((thrown: unknown) => thrown)) as UserError
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe('app.json on the branch state could not be written')
    expect(error.nextStep).toMatch(/Give the job "permissions: contents: write"\. Nothing was run\./)
    expect(now()).toBe('x')
  })

  it('does not go on for ever', async () => {
    await file.update(add('a'), '')
    let times = 0
    const error = (await file
      .update(text => {
        world.fake.branches.push('state', 'app.json', `other${times++}`)
        return add('b')(text)
      }, '')
      .catch((thrown: unknown) => thrown)) as UserError
    expect(error.nextStep).toMatch(/other jobs keep changing it/)
  })
})
