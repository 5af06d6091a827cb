import { herokusOwn } from './reference.ts'

/**
 * The files that the detect step of Heroku's own buildpacks needs (bin/detect of heroku/heroku-buildpack-ruby, -nodejs,
 * -apt and -activestorage-preview; the last takes any tree).
 */
const LOOKS_FOR = new Map<string, readonly string[]>([
  ['ruby', ['Gemfile']],
  ['nodejs', ['package.json']],
  ['apt', ['Aptfile']],
  ['activestorage-preview', []]
])

/**
 * The files that a buildpack's detect step needs; undefined if that is not known.
 * @param reference `heroku/ruby`, `https://github.com/heroku/heroku-buildpack-ruby#v1`
 */
export function looksFor(reference: string): readonly string[] | undefined {
  return LOOKS_FOR.get(herokusOwn(reference) ?? '')
}
