import path from 'node:path'
import { type Log } from '../runtime/index.ts'
import { type ChosenBuildpack } from './choose.ts'
import { fetchBuildpack, type FetchedBuildpack, type FetchOptions } from './fetch.ts'

interface GatherOptions extends Omit<FetchOptions, 'into' | 'sha256'> {
  /** A new folder; each buildpack gets a folder in it. */
  readonly folder: string
  readonly log: Log
}

/** Fetches the buildpacks, one after the other. Throws what `fetchBuildpack` throws. */
export async function fetchAll(
  chosen: readonly ChosenBuildpack[],
  options: GatherOptions
): Promise<FetchedBuildpack[]> {
  const fetched: FetchedBuildpack[] = []
  for (const [i, { reference, sha256 }] of chosen.entries()) {
    const buildpack = await fetchBuildpack(reference, {
      ...options,
      sha256,
      into: path.join(options.folder, `${i + 1}`)
    })
    const commit = buildpack.version ? `, commit ${buildpack.version}` : ''
    options.log.info(`${i + 1}. ${buildpack.name}, sha256 ${buildpack.sha256}${commit}`)
    fetched.push(buildpack)
  }
  return fetched
}
