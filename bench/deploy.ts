/**
 * Milliseconds of a deploy whose slug is built, on a local Heroku whose dynos are up at once, and of the same number of
 * requests one after the other: what is left is what the deploy waits for by itself. Prints both as JSON.
 */
import { World, NEW } from '../__tests__/deploy/world.ts'
import { systemClock } from '../src/runtime/real.ts'

const world = await World.open({ clock: systemClock })
const started = performance.now()
const { requests } = await world.deploy(NEW)
const deploy = performance.now() - started

const again = performance.now()
for (let i = 0; i < requests; i++) {
  const { apiUrl, apiKey } = world.heroku
  await (await fetch(`${apiUrl}/account`, { headers: { authorization: `Bearer ${apiKey}` } })).text()
}
console.log(JSON.stringify({ deploy, plain: performance.now() - again, requests }))
await world.close()
