import { describe, expect, it } from '@jest/globals'
import { backOff, LateError, moving, poll, retry, within, writeOnce } from '../../src/net/index.ts'
import { CancelledError } from '../../src/runtime/index.ts'
import { TestClock } from '../helpers/clock.ts'

const never = (): Promise<never> => new Promise(() => {})

describe('a deadline', () => {
  it('ends work that does not listen, says what did not answer, and aborts its signal', async () => {
    const clock = new TestClock()
    let inner: AbortSignal | undefined
    const work = within({ clock }, 15_000, 'GitHub did not answer', signal => ((inner = signal), never()))
    clock.pass(15_000)
    await expect(work).rejects.toThrow(new LateError('GitHub did not answer within 15 s'))
    expect(inner?.aborted).toBe(true)
  })

  it('is that of the outer work if that ends first, and says so', async () => {
    const clock = new TestClock()
    const work = within({ clock }, 300, 'the step was not done', signal =>
      within({ clock, signal }, 10_000, 'the server did not answer', never)
    )
    clock.pass(300)
    await expect(work).rejects.toThrow('the step was not done within 0.3 s')
  })

  it('hands on what the work says, and leaves no timer', async () => {
    const clock = new TestClock()
    await expect(within({ clock }, 1, 'x', () => Promise.resolve(7))).resolves.toBe(7)
    await expect(within({ clock }, 1, 'x', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    clock.pass(10)
  })

  it.each([
    ['while it is done', false],
    ['before it has begun', true]
  ])('rejects as cancelled if the caller gives up %s', async (_, before) => {
    const cancel = new AbortController()
    let begun = false
    if (before) cancel.abort()
    const work = within({ clock: new TestClock(), signal: cancel.signal }, 1, 'x', () => ((begun = true), never()))
    cancel.abort()
    await expect(work).rejects.toThrow(CancelledError)
    expect(begun).toBe(!before)
  })

  it('rejects with the reason of the caller', async () => {
    const cancel = new AbortController()
    const work = within({ clock: new TestClock(), signal: cancel.signal }, 1, 'x', never)
    cancel.abort(new Error('enough'))
    await expect(work).rejects.toThrow('enough')
  })

  it('is renewed by movement only if it is asked to', async () => {
    const clock = new TestClock()
    const work = within({ clock }, 50_000, 'it was not done', outer =>
      moving({ clock, signal: outer }, 20_000, 'nothing moved', (_, heard) => {
        for (let time = 0; time < 4; time++) {
          clock.pass(15_000)
          heard()
        }
        return never()
      })
    )
    await expect(work).rejects.toThrow('it was not done within 50 s')
  })
})

describe('work that was given up', () => {
  it('leaves no timer, also if something is still heard of it', async () => {
    let timers = 0
    class Counting extends TestClock {
      override after(milliseconds: number, work: () => void): () => void {
        timers++
        const stop = super.after(milliseconds, work)
        return () => {
          timers--
          stop()
        }
      }
    }
    const clock = new Counting()
    let late = (): void => {}
    const work = moving({ clock }, 1_000, 'nothing moved', (_, heard) => ((late = heard), never()))
    clock.pass(1_000)
    await expect(work).rejects.toThrow('nothing moved within 1 s')
    late()
    expect(timers).toBe(0)
  })
})

describe('a retry', () => {
  const failing = (times: number) => {
    let left = times
    return () => (left-- > 0 ? Promise.reject(new Error(`${left} left`)) : Promise.resolve('done'))
  }

  it('waits longer each time, with jitter, and as long as it is asked to, but a minute at most', async () => {
    const clock = new TestClock()
    const begun = clock.now()
    const random = (): number => 1
    expect([...backOff(4)]).toEqual([1_000, 2_000, 4_000])
    await retry({ clock }, { waits: backOff(4), again: () => true, random }, failing(3))
    expect(clock.now() - begun).toBe(8_750)
    await retry({ clock }, { waits: [1], again: () => 7_000, random: () => 0 }, failing(1))
    expect(clock.now() - begun).toBe(15_750)
    await retry({ clock }, { waits: [1], again: () => 3_600_000, random: () => 0 }, failing(1))
    expect(clock.now() - begun).toBe(75_750)
  })

  it.each([
    ['when there are no more attempts', true, '0 left', 2],
    ['at once if it may not be done again', false, '2 left', 3]
  ])('ends %s', async (_, again, message, times) => {
    const work = retry({ clock: new TestClock() }, { waits: [1], again: () => again }, failing(times))
    await expect(work).rejects.toThrow(message)
  })

  it('does nothing again when it is cancelled', async () => {
    const cancel = new AbortController()
    let asked = 0
    const work = retry({ clock: new TestClock(), signal: cancel.signal }, { waits: [1, 1], again: () => true }, () => {
      asked++
      cancel.abort()
      return Promise.reject(new Error('lost'))
    })
    await expect(work).rejects.toThrow('lost')
    expect(asked).toBe(1)
  })
})

describe('a poll', () => {
  const times = { first: 2_000, longest: 4_000, timeout: 10_000 }

  it('asks with growing pauses until there is an answer', async () => {
    const clock = new TestClock()
    const asked: number[] = []
    const begun = clock.now()
    const answer = await poll({ clock }, times, () => {
      asked.push(clock.now() - begun)
      return Promise.resolve(asked.length === 4 ? 'there' : undefined)
    })
    expect(answer).toBe('there')
    expect(asked).toEqual([0, 2_000, 5_000, 9_000])
  })

  it('ends without one when the time is over, also in the middle of a question', async () => {
    const clock = new TestClock()
    expect(await poll({ clock }, times, () => Promise.resolve(undefined))).toBeUndefined()
    const hanging = poll({ clock }, times, never)
    clock.pass(10_000)
    expect(await hanging).toBeUndefined()
  })

  it('rejects with what the question rejects with, and if it is cancelled', async () => {
    const clock = new TestClock()
    await expect(poll({ clock }, times, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    const cancel = new AbortController()
    const hanging = poll({ clock, signal: cancel.signal }, times, never)
    cancel.abort()
    await expect(hanging).rejects.toThrow(CancelledError)
  })
})

describe('a write whose answer is lost', () => {
  const lost = new Error('lost')
  const look = (find: () => string | undefined, otherwise?: () => Promise<string>, isLost = true) =>
    writeOnce({ clock: new TestClock() }, () => Promise.reject<string>(lost), {
      isLost: () => isLost,
      find: () => Promise.resolve(find()),
      looks: [0, 2_000],
      otherwise
    })

  it('is looked for, and not sent again', async () => {
    let looks = 0
    expect(await look(() => (++looks === 2 ? 'found' : undefined))).toBe('found')
  })

  it('keeps its error if nothing is found, or does what is said for that', async () => {
    await expect(look(() => undefined)).rejects.toBe(lost)
    const again = (): Promise<string> => Promise.resolve('sent again')
    expect(await look(() => undefined, again)).toBe('sent again')
  })

  it('is not looked for if it was refused', async () => {
    const find = (): never => {
      throw new Error('looked')
    }
    await expect(look(find, undefined, false)).rejects.toBe(lost)
  })
})
