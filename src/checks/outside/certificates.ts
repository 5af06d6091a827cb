import { dayText } from '../../runtime/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { certificateOf, daysUntil } from '../probes/certificate.ts'
import { notReached } from './said.ts'

/** The certificates of the instance's names and of streaming's, as browsers see them. */
export const certificates: Check = {
  name: 'certificates',
  title: 'Certificates',
  config: ['LOCAL_DOMAIN'],
  look(world) {
    const { instance, streaming, config } = world
    // On the runner no name leads to the app, so there is no certificate.
    if (!instance || instance.host !== undefined) return Promise.resolve([])
    const site = new URL(instance.url).hostname
    const names = new Map([[site, 'site']])
    const handles = config['LOCAL_DOMAIN']
    if (handles && !names.has(handles)) names.set(handles, 'handles')
    const live = streaming?.url.startsWith('https:') ? new URL(streaming.url).hostname : undefined
    if (live !== undefined && !names.has(live)) names.set(live, 'streaming')
    return Promise.all([...names].map(([host, about]) => certificateFinding(about, host, world)))
  }
}

/** What to tell of the certificate of a host. */
export async function certificateFinding(about: string, host: string, world: World): Promise<Finding> {
  const { thresholds, clock } = world
  const app = about === 'streaming' ? (world.streamingApp ?? world.app) : world.app
  try {
    const { until, issuer, trouble } = await certificateOf(host, 443, world)
    const days = daysUntil(until, clock.now())
    const date = dayText(until)
    const figure = `${days} days`
    const remedy = `If Heroku made it: \`heroku certs:auto --app ${app.name}\`; else renew it at its issuer (${issuer})`
    if (trouble) return { level: 'fail', about, figure, text: `${host}: ${trouble.why}`, remedy }
    if (days < thresholds.certificateDays)
      return {
        level: 'warn',
        about,
        figure,
        text: `The certificate of ${host} ends in ${days} days, on ${date}`,
        remedy
      }
    return { level: 'ok', about, figure, text: `The certificate of ${host} is good until ${date}` }
  } catch (error) {
    return notReached(host, error, world, { about, remedy: `Look at the DNS of ${host}, and at what answers there` })
  }
}
