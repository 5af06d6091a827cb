import { DEFAULT_STACK } from '../knowledge/index.ts'
import { UserError } from '../runtime/index.ts'

/** The images of a stack: `heroku-24` → `heroku/heroku:24-build` and `heroku/heroku:24` (heroku/base-images: README). */
export function imagesFor(stack: string): { build: string; run: string } {
  const [, number] = /^heroku-(\d{2})$/.exec(stack) ?? []
  if (number !== undefined) return { build: `heroku/heroku:${number}-build`, run: `heroku/heroku:${number}` }
  if (stack === 'container' || stack === 'cnb') {
    throw new UserError(
      `The stack "${stack}" has images, not slugs`,
      `Only Cedar apps with classic buildpacks can be built: set \`stack: ${DEFAULT_STACK}\` on the app and in the config.`
    )
  }
  throw new UserError(
    `"${stack.slice(0, 100)}" is not a stack`,
    `Set \`stack\` in the config file, such as ${DEFAULT_STACK} (the one of your app: \`heroku stack --app APP\`).`
  )
}
