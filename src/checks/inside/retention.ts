import { counted } from '../../runtime/index.ts'
import { type Check } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'

/**
 * Whether media of other servers are removed some day. By default they are kept for ever (mastodon: config/settings.yml,
 * scheduler/vacuum_scheduler).
 */
export const retention: Check = {
  name: 'retention',
  title: 'Retention of cached media',
  config: [],
  deadline: DYNO_DEADLINE,
  async look({ dyno }) {
    const { media, content } = await dyno.part('retention')
    const other =
      content === null
        ? 'posts of other servers are kept'
        : `posts of other servers go after ${counted(content, 'day')}`
    if (media !== null && media > 0) {
      const figure = counted(media, 'day')
      return [{ level: 'ok', figure, text: `Media of other servers go after ${figure}; ${other}` }]
    }
    return [
      {
        level: 'warn',
        figure: 'none',
        text: 'Media of other servers are kept for ever, so the bucket and its bill grow without end',
        remedy:
          'Set the media cache retention period under Administration, Server settings, Content retention; 14 days suit most.'
      }
    ]
  }
}
