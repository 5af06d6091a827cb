export {
  aptfileProblem,
  asksForFfmpeg,
  packageOfDeb,
  parseAptfile,
  plainName,
  withoutAptEntries,
  type AptAddress,
  type AptEntry,
  type Aptfile,
  type AptPackage
} from './aptfile.ts'
export type { BuiltApp } from './build.ts'
export { AppJsonFile } from './app-json.ts'
export { chooseBuildpacks, readBuildpacks, stackOf } from './choose.ts'
export { type FetchedBuildpack } from './fetch.ts'
export { fetchAll } from './gather.ts'
export { looksFor } from './looks-for.ts'
export { otherUser } from './host.ts'
export { imagesFor } from './images.ts'
export { buildpackName, herokusOwn, isAptBuildpack, parseBuildpack } from './reference.ts'
export { readProcfile, type Procfile } from './procfile.ts'
export { hasRuby, installsLockedRuby, isHerokuRuby, lockedRuby, type LockedRuby } from './ruby.ts'
export type { Place } from './place.ts'
export { Workshop } from './workshop.ts'
