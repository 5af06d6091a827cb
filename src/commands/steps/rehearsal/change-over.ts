import { finishRelease, waitForDynos, type Tools } from '../../../deploy/index.ts'
import { type HerokuApp } from '../../../heroku/index.ts'
import { describeVisit, Visitor, type LocalHeroku, type Visit } from '../../../local-heroku/index.ts'
import { type InstancePlace } from '../../../mastodon/index.ts'
import { type Seen } from './seen.ts'

/**
 * What a visitor sees of a change-over, without preboot and with it: the same slug starts anew under a new release, while
 * somebody asks all the time.
 */
export async function changeOver(
  heroku: LocalHeroku,
  app: HerokuApp,
  place: InstancePlace,
  seen: Seen,
  tools: Tools
): Promise<void> {
  const without = await visitRestart(heroku, app, place, false, tools)
  seen.visit(without)
  // Heroku gives the new dynos three minutes; here, well more than they just took.
  heroku.setPrebootWindow(Math.max(3_000, 3 * without.slowest))
  seen.visit(await visitRestart(heroku, app, place, true, tools))
}

async function visitRestart(
  heroku: LocalHeroku,
  app: HerokuApp,
  { url, host = '' }: InstancePlace,
  preboot: boolean,
  tools: Tools
): Promise<Visit> {
  await heroku.addApp(app.name, { preboot })
  const visitor = new Visitor(new URL('/health', url).href, host)
  let visit: Visit
  try {
    await app.setConfigVars({ REHEARSED_CHANGE_OVER: preboot ? 'with preboot' : 'without preboot' })
    const [release] = await app.releases(1)
    await finishRelease(app, release!, tools)
    await waitForDynos(app, release!.version, tools)
  } finally {
    visit = await visitor.leave()
  }
  tools.story.note(`A visitor, ${preboot ? 'with' : 'without'} preboot: ${describeVisit(visit)}`)
  return visit
}
