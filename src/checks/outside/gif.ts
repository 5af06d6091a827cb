/**
 * A GIF of 16 by 16 pixels with two frames, one black and one white: the least that Mastodon takes for an animation
 * (mastodon: lib/paperclip/gif_transcoder.rb counts frames). Made here, byte by byte (W3C: GIF89a).
 */
export function twoFrameGif(): Buffer {
  const [width, height] = [16, 16]
  const size = [width, 0, height, 0]
  const loop = [0x21, 0xff, 0x0b, ...Buffer.from('NETSCAPE2.0'), 3, 1, 0, 0, 0]
  const colours = [0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255]
  const frame = (colour: number): number[] => [
    // Shown for half a second.
    ...[0x21, 0xf9, 4, 0, 50, 0, 0, 0],
    ...[0x2c, 0, 0, 0, 0, ...size, 0],
    ...[BITS, ...blocks(pack(width * height, colour)), 0]
  ]
  // A table of four colours for all frames.
  return Buffer.from([
    ...Buffer.from('GIF89a'),
    ...size,
    0x81,
    0,
    0,
    ...colours,
    ...loop,
    ...frame(0),
    ...frame(1),
    0x3b
  ])
}

/** Bits of a colour. */
const BITS = 2

/**
 * LZW as it is without compressing: cleared after every two pixels, so that its codes never grow beyond three bits.
 */
function pack(pixels: number, colour: number): number[] {
  const [clear, end] = [1 << BITS, (1 << BITS) + 1]
  const codes: number[] = []
  for (let pixel = 0; pixel < pixels; pixel += 2) codes.push(clear, colour, colour)
  codes.push(end)
  const bits = codes.flatMap(code => [code & 1, (code >> 1) & 1, (code >> 2) & 1])
  const bytes: number[] = []
  for (let at = 0; at < bits.length; at += 8) {
    bytes.push(bits.slice(at, at + 8).reduce((byte, bit, index) => byte | (bit << index), 0))
  }
  return bytes
}

/** Pieces of at most 255 bytes, each behind its length. */
function blocks(bytes: readonly number[]): number[] {
  const pieces: number[] = []
  for (let at = 0; at < bytes.length; at += 255) {
    const piece = bytes.slice(at, at + 255)
    pieces.push(piece.length, ...piece)
  }
  return pieces
}
