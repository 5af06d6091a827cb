import { herokusOwn } from './reference.ts'

/**
 * Files without which the detect step of Heroku's own buildpacks fails (bin/detect of heroku/heroku-buildpack-ruby,
 * -nodejs, -apt and -activestorage-preview, which takes any tree).
 */
const LOOKS_FOR = new Map<string, readonly string[]>([
  ['ruby', ['Gemfile']],
  ['nodejs', ['package.json']],
  ['apt', ['Aptfile']],
  ['activestorage-preview', []]
])

/**
 * The files that a buildpack's detect step looks for; undefined if that is not known of it.
 * @param reference as it is named: `heroku/ruby`, `https://github.com/heroku/heroku-buildpack-ruby#v1`
 */
export function looksFor(reference: string): readonly string[] | undefined {
  return LOOKS_FOR.get(herokusOwn(reference) ?? '')
}
