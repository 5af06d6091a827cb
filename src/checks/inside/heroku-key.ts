import { HerokuError } from '../../heroku/index.ts'
import { counted, MAKE_KEY } from '../../runtime/index.ts'
import { HEROKU_KEY } from '../causes.ts'
import { type Check } from '../check.ts'

/** Whether the Heroku key still works, and for how long. */
export const herokuKey: Check = {
  name: 'heroku-key',
  title: 'Heroku key',
  config: [],
  alone: true,
  async look({ job, thresholds }) {
    try {
      const end = await job.key()
      if (end === undefined)
        return [
          {
            level: 'unknown',
            text: 'The key works; when it ends it may not say',
            remedy: `A key of the scope \`global\` may. ${MAKE_KEY}`
          }
        ]
      const { seconds, alike } = end
      if (seconds === undefined) return [{ level: 'ok', text: 'The key works, and has no end' }]
      const days = Math.floor(seconds / 86_400)
      const figure = counted(days, 'day')
      const others = alike > 1 ? `, or longer: ${alike} keys of the account look like it, and this one ends first` : ''
      const text = `The key works for ${figure} more${others}`
      return [
        days >= thresholds.keyDays ? { level: 'ok', figure, text } : { level: 'warn', figure, text, remedy: MAKE_KEY }
      ]
    } catch (error) {
      if (!(error instanceof HerokuError) || error.status !== 401) throw error
      const { text, remedy } = HEROKU_KEY
      return [{ level: 'fail', text, remedy, cause: HEROKU_KEY }]
    }
  }
}
