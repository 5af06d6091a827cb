import path from 'node:path'
import { isLoopback, UserError } from '../runtime/index.ts'

/** A buildpack as it is named in config or app.json. */
export type BuildpackReference = Written &
  (
    | { readonly kind: 'registry'; readonly name: string }
    | { readonly kind: 'tarball'; readonly url: string }
    | { readonly kind: 'git'; readonly url: string; readonly ref?: string }
    | { readonly kind: 'folder'; readonly folder: string }
  )

interface Written {
  /** As written, or as it is read. */
  readonly text: string
  /** A sentence for people, if it is read in another way than it is written. */
  readonly note?: string
}

const FORMS =
  'Name it as in Heroku’s registry (heroku/ruby), as an https address of a .tgz or of a git repository (with #ref), or as a folder (./buildpacks/mine).'

/**
 * Reads the name of a buildpack. Only the config may name a folder outside of the commit: app.json is in the hands of
 * whoever opens a pull request. Throws a `UserError` for any other form.
 */
export function parseBuildpack(text: string, origin: 'config' | 'app.json'): BuildpackReference {
  // eslint-disable-next-line no-control-regex
  if (text.length > 2_000 || /[\x00-\x20\x7f]/.test(text)) throw refuse(text, 'it has spaces or control characters')
  const name = text.replace(/^urn:buildpack:/, '')
  if (/^[a-z0-9][\w-]*\/[a-z0-9][\w.-]*$/i.test(name)) return { kind: 'registry', text, name }
  if (/^(\.{1,2}\/|\/)/.test(text)) return folderReference(text, origin)
  if (FORMER_GITHUB.test(text)) return formerGithub(text)
  if (/^(?:git@|ssh:)/i.test(text))
    throw refuse(text, 'it is fetched by ssh, and a build has no key: write an https one')
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return urlReference(text)
  throw refuse(text, 'its form is not known')
}

function folderReference(text: string, origin: 'config' | 'app.json'): BuildpackReference {
  const folder = path.normalize(text).replace(/\/+$/, '')
  if (folder.split('/')[0] === '..') throw refuse(text, 'it leads out of the commit')
  if (origin === 'app.json' && path.isAbsolute(folder))
    throw refuse(text, 'app.json may only name a folder of the commit itself')
  return { kind: 'folder', text, folder }
}

const FORMER_GITHUB = /^git:\/\/(?:www\.)?github\.com\/(?=[\w.-]+\/[\w.-]+(?:#|$))/i

/** GitHub stopped git:// on 15 March 2022 (github.blog: improving-git-protocol-security-github); https has the same. */
function formerGithub(written: string): BuildpackReference {
  const text = written.replace(FORMER_GITHUB, 'https://github.com/')
  const note = `${written} is read as ${text}: GitHub serves no git:// any more. Write it so.`
  return { ...urlReference(text), note }
}

function urlReference(text: string): BuildpackReference {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) throw refuse(text, 'the address cannot be read')
  if (url.username !== '' || url.password !== '')
    throw refuse(text, 'an address with a password would be printed in logs and the report')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw refuse(text, 'only https addresses are fetched')
  const ref = decoded(url.hash.slice(1)) || undefined
  url.hash = ''
  if (/\.(tgz|tar\.gz|tar)$/i.test(url.pathname)) return { kind: 'tarball', text, url: url.href }
  if (ref !== undefined && !/^[\w][\w./-]*$/.test(ref)) throw refuse(text, `"${ref}" is not a branch, tag or commit`)
  return { kind: 'git', text, url: url.href, ref }
}

/**
 * The NAME in a reference of any form: `owner/NAME`, `https://…/owner/NAME.git#ref`,
 * `https://…/owner/NAME/archive/refs/tags/v1.tar.gz`, `./buildpacks/NAME`. A name proves nothing about what it does.
 */
export function buildpackName(reference: string): string {
  const parts = reference
    .replace(/[#?].*$/, '')
    .split('/')
    .filter(Boolean)
  const archive = parts.indexOf('archive')
  return (parts[archive > 0 ? archive - 1 : parts.length - 1] ?? '').replace(/\.git$/, '')
}

const HEROKUS =
  /^(?:(?:urn:buildpack:)?heroku(?:-community)?\/|https:\/\/github\.com\/heroku\/heroku-buildpack-)([\w-]+)(?:\.git|\/archive\/[^#]*)?(?:#.*)?$/i

/** `ruby` for heroku/ruby and https://github.com/heroku/heroku-buildpack-ruby; undefined if it is not Heroku's own. */
export function herokusOwn(reference: string): string | undefined {
  return HEROKUS.exec(reference)?.[1]?.toLowerCase()
}

/** Whether a buildpack's name says that it is heroku-buildpack-apt, or somebody's copy of it. */
export function isAptBuildpack(reference: string): boolean {
  return /\bapt\b/i.test(buildpackName(reference))
}

function decoded(hash: string): string {
  try {
    return decodeURIComponent(hash)
  } catch {
    return hash
  }
}

/** Hides what is before an `@`: it may be a password. */
function refuse(text: string, why: string): UserError {
  const shown = text.replace(/^([a-z][a-z0-9+.-]*:)[^]*@/i, '$1//…@').slice(0, 300)
  return new UserError(`The buildpack ${JSON.stringify(shown)} cannot be used: ${why}`, FORMS)
}
