import { logLines, type HerokuApp } from '../../../heroku/index.ts'
import { DYNO_SIZES, dynoSize } from '../../../knowledge/index.ts'
import { type DynoMemory } from '../../../local-heroku/index.ts'
import { counted, numberText, type Clock } from '../../../runtime/index.ts'

/**
 * The memory of each type against the size that most instances begin with:
 * `web, 2 workers: 690 MB after boot, 702 MB after the upload; a Basic dyno has 512 MB, a Standard-2X has room`.
 * @param workers Puma's, if they are known
 */
export function memoryTexts(
  boot: readonly DynoMemory[],
  upload: readonly DynoMemory[],
  workers: number | undefined
): string[] {
  return boot.map(({ dyno, type, bytes }) => {
    const later = upload.find(other => other.dyno === dyno)?.bytes
    const title = type === 'web' && workers !== undefined ? `web, ${counted(workers, 'worker')}` : type
    const then = later === undefined ? '' : `, ${megabytes(later)} after the upload`
    return `${title}: ${megabytes(bytes)} after boot${then}; ${against(Math.max(bytes, later ?? 0))}`
  })
}

const USUAL = 'Basic'

function against(bytes: number): string {
  const usual = `a ${USUAL} dyno has ${megabytes(dynoSize(USUAL)!.memory)}`
  if (bytes <= dynoSize(USUAL)!.memory) return usual
  const roomy = DYNO_SIZES.map(name => dynoSize(name)!).find(({ isPrivate, memory }) => !isPrivate && memory >= bytes)
  return roomy ? `${usual}, a ${roomy.name} has room (${megabytes(roomy.memory)})` : usual
}

function megabytes(bytes: number): string {
  return `${numberText(Math.round(bytes / 1e6))} MB`
}

/** How many workers Puma says it has (puma/puma: lib/puma/cluster.rb); undefined if it did not say so. */
export async function pumaWorkers(
  app: HerokuApp,
  tools: { readonly clock: Clock; readonly signal: AbortSignal }
): Promise<number | undefined> {
  const lines = await logLines(app, 'all', tools)
  const said = lines.findLast(({ dyno, text }) => dyno === 'web.1' && /\* +Workers: \d{1,3}$/.test(text))?.text
  return said === undefined ? undefined : Number(/\d+$/.exec(said)![0])
}
