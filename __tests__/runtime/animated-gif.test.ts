import { expect, it } from '@jest/globals'
import { ANIMATED_GIF } from '../../src/runtime/index.ts'

/** Frames of a GIF as colour indexes, by LZW as it is defined: codes that grow (W3C: GIF89a, appendix F). */
function framesOf(gif: Buffer): number[][] {
  expect(gif.subarray(0, 6).toString()).toBe('GIF89a')
  const frames: number[][] = []
  let at = 13 + 3 * (2 << (gif[10]! & 7))
  const takeBlocks = (): number[] => {
    const bytes: number[] = []
    for (let size = gif[at++]!; size > 0; size = gif[at++]!) {
      bytes.push(...gif.subarray(at, at + size))
      at += size
    }
    return bytes
  }
  for (;;) {
    const kind = gif[at++]
    if (kind === 0x3b) return frames
    if (kind === 0x21) {
      at++
      takeBlocks()
    } else {
      expect(kind).toBe(0x2c)
      at += 9
      frames.push(unpack(gif[at++]!, takeBlocks()))
    }
  }
}

function unpack(minimum: number, bytes: readonly number[]): number[] {
  const [clear, end] = [1 << minimum, (1 << minimum) + 1]
  const bits = bytes.flatMap(byte => Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1))
  const pixels: number[] = []
  let table: number[][] = []
  let before: number[] | undefined
  for (let at = 0, width = minimum + 1; at < bits.length;) {
    const code = bits.slice(at, at + width).reduce((sum, bit, index) => sum | (bit << index), 0)
    at += width
    if (code === end) return pixels
    if (code === clear) {
      table = Array.from({ length: end + 1 }, (_, colour) => [colour])
      width = minimum + 1
      before = undefined
      continue
    }
    const run = table[code] ?? [...before!, before![0]!]
    pixels.push(...run)
    if (before) table.push([...before, run[0]!])
    if (table.length === 1 << width && width < 12) width++
    before = run
  }
  throw new Error('the picture has no end')
}

it('the GIF has two frames, each of one colour, and enough pixels for libx264', () => {
  const gif = Buffer.from(ANIMATED_GIF, 'base64')
  const pixels = gif.readUInt16LE(6) * gif.readUInt16LE(8)
  // What Mastodon asks for (lib/paperclip/transcoder.rb: BITS_PER_PIXEL); less than 1 kbit is "bitrate not specified".
  expect(pixels * 30 * 0.11).toBeGreaterThan(1_000)
  expect(framesOf(gif).map(frame => [frame.length, ...new Set(frame)])).toEqual([
    [pixels, 0],
    [pixels, 1]
  ])
})
