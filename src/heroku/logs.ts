import { type HerokuApp } from './app.ts'
import { receiveText, transfer, type TransferOptions } from './transfer.ts'

/**
 * The last log lines that Heroku itself wrote (`heroku[web.1]: Error R10 …`), oldest first. Hostile text. Empty where
 * they cannot be read: they explain a failure, and must not be one.
 */
export async function herokuLog(app: HerokuApp, lines: number, options: TransferOptions): Promise<string[]> {
  try {
    const response = await transfer(await app.logUrl(lines), { patience: 15_000, ...options })
    const text = await receiveText(response, 2_000_000, options)
    // An event stream carries each line behind `data: `.
    return text.split(/\r?\n/).flatMap(line => {
      const plain = line.replace(/^data: ?/, '')
      return plain === '' || /^(id|event|retry|:)/.test(line) ? [] : [plain]
    })
  } catch {
    return []
  }
}

/** Heroku's error codes in log lines: R10, R14, H10 … (Dev Center: error-codes), each once, in order. */
export function errorCodes(lines: readonly string[]): string[] {
  const codes = lines.flatMap(line => [...line.matchAll(/(?:Error |code=)([RHL]\d{2})\b/g)].map(([, code]) => code!))
  return [...new Set(codes)]
}
