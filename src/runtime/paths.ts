/**
 * A file name as bytes: each character is one byte (latin1). So names that are not valid UTF-8 survive, and comparing two
 * compares bytes. `displayPath` is for people: never show one as it is.
 */
export type BytePath = string & { readonly __bytes: unique symbol }

const ASCII = /^[\x00-\x7f]*$/ // eslint-disable-line no-control-regex

/** The byte path of an ordinary string, encoded as UTF-8. */
export function bytePath(text: string): BytePath {
  return (ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')) as BytePath
}

/** A byte path as Node's file functions take it. */
function fsPath(path: BytePath): string | Buffer {
  return ASCII.test(path) ? path : Buffer.from(path, 'latin1')
}

/** Joins two byte paths with `/`. */
export function joinBytes(folder: BytePath, name: BytePath): BytePath {
  return (folder === '' ? name : `${folder}/${name}`) as BytePath
}

/** A byte path below an ordinary folder, as Node's file functions take it. */
export function below(folder: string, path: BytePath): string | Buffer {
  return fsPath(joinBytes(bytePath(folder), path))
}

/**
 * A byte path for people, reports and logs. Control characters become `\xNN`, so that no name can forge a line of a log;
 * in a name that is not valid UTF-8 every byte outside of ASCII does.
 */
export function displayPath(path: BytePath): string {
  if (/^[\x20-\x5b\x5d-\x7e]*$/.test(path)) return path
  const text = Buffer.from(path, 'latin1').toString('utf8')
  if (!text.includes('\ufffd')) return escapeControls(text)
  return path.replace(/[^\x20-\x5b\x5d-\x7e]/g, hex)
}

function escapeControls(text: string): string {
  // Control, bidirectional and line-separator characters could make a name look like another one.
  return text.replace(/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
    character === '\\'
      ? '\\\\'
      : [...Buffer.from(character, 'utf8')].map(byte => hex(String.fromCharCode(byte))).join('')
  )
}

function hex(character: string): string {
  return character === '\\' ? '\\\\' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

/** Orders paths like a walk: a folder, then all below it, names by bytes. It makes no strings: a slug has 100,000 paths. */
export function comparePaths(a: BytePath, b: BytePath): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return (x === SLASH ? 0 : x) - (y === SLASH ? 0 : y)
  }
  return a.length - b.length
}

const SLASH = 0x2f
