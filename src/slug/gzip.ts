/**
 * One gzip member out of pieces that were compressed separately (RFC 1951, 1952). Each piece is raw deflate that ends on a
 * byte boundary and is not marked as the last, so the pieces can be joined; their checksums are combined.
 */

/** No name, no time, "Unix": the same for every slug. */
export const GZIP_HEADER = Buffer.from('1f8b0800000000000003', 'hex')

/** An empty last deflate block, then checksum and length (mod 2^32) of all uncompressed bytes. */
export function gzipTrailer(crc: number, rawBytes: number): Buffer {
  const trailer = Buffer.alloc(10)
  trailer[0] = 0x03
  trailer.writeUInt32LE(crc >>> 0, 2)
  trailer.writeUInt32LE(rawBytes % 2 ** 32, 6)
  return trailer
}

/**
 * The CRC-32 of `a` followed by `b`, from the CRC-32 of each and the length of `b` in bytes.
 * (Appending n zero bytes to `a` multiplies its CRC by x^(8n) in GF(2)[x] modulo the CRC's polynomial.)
 */
export function combineCrc(a: number, b: number, bLength: number): number {
  return (multiply(zeros(bLength), a) ^ b) >>> 0
}

const POLYNOMIAL = 0xedb88320 // reflected: bit 31 is x^0

/** a × b modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= b
    b = b & 1 ? (b >>> 1) ^ POLYNOMIAL : b >>> 1
  }
  return product >>> 0
}

/** x^(8n): square and multiply. */
function zeros(bytes: number): number {
  let power = 0x80000000 // x^0
  let square = 0x00800000 // x^8
  for (let n = bytes; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) power = multiply(square, power)
    square = multiply(square, square)
  }
  return power
}
