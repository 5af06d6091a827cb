import { rm } from 'node:fs/promises'
import { errorText, UserError } from '../runtime/index.ts'
import yauzl from 'yauzl'

const MOST_ENTRIES = 10_000
const NEXT = 'Upload the files that the build wrote, as they are, with actions/upload-artifact.'
/** Unix file types, in the upper half of an entry's external attributes. */
const FILE_TYPE = 0o170000
const REGULAR = 0o100000
const ENCRYPTED = 1

/**
 * Reads one text file at the top of a zip archive, then removes the archive. Nothing is unpacked to the disk. Rejects with
 * a `UserError` if any name leads out of the archive, or if the file is not there or there twice, is a link, encrypted,
 * larger than `maxBytes`, of another size than the archive says, or not UTF-8.
 */
export async function readFromZip(archive: string, file: string, maxBytes: number): Promise<string> {
  try {
    const bytes = await readEntry(archive, file, maxBytes)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw refused(errorText(error), error)
  } finally {
    await rm(archive, { force: true })
  }
}

async function readEntry(archive: string, wanted: string, maxBytes: number): Promise<Buffer> {
  // `strictFileNames` and the default validation refuse absolute names, `..` and backslashes.
  const zip = await yauzl.openPromise(archive, { strictFileNames: true, validateEntrySizes: true, autoClose: false })
  try {
    if (zip.entryCount > MOST_ENTRIES) throw refused(`it has ${zip.entryCount} entries`)
    const found: yauzl.Entry[] = []
    for await (const entry of zip.eachEntry()) if (entry.fileName === wanted) found.push(entry)
    const [entry, second] = found
    if (!entry) throw refused(`it has no ${wanted}`)
    if (second) throw refused(`it has ${wanted} twice`)
    requirePlain(entry, maxBytes)
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      size += (chunk as Buffer).length
      if (size > maxBytes) throw refused(`${wanted} is larger than ${maxBytes} bytes`)
      chunks.push(chunk as Buffer)
    }
    return Buffer.concat(chunks)
  } finally {
    zip.close()
  }
}

function requirePlain(
  { fileName, generalPurposeBitFlag, externalFileAttributes, uncompressedSize }: yauzl.Entry,
  maxBytes: number
): void {
  if ((generalPurposeBitFlag & ENCRYPTED) !== 0) throw refused(`${fileName} is encrypted`)
  const type = (externalFileAttributes >>> 16) & FILE_TYPE
  if (type !== 0 && type !== REGULAR) throw refused(`${fileName} is no plain file`)
  if (uncompressedSize > maxBytes) throw refused(`${fileName} is larger than ${maxBytes} bytes`)
}

/** The reason may quote a name in the archive, so control characters are taken out: it stays one line of the log. */
function refused(why: string, cause?: unknown): UserError {
  const plain = why.replace(/[^\x20-\x7e]/g, '?').slice(0, 300)
  return new UserError(`The artifact is not one of a report: ${plain}`, NEXT, { cause })
}
