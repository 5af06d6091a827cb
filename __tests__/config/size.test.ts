import { describe, expect, it } from '@jest/globals'
import { parseAmount } from '../../src/config/size.ts'
import { UserError } from '../../src/runtime/index.ts'

describe('a size', () => {
  it.each<[string, number]>([
    ['300MB', 300_000_000],
    ['300 MB', 300_000_000],
    [' 300mb ', 300_000_000],
    ['286MiB', 299_892_736],
    ['1GB', 1_000_000_000],
    ['1.5 GB', 1_500_000_000],
    ['0.3GB', 300_000_000],
    ['2GiB', 2_147_483_648],
    ['12kB', 12_000],
    ['12KiB', 12_288],
    ['17B', 17],
    ['314572800', 314_572_800],
    ['1.0001kB', 1000]
  ])('%j is %d bytes', (size, bytes) => {
    expect(parseAmount(size)).toEqual({ bytes })
  })

  it.each(['', 'MB', '-1', '-5MB', '3,5MB', '1e9', 'NaN', '300TB', '300 MB MB', '300MBx', '٣MB', '0x10', 'Infinity'])(
    'refuses %j',
    size => {
      expect(() => parseAmount(size)).toThrow('is not a size')
    }
  )

  it('names both meanings of a unit that has two', () => {
    expect(() => parseAmount('300M')).toThrow('"300M" could be 300MB or 300MiB')
    expect(() => parseAmount('1 g')).toThrow('could be 1GB or 1GiB')
    expect(() => parseAmount('5Ki')).toThrow('could be 5KB or 5KiB')
  })

  it('refuses nothing, and more than a number holds', () => {
    expect(() => parseAmount('0MB')).toThrow('at least one byte')
    expect(() => parseAmount('0.4B')).toThrow('at least one byte')
    expect(() => parseAmount('999999999999999GB')).toThrow('larger than any slug')
  })

  it('shows only the start of a long text', () => {
    expect(() => parseAmount('x'.repeat(100_000))).toThrow(/^.{1,80}$/)
  })
})

describe('parseAmount', () => {
  it.each([
    ['5MB', { bytes: 5_000_000 }],
    [' 100 kB ', { bytes: 100_000 }],
    ['0', { bytes: 0 }],
    ['2%', { percent: 2 }],
    ['2.5 %', { percent: 2.5 }]
  ])('%s', (text, amount) => expect(parseAmount(text)).toEqual(amount))

  it.each(['', '-1%', '%', 'a lot', '5M', '1e3%', '2%%'])('refuses %j', text =>
    expect(() => parseAmount(text)).toThrow(UserError)
  )
})
